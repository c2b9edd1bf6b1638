export { createNet, type NetOptions } from './net.js';
export { classes, drawPicture, type Picture, roles, side, watermarked } from './pictures.js';
export { createDemoTask, type DemoTask, type DemoTaskOptions, toTensors } from './task.js';
export { type Accuracies, type DemoEpoch, type DemoTraining, trainDemo } from './trainDemo.js';
