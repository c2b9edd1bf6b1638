import type { Tensor4D } from '@tensorflow/tfjs';
import { heapViews, type WasmKernel } from './kernel.js';

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
            const tap = (i * fw + j) * c * m;
            for (let ox = 0; ox < outWidth; ox++) {
              const column = ox * strideWidth + j * dilationWidth - padInfo.left;
              if (column < 0 || column >= inWidth) continue;
              const from = ((b * inHeight + y) * inWidth + column) * c;
              const at = ((b * outHeight + oy) * outWidth + ox) * c * m;
              if (m === 1) for (let k = 0; k < c; k++) sums[tap + k] += seen[from + k] * grad[at + k];
              else
                for (let k = 0, q = 0; k < c; k++)
                  for (const end = q + m; q < end; q++) sums[tap + q] += seen[from + k] * grad[at + q];
            }
          }
        }
    into.set(sums);
    return result;
  },
};
