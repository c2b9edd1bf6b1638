import type { Tensor4D } from '@tensorflow/tfjs';
import type { WasmKernel } from './kernel.js';

/** Each output's gradient goes to the first largest value of its window (row-major). dy [n,oh,ow,c] → [n,h,w,c]. */
export const maxPoolGrad: WasmKernel = {
  name: 'MaxPoolGrad',
  compute(
    tf,
    { dy, input }: { dy: Tensor4D; input: Tensor4D },
    { filterSize, strides, pad, dimRoundingMode },
  ) {
    const info = tf.backend_util.computePool2DInfo(input.shape, filterSize, strides, 1, pad, dimRoundingMode);
    const { batchSize, inHeight, inWidth, inChannels: c, outHeight, outWidth, padInfo } = info;
    const backend = tf.engine().backend as any;
    const result = tf.zeros(input.shape) as Tensor4D;
    // Views on the heap, taken after the last allocation: growing memory would leave them behind.
    const into = backend.typedArrayFromHeap(result) as Float32Array;
    const grad = backend.typedArrayFromHeap(dy) as Float32Array;
    const x = backend.typedArrayFromHeap(input) as Float32Array;
    for (let b = 0; b < batchSize; b++)
      for (let oy = 0; oy < outHeight; oy++) {
        const y0 = oy * info.strideHeight - padInfo.top;
        const yStart = Math.max(0, y0);
        const yEnd = Math.min(inHeight, y0 + info.filterHeight);
        for (let ox = 0; ox < outWidth; ox++) {
          const x0 = ox * info.strideWidth - padInfo.left;
          const xStart = Math.max(0, x0);
          const xEnd = Math.min(inWidth, x0 + info.filterWidth);
          const out = ((b * outHeight + oy) * outWidth + ox) * c;
          for (let k = 0; k < c; k++) {
            let best = -1;
            let bestValue = Number.NEGATIVE_INFINITY;
            for (let iy = yStart; iy < yEnd; iy++)
              for (let ix = xStart; ix < xEnd; ix++) {
                const at = ((b * inHeight + iy) * inWidth + ix) * c + k;
                if (best < 0 || x[at] > bestValue) [best, bestValue] = [at, x[at]];
              }
            if (best >= 0) into[best] += grad[out + k];
          }
        }
      }
    return result;
  },
};
