import type { Tensor } from '@tensorflow/tfjs';
import type { WasmKernel } from './kernel.js';

/** Sums the rows of x by their segment id (the gradient of gather): x [r,…], ids [r] → [numSegments,…]. */
export const unsortedSegmentSum: WasmKernel = {
  name: 'UnsortedSegmentSum',
  compute(tf, { x, segmentIds }: { x: Tensor; segmentIds: Tensor }, { numSegments }) {
    const values = tf.engine().backend as any;
    const rows = values.readSync(x.dataId) as Float32Array;
    const ids = values.readSync(segmentIds.dataId) as Int32Array;
    const length = rows.length / Math.max(1, ids.length);
    const sums = new Float32Array(numSegments * length);
    for (let i = 0; i < ids.length; i++) {
      // As tfjs's own kernels: ids outside the range are dropped.
      if (ids[i] < 0 || ids[i] >= numSegments) continue;
      for (let j = 0; j < length; j++) sums[ids[i] * length + j] += rows[i * length + j];
    }
    return tf.tensor(sums, [numSegments, ...x.shape.slice(segmentIds.shape.length)], x.dtype as 'float32');
  },
};
