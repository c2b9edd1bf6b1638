import type { Tensor } from '@tensorflow/tfjs';
import { heapViews, type WasmKernel } from './heap.js';

/** Values of t where the condition holds, of e elsewhere; all of one shape. */
export const select: WasmKernel = {
  name: 'Select',
  compute({ tf, backend, inputs, stock }) {
    const { condition, t, e } = inputs as Record<string, Tensor>;
    const same = [t, e].every((x) => x.dtype === 'float32' && tf.util.arraysEqual(x.shape, condition.shape));
    if (!same) return stock();
    const result = backend.makeOutput(t.shape, 'float32');
    const [into, holds, yes, no] = heapViews(backend, result, condition, t, e);
    for (let i = 0; i < into.length; i++) into[i] = holds[i] ? yes[i] : no[i];
    return result;
  },
};
