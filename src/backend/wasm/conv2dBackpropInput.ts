import type { Tensor4D } from '@tensorflow/tfjs';
import { byPhases } from './byPhases.js';
import type { WasmKernel } from './heap.js';

/** ∂/∂x of a convolution: dy convolved with the filter, its channels swapped. dy [n,oh,ow,k], filter [fh,fw,c,k] → [n,h,w,c]. */
export const conv2dBackpropInput: WasmKernel = {
  name: 'Conv2DBackpropInput',
  compute({ tf, inputs, attrs }) {
    const { dy, filter } = inputs as { dy: Tensor4D; filter: Tensor4D };
    const { strides, pad, dimRoundingMode, inputShape } = attrs;
    const info = tf.backend_util.computeConv2DInfo(
      inputShape,
      filter.shape,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const swapped = tf.transpose(filter, [0, 1, 3, 2]) as Tensor4D;
    return byPhases(tf, dy, swapped, info, (x, taps, around) => tf.conv2d(x, taps, 1, around));
  },
};
