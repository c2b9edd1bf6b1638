export { type AttributeOptions, attribute, batchSize, explain } from './attribute.js';
export { methodNamed, saliencyMethods } from './methods/index.js';
export {
  type Head,
  type HeadOptions,
  headOf,
  isGraphModel,
  isLayersModel,
  type Model,
} from './model/head.js';
export { largest, type Score, scores } from './model/scoring.js';
export { type LayerRule, type LayerRuleCall, registerLayerRule } from './rules/layerRules.js';
export { type SegmentShapleyOptions, segmentShapley } from './segments/segmentShapleyValues.js';
export type { ShapleyValues } from './segments/shapley.js';
export type { SaliencyMethod } from './types.js';
