export { loadModel } from './loadModel.js';
export type { Measured, WatchEvent } from './options.js';
export { watchCheckpoints } from './watch.js';
