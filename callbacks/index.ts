export { type SatCallbackOptions, satCallback } from './satCallback.js';
