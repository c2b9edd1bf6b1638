import type { Tensor4D } from '@tensorflow/tfjs';
import { byPhases } from './byPhases.js';
import type { WasmKernel } from './heap.js';

/**
 * ∂/∂x of a depthwise convolution: dy convolved depthwise with the filter, one channel multiplier after the other.
 * dy [n,oh,ow,c·m], filter [fh,fw,c,m] → [n,h,w,c].
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
    const dilation: [number, number] = [info.dilationHeight, info.dilationWidth];
    const [fh, fw, c, multiplier] = filter.shape;
    const [n, oh, ow] = dy.shape;
    const parts = Array.from({ length: multiplier }, (_, m) => {
      const own = multiplier === 1 ? dy : pick(dy.reshape([n, oh, ow, c, multiplier]), m);
      const taps = multiplier === 1 ? filter : (filter.slice([0, 0, 0, m], [fh, fw, c, 1]) as Tensor4D);
      return byPhases(tf, own, taps, info, (x, turned, around) =>
        tf.depthwiseConv2d(x, turned, 1, around, 'NHWC', dilation),
      );
    });
    return parts.length === 1 ? parts[0] : tf.addN(parts);

    function pick(byMultiplier: ReturnType<Tensor4D['reshape']>, m: number): Tensor4D {
      return byMultiplier.slice([0, 0, 0, 0, m], [n, oh, ow, c, 1]).reshape([n, oh, ow, c]);
    }
  },
};
