import type { Tensor } from '@tensorflow/tfjs';
import { dropAbsent } from '../absentInputs.js';
import { byRows } from '../byRows.js';
import type { WasmKernel } from './heap.js';

/**
 * (x − mean) · scale / √(variance + ε) + offset, x [n,h,w,c], the rest [c], by vectorised kernels. The shipped kernel
 * looks up all four for every value.
 */
export const fusedBatchNorm: WasmKernel = {
  name: 'FusedBatchNorm',
  compute({ tf, inputs, attrs, stock }) {
    dropAbsent(inputs);
    const { x, mean, variance, offset, scale } = inputs as Record<string, Tensor>;
    if (mean.rank !== 1) return stock();
    const inverse = tf.rsqrt(tf.add(variance, attrs.varianceEpsilon));
    const factor = scale ? tf.mul(inverse, scale) : inverse;
    const scaled = byRows(tf, tf.mul, byRows(tf, tf.sub, x, mean), factor);
    return offset ? byRows(tf, tf.add, scaled, offset) : scaled;
  },
};
