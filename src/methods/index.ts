export { type Comparison, compareMethods, type MethodReport } from './compareMethods.js';
export { fails } from './sanity.js';
