import { activationGrads } from './activationGrads.js';
import { avgPoolGrad } from './avgPoolGrad.js';
import { batchMatMul } from './batchMatMul.js';
import { comparisons } from './comparisons.js';
import { conv2dBackpropFilter } from './conv2dBackpropFilter.js';
import { conv2dBackpropInput } from './conv2dBackpropInput.js';
import { depthwiseBackpropFilter } from './depthwiseBackpropFilter.js';
import { depthwiseBackpropInput } from './depthwiseBackpropInput.js';
import { fusedBatchNorm } from './fusedBatchNorm.js';
import type { WasmKernel } from './heap.js';
import { cast, identity } from './identity.js';
import { maxPoolGrad } from './maxPoolGrad.js';
import { mean, sum } from './reduce.js';
import { select } from './select.js';
import { slice } from './slice.js';
import { tile } from './tile.js';
import { unsortedSegmentSum } from './unsortedSegmentSum.js';

/** What tfjs's WASM backend (4.22) lacks for training, or does slowly. */
export const wasmKernels: readonly WasmKernel[] = [
  conv2dBackpropFilter,
  conv2dBackpropInput,
  depthwiseBackpropFilter,
  depthwiseBackpropInput,
  fusedBatchNorm,
  maxPoolGrad,
  avgPoolGrad,
  unsortedSegmentSum,
  sum,
  mean,
  slice,
  tile,
  batchMatMul,
  identity,
  cast,
  select,
  ...activationGrads,
  ...comparisons,
];
