export { type CocoRle, maskFromCocoRle } from './cocoRle.js';
export { createProbeSet, type ProbeSetOptions } from './createProbeSet.js';
export type { LabelledImage, LabelSource } from './labels.js';
export { type LoadProbeSetOptions, loadProbeSet } from './loadProbeSet.js';
export { maskFromBitmap, maskToBitmap } from './mask.js';
export { maskFromPolygons } from './polygons.js';
export type { ResizeMode } from './resize.js';
export { saveProbeSet } from './saveProbeSet.js';
export { thumbnails } from './thumbnail.js';
