import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { WasmKernel } from './kernel.js';

/** ∂/∂w of a depthwise convolution, one tap after the other. x [n,h,w,c], dy [n,oh,ow,c·m] → [fh,fw,c,m]. */
export const depthwiseBackpropFilter: WasmKernel = {
  name: 'DepthwiseConv2dNativeBackpropFilter',
  compute(
    tf,
    { x, dy }: { x: Tensor4D; dy: Tensor4D },
    { strides, dilations, pad, dimRoundingMode, filterShape },
  ) {
    const info = tf.backend_util.computeConv2DInfo(
      x.shape,
      filterShape,
      strides,
      dilations,
      pad,
      dimRoundingMode,
      true,
    );
    const [fh, fw, c, m] = filterShape as number[];
    const { strideHeight: sh, strideWidth: sw, outHeight: oh, outWidth: ow, padInfo } = info;
    const padded = tf.pad(x, [
      [0, 0],
      [padInfo.top, padInfo.bottom],
      [padInfo.left, padInfo.right],
      [0, 0],
    ]) as Tensor4D;
    const n = x.shape[0];
    const grown = tf.reshape(dy, [n * oh * ow, c, m]);
    const taps: Tensor[] = [];
    for (let i = 0; i < fh; i++)
      for (let j = 0; j < fw; j++)
        taps.push(
          tf.tidy(() => {
            const [top, left] = [i * info.dilationHeight, j * info.dilationWidth];
            const end = [n, top + (oh - 1) * sh + 1, left + (ow - 1) * sw + 1, c];
            const seen =
              sh === 1 && sw === 1
                ? padded.slice([0, top, left, 0], [n, oh, ow, c])
                : padded.stridedSlice([0, top, left, 0], end, [1, sh, sw, 1]);
            return seen
              .reshape([n * oh * ow, c, 1])
              .mul(grown)
              .sum(0);
          }),
        );
    return tf.stack(taps).reshape([fh, fw, c, m]);
  },
};
