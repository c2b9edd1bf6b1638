export type { Measured, WatchEvent } from './options.js';
export { watchCheckpoints } from './watch.js';
