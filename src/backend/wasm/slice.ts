import type { Tensor } from '@tensorflow/tfjs';
import { heapViews, type WasmKernel } from './heap.js';

/**
 * A part of a tensor, copied run by run from the heap. The shipped kernel copies the whole tensor out first, whatever
 * the part's size: a batch of a data set costs as much as the data set.
 */
export const slice: WasmKernel = {
  name: 'Slice',
  compute({ tf, backend, inputs, attrs, stock }) {
    const x = inputs.x as Tensor;
    if (x.dtype !== 'float32' && x.dtype !== 'int32' && x.dtype !== 'bool') return stock();
    const [begin, size] = tf.slice_util.parseSliceParams(x, attrs.begin, attrs.size);
    const result = backend.makeOutput(size, x.dtype);
    const [into, values] = heapViews(backend, result, x);
    if (into.length === 0) return result;
    const strides = tf.util.computeStrides(x.shape).concat(1);
    // Axes from `whole` on are taken in full: with the one before them they lie in one run.
    let whole = x.rank;
    while (whole > 0 && size[whole - 1] === x.shape[whole - 1]) whole--;
    const outer = Math.max(0, whole - 1);
    const run = tf.util.sizeFromShape(size.slice(outer));
    const at = new Array<number>(outer).fill(0);
    let first = begin.reduce((sum, b, axis) => sum + b * strides[axis], 0);
    for (let to = 0; to < into.length; to += run) {
      // Copying short runs by hand spares the making of a view.
      if (run < 32) for (let i = 0; i < run; i++) into[to + i] = values[first + i];
      else into.set(values.subarray(first, first + run), to);
      for (let axis = outer - 1; axis >= 0; axis--) {
        first += strides[axis];
        if (++at[axis] < size[axis]) break;
        first -= size[axis] * strides[axis];
        at[axis] = 0;
      }
    }
    return result;
  },
};
