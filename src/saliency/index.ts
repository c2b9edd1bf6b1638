export { type AttributeOptions, attribute, batchSize, explain, largest, type Score } from './attribute.js';
export { type Head, type HeadOptions, headOf, isGraphModel, isLayersModel, type Model } from './head.js';
export { methodNamed, saliencyMethods } from './methods.js';
export { type SegmentShapleyOptions, segmentShapley } from './segmentShapleyValues.js';
export type { ShapleyValues } from './shapley.js';
export type { SaliencyMethod } from './types.js';
