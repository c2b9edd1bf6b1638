export { type AttributeOptions, attribute, batchSize, explain } from './attribute.js';
export { type Head, type HeadOptions, headOf, isGraphModel, isLayersModel, type Model } from './head.js';
export { methodNamed, saliencyMethods } from './methods.js';
export { type LayerRule, type LayerRuleCall, registerLayerRule } from './rules/layerRules.js';
export { largest, type Score, scores } from './scoring.js';
export { type SegmentShapleyOptions, segmentShapley } from './segmentShapleyValues.js';
export type { ShapleyValues } from './shapley.js';
export type { SaliencyMethod } from './types.js';
