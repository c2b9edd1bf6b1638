import type { Tensor4D } from '@tensorflow/tfjs';
import { filterGradientByShifts } from './filterGradientByShifts.js';
import type { WasmKernel } from './heap.js';

/**
 * ∂/∂w of a convolution. x [n,h,w,c], dy [n,oh,ow,k] → [fh,fw,c,k].
 *
 * Itself a convolution: of x with its batch as channels, by dy as the filter, stride and dilation swapped. Without
 * strides a matrix product over shifted copies takes half the time.
 */
export const conv2dBackpropFilter: WasmKernel = {
  name: 'Conv2DBackpropFilter',
  compute(call) {
    const { tf, inputs, attrs } = call;
    const { x, dy } = inputs as { x: Tensor4D; dy: Tensor4D };
    const { strides, pad, dimRoundingMode, filterShape } = attrs;
    const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad, dimRoundingMode);
    const { padInfo, strideHeight, strideWidth } = info;
    const [fh, fw, c, k] = filterShape as number[];
    const pointwise = fh === 1 && fw === 1 && strideHeight === 1 && strideWidth === 1;
    if (pointwise && info.outHeight === info.inHeight && info.outWidth === info.inWidth)
      // Transposed first: the shipped product of a transposed matrix is a plain loop.
      return tf.matMul(tf.transpose(tf.reshape(x, [-1, c])), tf.reshape(dy, [-1, k])).reshape(filterShape);
    const byShifts = strideHeight * strideWidth === 1 && filterGradientByShifts(call, x, dy, info);
    if (byShifts) return byShifts;
    const images = tf.transpose(x, [3, 1, 2, 0]) as Tensor4D;
    const filter = tf.transpose(dy, [1, 2, 0, 3]) as Tensor4D;
    const around: [[number, number], [number, number], [number, number], [number, number]] = [
      [0, 0],
      [padInfo.top, padInfo.bottom],
      [padInfo.left, padInfo.right],
      [0, 0],
    ];
    const all = tf.conv2d(images, filter, 1, around, 'NHWC', [strideHeight, strideWidth]);
    // Rows and columns of x that no window reached give taps beyond the filter.
    return all.slice([0, 0, 0, 0], [c, fh, fw, k]).transpose([1, 2, 0, 3]);
  },
};
