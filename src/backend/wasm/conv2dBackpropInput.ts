import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { WasmKernel } from './kernel.js';
import { moved } from './moved.js';
import { scatterWindows } from './scatterWindows.js';
import { zeroDilate } from './zeroDilate.js';

/**
 * ∂/∂x of a convolution. dy [n,oh,ow,k], filter [fh,fw,c,k] → [n,h,w,c].
 *
 * With small strides: dy, zeros between its values, convolved with the filter turned by 180° and its channels swapped.
 * Where that would mostly multiply zeros, every window's own gradient by one matrix product, added up in place.
 */
export const conv2dBackpropInput: WasmKernel = {
  name: 'Conv2DBackpropInput',
  compute({ tf, inputs, attrs, backend }) {
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
    const { inHeight, inWidth, filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
    const [, , c, k] = filter.shape;
    const disjoint = filterHeight <= strideHeight && filterWidth <= strideWidth;
    if (disjoint || strideHeight * strideWidth > 4) {
      const windows = tf.matMul(
        tf.reshape(dy, [-1, k]),
        tf.transpose(tf.reshape(filter, [filterHeight * filterWidth * c, k])),
      ) as Tensor2D;
      // One window a pixel, in order: the windows are the pictures.
      const pointwise = filterHeight * filterWidth * strideHeight * strideWidth === 1;
      if (pointwise && info.outHeight === inHeight && info.outWidth === inWidth)
        return tf.reshape(windows, inputShape);
      return scatterWindows(backend, windows, info);
    }
    const spread = zeroDilate(tf, dy, strideHeight, strideWidth);
    const [, sh, sw] = spread.shape;
    // Output row y takes dy rows from y + top − (fh − 1) on: as much padding before, and behind what is missing.
    const before = [filterHeight - 1 - padInfo.top, filterWidth - 1 - padInfo.left];
    const after = [inHeight + padInfo.top - sh, inWidth + padInfo.left - sw];
    const from = moved(tf, spread, before, after);
    const turned = tf.reverse(filter, [0, 1]).transpose([0, 1, 3, 2]) as Tensor4D;
    return tf.conv2d(from.x, turned, 1, from.pad);
  },
};
