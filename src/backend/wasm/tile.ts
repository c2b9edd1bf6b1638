import type { Tensor } from '@tensorflow/tfjs';
import { heapViews, type WasmKernel } from './heap.js';

/**
 * Repeats whole blocks, as the gradients of batch normalisation and of means do: [1,1,1,c] or [n,1,1,c] → [n,h,w,c].
 */
export const tile: WasmKernel = {
  name: 'Tile',
  compute({ tf, backend, inputs, attrs, stock }) {
    const x = inputs.x as Tensor;
    const reps = attrs.reps as number[];
    const first = reps.findIndex((count) => count !== 1);
    const last = reps.findLastIndex((count) => count !== 1);
    const { sizeFromShape: size } = tf.util;
    const shape = x.shape.map((d, i) => d * reps[i]);
    // What is repeated together has to lie together.
    const blocks = first >= 0 && x.shape.slice(first, last).every((d) => d === 1);
    if (x.dtype !== 'float32' || size(shape) === 0 || !blocks) return stock();
    const result = backend.makeOutput(shape, 'float32');
    const [into, values] = heapViews(backend, result, x);
    const outer = size(x.shape.slice(0, first));
    const [block, length] = [values.length / outer, into.length / outer];
    for (let o = 0; o < outer; o++) {
      const at = o * length;
      into.set(values.subarray(o * block, (o + 1) * block), at);
      // What is there doubles with every copy.
      for (let done = block; done < length; done *= 2)
        into.copyWithin(at + done, at, at + Math.min(done, length - done));
    }
    return result;
  },
};
