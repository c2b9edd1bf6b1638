export { inlineTrajectories, trajectoriesSvg } from './picture.js';
export { trajectoriesCaption } from './plan.js';
