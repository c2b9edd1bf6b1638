import { createContext } from 'preact';
import { CursorGroup } from './cursor.js';

export const CursorContext = createContext(new CursorGroup());
