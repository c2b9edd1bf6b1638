export { satCallback } from './satCallback.js';
