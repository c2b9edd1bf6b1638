import type { Tensor4D } from '@tensorflow/tfjs';
import { heapViews, type WasmKernel } from './heap.js';

/** ∂/∂w of a depthwise convolution. x [n,h,w,c], dy [n,oh,ow,c·m] → [fh,fw,c,m]. */
export const depthwiseBackpropFilter: WasmKernel = {
  name: 'DepthwiseConv2dNativeBackpropFilter',
  compute({ tf, backend, inputs, attrs }) {
    const { x, dy } = inputs as { x: Tensor4D; dy: Tensor4D };
    const { strides, dilations, pad, dimRoundingMode, filterShape } = attrs;
    const info = tf.backend_util.computeConv2DInfo(
      x.shape,
      filterShape,
      strides,
      dilations ?? 1,
      pad,
      dimRoundingMode,
      true,
    );
    const { inHeight, inWidth, outHeight, outWidth, strideWidth, dilationWidth, padInfo } = info;
    const [fh, fw, c, m] = filterShape as number[];
    const result = backend.makeOutput(filterShape, 'float32');
    const [into, seen, grad] = heapViews(backend, result, x, dy);
    const sums = new Float64Array(fh * fw * c * m);
    for (let b = 0; b < info.batchSize; b++)
      for (let oy = 0; oy < outHeight; oy++)
        for (let i = 0; i < fh; i++) {
          const y = oy * info.strideHeight + i * info.dilationHeight - padInfo.top;
          if (y < 0 || y >= inHeight) continue;
          for (let j = 0; j < fw; j++) {
            // The outputs of this row whose tap lies inside the picture.
            const shift = j * dilationWidth - padInfo.left;
            const first = Math.max(0, Math.ceil(-shift / strideWidth));
            const last = Math.min(outWidth - 1, Math.floor((inWidth - 1 - shift) / strideWidth));
            const row = ((b * inHeight + y) * inWidth + first * strideWidth + shift) * c;
            const out = ((b * outHeight + oy) * outWidth + first) * c * m;
            for (let q = 0; q < c * m; q++) {
              let sum = 0;
              let from = row + Math.floor(q / m);
              let at = out + q;
              for (let ox = first; ox <= last; ox++, from += strideWidth * c, at += c * m)
                sum += seen[from] * grad[at];
              sums[(i * fw + j) * c * m + q] += sum;
            }
          }
        }
    into.set(sums);
    return result;
  },
};
