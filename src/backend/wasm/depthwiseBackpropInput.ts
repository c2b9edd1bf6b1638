import type { Tensor4D } from '@tensorflow/tfjs';
import type { WasmKernel } from './kernel.js';
import { moved } from './moved.js';
import { zeroDilate } from './zeroDilate.js';

/**
 * ∂/∂x of a depthwise convolution: dy, its strides filled with zeros, convolved depthwise with the filter turned by
 * 180°, one channel multiplier after the other. dy [n,oh,ow,c·m], filter [fh,fw,c,m] → [n,h,w,c].
 */
export const depthwiseBackpropInput: WasmKernel = {
  name: 'DepthwiseConv2dNativeBackpropInput',
  compute({ tf, inputs, attrs }) {
    const { dy, filter } = inputs as { dy: Tensor4D; filter: Tensor4D };
    const { strides, dilations, pad, dimRoundingMode, inputShape } = attrs;
    const info = tf.backend_util.computeConv2DInfo(
      inputShape,
      filter.shape,
      strides,
      dilations ?? 1,
      pad,
      dimRoundingMode,
      true,
    );
    const { inHeight, inWidth, inChannels: c, strideHeight, strideWidth, padInfo } = info;
    const dilation: [number, number] = [info.dilationHeight, info.dilationWidth];
    const [fh, fw, , multiplier] = filter.shape;
    const [n, oh, ow] = dy.shape;
    const before = [(fh - 1) * dilation[0] - padInfo.top, (fw - 1) * dilation[1] - padInfo.left];
    const turned = tf.reverse(filter, [0, 1]);
    const parts = Array.from({ length: multiplier }, (_, m) => {
      const own = multiplier === 1 ? dy : pick(dy.reshape([n, oh, ow, c, multiplier]), m);
      const spread = zeroDilate(tf, own, strideHeight, strideWidth);
      const after = [inHeight + padInfo.top - spread.shape[1], inWidth + padInfo.left - spread.shape[2]];
      const taps = turned.slice([0, 0, 0, m], [fh, fw, c, 1]) as Tensor4D;
      const from = moved(tf, spread, before, after);
      return tf.depthwiseConv2d(from.x, taps, 1, from.pad, 'NHWC', dilation);
    });
    return parts.length === 1 ? parts[0] : tf.addN(parts);

    function pick(byMultiplier: ReturnType<Tensor4D['reshape']>, m: number): Tensor4D {
      return byMultiplier.slice([0, 0, 0, 0, m], [n, oh, ow, c, 1]).reshape([n, oh, ow, c]);
    }
  },
};
