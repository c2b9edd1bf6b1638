import type { Tensor4D } from '@tensorflow/tfjs';
import { heapViews, type WasmKernel } from './heap.js';

/** Each output's gradient goes to the first largest value of its window (row-major). dy [n,oh,ow,c] → [n,h,w,c]. */
export const maxPoolGrad: WasmKernel = {
  name: 'MaxPoolGrad',
  compute({ tf, backend, inputs, attrs }) {
    const { dy, input, output } = inputs as Record<string, Tensor4D>;
    const { filterSize, strides, pad, dimRoundingMode } = attrs;
    const info = tf.backend_util.computePool2DInfo(input.shape, filterSize, strides, 1, pad, dimRoundingMode);
    const { inHeight, inWidth, inChannels: c, outHeight, outWidth, padInfo } = info;
    const result = backend.makeOutput(input.shape, 'float32');
    const [into, grad, x, y] = heapViews(backend, result, dy, input, output);
    into.fill(0);
    // Where a window's pixels inside the picture begin in memory: the loops over them cost more than the comparisons.
    const pixels = new Int32Array(info.filterHeight * info.filterWidth);
    let out = 0;
    for (let b = 0; b < info.batchSize; b++)
      for (let oy = 0; oy < outHeight; oy++) {
        const y0 = oy * info.strideHeight - padInfo.top;
        const yEnd = Math.min(inHeight, y0 + info.filterHeight);
        for (let ox = 0; ox < outWidth; ox++, out += c) {
          const x0 = ox * info.strideWidth - padInfo.left;
          const xEnd = Math.min(inWidth, x0 + info.filterWidth);
          let count = 0;
          for (let iy = Math.max(0, y0); iy < yEnd; iy++)
            for (let ix = Math.max(0, x0); ix < xEnd; ix++)
              pixels[count++] = ((b * inHeight + iy) * inWidth + ix) * c;
          if (count === 1) {
            // Without a look at the output: tfjs's own forward pass forgets the padding of windows of 1×1.
            for (let k = 0; k < c; k++) into[pixels[0] + k] += grad[out + k];
            continue;
          }
          // Without a branch: which pixel is the largest cannot be foretold, and every wrong guess costs a dozen steps.
          for (let k = 0; k < c; k++) {
            const largest = y[out + k];
            let left = grad[out + k];
            for (let p = 0; p < count; p++) {
              const at = pixels[p] + k;
              const share = left * Number(x[at] === largest);
              into[at] += share;
              left -= share;
            }
          }
        }
      }
    return result;
  },
};
