import type { Tensor } from '@tensorflow/tfjs';
import { heapViews, type WasmKernel } from './heap.js';

/**
 * Comparisons with a number or of equal shapes, as the gradients of ReLU6, leaky ReLU and clipping do: [shape] → bool
 * [shape]. The shipped kernels work out the broadcasting of every single value.
 */
export const comparisons: readonly WasmKernel[] = [
  // A function of its own each: one shared loop would call through a pointer for every value.
  comparison('Greater', (into, a, b, step) => {
    for (let i = 0, j = 0; i < into.length; i++, j += step) into[i] = Number(a[i] > b[j]);
  }),
  comparison('GreaterEqual', (into, a, b, step) => {
    for (let i = 0, j = 0; i < into.length; i++, j += step) into[i] = Number(a[i] >= b[j]);
  }),
  comparison('Less', (into, a, b, step) => {
    for (let i = 0, j = 0; i < into.length; i++, j += step) into[i] = Number(a[i] < b[j]);
  }),
  comparison('LessEqual', (into, a, b, step) => {
    for (let i = 0, j = 0; i < into.length; i++, j += step) into[i] = Number(a[i] <= b[j]);
  }),
  comparison('LogicalAnd', (into, a, b, step) => {
    for (let i = 0, j = 0; i < into.length; i++, j += step) into[i] = a[i] & b[j];
  }),
];

type Values = ArrayLike<number>;

/** `step` is 1, or 0 where b is a single number. */
function comparison(
  name: string,
  fill: (into: Uint8Array, a: Values, b: Values, step: 0 | 1) => void,
): WasmKernel {
  return {
    name,
    compute({ tf, backend, inputs, stock }) {
      const { a, b } = inputs as { a: Tensor; b: Tensor };
      const same = tf.util.arraysEqual(a.shape, b.shape);
      if (a.dtype !== b.dtype || a.dtype === 'string' || !(same || b.rank === 0)) return stock();
      const result = backend.makeOutput(a.shape, 'bool');
      const [into, left, right] = heapViews(backend, result, a, b);
      fill(into as unknown as Uint8Array, left, right, same && b.rank > 0 ? 1 : 0);
      return result;
    },
  };
}
