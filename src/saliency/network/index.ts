export { signalsOf } from './gates.js';
export { unknownLayer } from './layers.js';
export { unbroadcast } from './ops/derive.js';
export { mixes, originOf } from './origin.js';
export { readNetwork } from './read.js';
export { backward, forward } from './run.js';
export type * from './types.js';
