export { satCallback } from '../callbacks/index.js';
export type {
  Channel,
  ChannelLike,
  DeliveryContext,
  Finding,
  History,
  Observed,
  ReferenceRun,
  Rule,
} from './alerts/index.js';
export { channels, rules } from './alerts/index.js';
export { enableFastTraining, enableWasmTraining } from './backend/index.js';
export { type ErrorCode, SatwatchError } from './errors.js';
export {
  createMonitor,
  type Monitor,
  type MonitorOptions,
  type Observation,
  type ObserveOptions,
} from './monitor/index.js';
export {
  type CocoRle,
  createProbeSet,
  type LabelledImage,
  type LabelSource,
  type LoadProbeSetOptions,
  loadProbeSet,
  maskFromBitmap,
  maskFromCocoRle,
  maskFromPolygons,
  maskToBitmap,
  type ProbeSetOptions,
  type ResizeMode,
  saveProbeSet,
} from './probe/index.js';
export {
  compareSegments,
  criticalDifferenceSvg,
  type DiagramOptions,
  htmlReport,
  type MarkdownOptions,
  markdownReport,
  type ReportedAlert,
  type ReportedSegment,
  type RunReport,
  readReport,
  type SegmentComparison,
  trajectoriesSvg,
} from './report/index.js';
export {
  type AttributeOptions,
  attribute,
  type LayerRule,
  type LayerRuleCall,
  registerLayerRule,
  type SaliencyMethod,
  type Score,
  type SegmentShapleyOptions,
  type ShapleyValues,
  saliencyMethods,
  segmentShapley,
} from './saliency/index.js';
export { aggregateSats, computeSat, rankTable, segmentMeans } from './sat/index.js';
export { openStore, type RunEvent, type RunInfo, type Store } from './store/index.js';
export type * from './types.js';
