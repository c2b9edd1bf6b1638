import type { Tensor4D } from '@tensorflow/tfjs';
import type { WasmKernel } from './kernel.js';
import { moved } from './moved.js';
import { zeroDilate } from './zeroDilate.js';

/** ∂/∂x of a depthwise convolution, one channel multiplier after the other. dy [n,oh,ow,c·m], filter [fh,fw,c,m] → [n,h,w,c]. */
export const depthwiseBackpropInput: WasmKernel = {
  name: 'DepthwiseConv2dNativeBackpropInput',
  compute(
    tf,
    { dy, filter }: { dy: Tensor4D; filter: Tensor4D },
    { strides, dilations, pad, dimRoundingMode, inputShape },
  ) {
    const info = tf.backend_util.computeConv2DInfo(
      inputShape,
      filter.shape,
      strides,
      dilations,
      pad,
      dimRoundingMode,
      true,
    );
    const { inHeight, inWidth, inChannels, dilationHeight, dilationWidth, padInfo } = info;
    const [fh, fw, , multiplier] = filter.shape;
    const [n, oh, ow] = dy.shape;
    const before = [(fh - 1) * dilationHeight - padInfo.top, (fw - 1) * dilationWidth - padInfo.left];
    const parts = Array.from({ length: multiplier }, (_, m) => {
      const own = tf
        .reshape(dy, [n, oh, ow, inChannels, multiplier])
        .slice([0, 0, 0, 0, m], [n, oh, ow, inChannels, 1]);
      const spread = zeroDilate(
        tf,
        own.reshape([n, oh, ow, inChannels]) as Tensor4D,
        info.strideHeight,
        info.strideWidth,
      );
      const after = [inHeight + padInfo.top - spread.shape[1], inWidth + padInfo.left - spread.shape[2]];
      const turned = tf.reverse(tf.slice(filter, [0, 0, 0, m], [fh, fw, inChannels, 1]), [0, 1]) as Tensor4D;
      const from = moved(tf, spread, before, after);
      return tf.depthwiseConv2d(from.x, turned, 1, from.pad, 'NHWC', [dilationHeight, dilationWidth]);
    });
    return parts.length === 1 ? parts[0] : tf.addN(parts);
  },
};
