import type { Tensor } from '@tensorflow/tfjs';
import { heapViews, type WasmKernel } from './heap.js';

/** Repeats a whole block, as the gradient of batch normalisation does: [1,1,1,c] → [n,h,w,c]. */
export const tile: WasmKernel = {
  name: 'Tile',
  compute({ tf, backend, inputs, attrs, stock }) {
    const x = inputs.x as Tensor;
    const reps = attrs.reps as number[];
    const lastRepeated = reps.findLastIndex((count) => count !== 1);
    const wholeBlock = x.shape.slice(0, lastRepeated).every((d) => d === 1);
    if (x.dtype !== 'float32' || x.size === 0 || !wholeBlock) return stock();
    const shape = x.shape.map((d, i) => d * reps[i]);
    const result = backend.makeOutput(shape, 'float32');
    const [into, values] = heapViews(backend, result, x);
    if (tf.util.sizeFromShape(shape) === 0) return result;
    into.set(values);
    // What is there doubles with every copy.
    for (let done = values.length; done < into.length; done *= 2) into.copyWithin(done, 0, done);
    return result;
  },
};
