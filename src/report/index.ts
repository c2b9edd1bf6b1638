export { criticalDifferenceSvg, type DiagramOptions } from './criticalDifference.js';
