import type { Tensor4D } from '@tensorflow/tfjs';
import { heapViews, type WasmKernel } from './kernel.js';

/**
 * Each output's gradient is spread evenly over its window. dy [n,oh,ow,c] → [n,h,w,c].
 *
 * As on tfjs's cpu backend the share is 1 / (fh·fw) for windows that reach over the border too, although the forward
 * pass divides by the pixels inside: a model trains the same on every backend of tfjs.
 */
export const avgPoolGrad: WasmKernel = {
  name: 'AvgPoolGrad',
  compute({ tf, backend, inputs, attrs }) {
    const { dy, input } = inputs as { dy: Tensor4D; input: Tensor4D };
    const { filterSize, strides, pad, dimRoundingMode } = attrs;
    const info = tf.backend_util.computePool2DInfo(input.shape, filterSize, strides, 1, pad, dimRoundingMode);
    const { inHeight, inWidth, inChannels: c, outHeight, outWidth, padInfo } = info;
    const result = backend.makeOutput(input.shape, 'float32');
    const [into, grad] = heapViews(backend, result, dy);
    into.fill(0);
    const share = 1 / (info.filterHeight * info.filterWidth);
    for (let b = 0; b < info.batchSize; b++)
      for (let oy = 0; oy < outHeight; oy++) {
        const y0 = oy * info.strideHeight - padInfo.top;
        const yEnd = Math.min(inHeight, y0 + info.filterHeight);
        for (let ox = 0; ox < outWidth; ox++) {
          const x0 = ox * info.strideWidth - padInfo.left;
          const xEnd = Math.min(inWidth, x0 + info.filterWidth);
          const out = ((b * outHeight + oy) * outWidth + ox) * c;
          for (let iy = Math.max(0, y0); iy < yEnd; iy++)
            for (let ix = Math.max(0, x0); ix < xEnd; ix++) {
              const at = ((b * inHeight + iy) * inWidth + ix) * c;
              for (let k = 0; k < c; k++) into[at + k] += grad[out + k] * share;
            }
        }
      }
    return result;
  },
};
