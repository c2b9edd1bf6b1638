import type { Tensor } from '@tensorflow/tfjs';
import { heapViews, type WasmKernel } from './heap.js';

/** Sums the rows of x by their segment id (the gradient of gather): x [r,…], ids [r] → [numSegments,…]. */
export const unsortedSegmentSum: WasmKernel = {
  name: 'UnsortedSegmentSum',
  compute({ backend, inputs, attrs }) {
    const { x, segmentIds } = inputs as { x: Tensor; segmentIds: Tensor };
    const segments = attrs.numSegments as number;
    const result = backend.makeOutput([segments, ...x.shape.slice(segmentIds.rank)], x.dtype);
    const [into, rows, ids] = heapViews(backend, result, x, segmentIds);
    const length = rows.length / Math.max(1, ids.length);
    into.fill(0);
    for (let i = 0; i < ids.length; i++) {
      // As tfjs's own kernels: ids outside the range are dropped.
      if (ids[i] < 0 || ids[i] >= segments) continue;
      for (let j = 0; j < length; j++) into[ids[i] * length + j] += rows[i * length + j];
    }
    return result;
  },
};
