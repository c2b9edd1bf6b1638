import './locale.js';
import 'uplot/dist/uPlot.min.css';
import './style.css';
import './pictures.css';
import './compare.css';
import './comparison.css';
import { render } from 'preact';
import { App } from './parts/App.js';

render(<App />, document.getElementById('app')!);
