import type { Tensor } from '@tensorflow/tfjs';
import type { WasmKernel } from './heap.js';

/** Products of single matrices with one transposed (the gradients of dense layers): transposed first, then shipped. */
export const batchMatMul: WasmKernel = {
  name: 'BatchMatMul',
  compute({ tf, inputs, attrs, stock }) {
    const { a, b } = inputs as { a: Tensor; b: Tensor };
    const { transposeA, transposeB } = attrs;
    const single = [a, b].every(({ shape }) => tf.util.sizeFromShape(shape.slice(0, -2)) === 1);
    if (!(transposeA || transposeB) || !single || a.dtype !== 'float32' || b.dtype !== 'float32')
      return stock();
    return tf.matMul(transposeA ? turned(a) : a, transposeB ? turned(b) : b);

    function turned(matrix: Tensor): Tensor {
      const axes = matrix.shape.map((_, i) => i);
      const last = axes.pop()!;
      return tf.transpose(matrix, [...axes.slice(0, -1), last, axes[axes.length - 1]]);
    }
  },
};
