import type { Tensor } from '@tensorflow/tfjs';
import { heapViews, type WasmCall, type WasmKernel } from './heap.js';

/**
 * Sums over leading or middle axes: the gradients of biases, the moments and the gradients of batch normalisation,
 * global pooling. The shipped kernels transpose everything first. Sums are kept in double precision, as on cpu.
 */
export const sum: WasmKernel = { name: 'Sum', compute: (call) => reduce(call, () => 1) };

/** Means over the same axes. */
export const mean: WasmKernel = { name: 'Mean', compute: (call) => reduce(call, (length) => length) };

function reduce({ tf, backend, inputs, attrs, stock }: WasmCall, divisor: (length: number) => number) {
  const x = inputs.x as Tensor;
  const axes = tf.util.parseAxisParam(attrs.axis ?? [], x.shape).sort((a, b) => a - b);
  const [first, last] = [axes[0], axes[axes.length - 1]];
  const contiguous = axes.length > 0 && last - first === axes.length - 1;
  // Over the last axes the shipped kernels read memory in order already.
  if (x.dtype !== 'float32' || !contiguous || last === x.rank - 1) return stock();
  const size = tf.util.sizeFromShape;
  const outer = size(x.shape.slice(0, first));
  const length = size(x.shape.slice(first, last + 1));
  const inner = size(x.shape.slice(last + 1));
  const shape = x.shape.flatMap((d, i) => (i < first || i > last ? [d] : attrs.keepDims ? [1] : []));
  const result = backend.makeOutput(shape, 'float32');
  const [into, values] = heapViews(backend, result, x);
  const sums = new Float64Array(inner);
  const over = divisor(length);
  for (let o = 0; o < outer; o++) {
    sums.fill(0);
    let at = o * length * inner;
    const end = at + length * inner;
    // Four rows at a time, so that the sums are fetched and stored a quarter as often.
    for (; at + 4 * inner <= end; at += 4 * inner)
      for (let k = 0, i = at; k < inner; k++, i++)
        sums[k] += values[i] + values[i + inner] + values[i + 2 * inner] + values[i + 3 * inner];
    for (; at < end; at += inner) for (let k = 0; k < inner; k++) sums[k] += values[at + k];
    for (let k = 0; k < inner; k++) into[o * inner + k] = sums[k] / over;
  }
  return result;
}
