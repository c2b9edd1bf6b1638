import type { Tensor4D } from '@tensorflow/tfjs';
import { heapViews, type WasmKernel } from './kernel.js';

/** Each output's gradient goes to the first largest value of its window (row-major). dy [n,oh,ow,c] → [n,h,w,c]. */
export const maxPoolGrad: WasmKernel = {
  name: 'MaxPoolGrad',
  compute({ tf, backend, inputs, attrs }) {
    const { dy, input } = inputs as { dy: Tensor4D; input: Tensor4D };
    const { filterSize, strides, pad, dimRoundingMode } = attrs;
    const info = tf.backend_util.computePool2DInfo(input.shape, filterSize, strides, 1, pad, dimRoundingMode);
    const { inHeight, inWidth, inChannels: c, outHeight, outWidth, padInfo } = info;
    const result = backend.makeOutput(input.shape, 'float32');
    const [into, grad, x] = heapViews(backend, result, dy, input);
    into.fill(0);
    const best = new Float32Array(c);
    const bestAt = new Int32Array(c);
    for (let b = 0; b < info.batchSize; b++)
      for (let oy = 0; oy < outHeight; oy++) {
        const y0 = oy * info.strideHeight - padInfo.top;
        const yEnd = Math.min(inHeight, y0 + info.filterHeight);
        for (let ox = 0; ox < outWidth; ox++) {
          const x0 = ox * info.strideWidth - padInfo.left;
          const xEnd = Math.min(inWidth, x0 + info.filterWidth);
          // Channels innermost, as they lie in memory.
          bestAt.fill(-1);
          for (let iy = Math.max(0, y0); iy < yEnd; iy++)
            for (let ix = Math.max(0, x0); ix < xEnd; ix++) {
              const from = ((b * inHeight + iy) * inWidth + ix) * c;
              for (let k = 0; k < c; k++)
                if (bestAt[k] < 0 || x[from + k] > best[k]) {
                  best[k] = x[from + k];
                  bestAt[k] = from + k;
                }
            }
          const out = ((b * outHeight + oy) * outWidth + ox) * c;
          for (let k = 0; k < c; k++) if (bestAt[k] >= 0) into[bestAt[k]] += grad[out + k];
        }
      }
    return result;
  },
};
