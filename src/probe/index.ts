export { type CocoRle, maskFromCocoRle } from './cocoRle.js';
export { createProbeSet, type ProbeSetOptions } from './createProbeSet.js';
export { maskFromBitmap, maskToBitmap } from './mask.js';
export { maskFromPolygons } from './polygons.js';
