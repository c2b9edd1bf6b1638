export { megabytes } from './bytes.js';
export { cacheBytes, cacheFolder, cleanCache } from './cache.js';
export { checkNative, type NativeState, obstacleHere, processorSimd } from './check.js';
export { type Installed, installNative } from './install.js';
export { findProject, type Project } from './project.js';
export { Voice } from './voice.js';
