import type { Tensor4D } from '@tensorflow/tfjs';
import { byPhases } from './byPhases.js';
import type { WasmKernel } from './heap.js';

/**
 * Each output's gradient is spread evenly over its window: ∂/∂x of a depthwise convolution with a constant filter.
 * dy [n,oh,ow,c] → [n,h,w,c].
 *
 * As on tfjs's cpu backend the share is 1 / (fh·fw) for windows that reach over the border too, although the forward
 * pass divides by the pixels inside: a model trains the same on every backend of tfjs.
 */
export const avgPoolGrad: WasmKernel = {
  name: 'AvgPoolGrad',
  compute({ tf, inputs, attrs }) {
    const { dy, input } = inputs as { dy: Tensor4D; input: Tensor4D };
    const { filterSize, strides, pad, dimRoundingMode } = attrs;
    const info = tf.backend_util.computePool2DInfo(input.shape, filterSize, strides, 1, pad, dimRoundingMode);
    const { filterHeight, filterWidth, inChannels } = info;
    const shares = tf.fill([filterHeight, filterWidth, inChannels, 1], 1 / (filterHeight * filterWidth));
    return byPhases(tf, dy, shares as Tensor4D, info, (x, taps, around) =>
      tf.depthwiseConv2d(x, taps, 1, around),
    );
  },
};
