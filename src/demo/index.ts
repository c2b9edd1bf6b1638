export { roles } from './pictures.js';
export type { DemoTask } from './task.js';
export { type DemoEpoch, trainDemo } from './trainDemo.js';
