import type { Tensor4D } from '@tensorflow/tfjs';
import type { WasmKernel } from './kernel.js';
import { zeroDilate } from './zeroDilate.js';

/**
 * ∂/∂x of a convolution: dy, its strides filled with zeros, convolved with the filter turned by 180° and its channels
 * swapped. dy [n,oh,ow,k], filter [fh,fw,c,k] → [n,h,w,c].
 */
export const conv2dBackpropInput: WasmKernel = {
  name: 'Conv2DBackpropInput',
  compute(
    tf,
    { dy, filter }: { dy: Tensor4D; filter: Tensor4D },
    { strides, pad, dimRoundingMode, inputShape },
  ) {
    const info = tf.backend_util.computeConv2DInfo(
      inputShape,
      filter.shape,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const { inHeight, inWidth, filterHeight, filterWidth, padInfo } = info;
    const spread = zeroDilate(tf, dy, info.strideHeight, info.strideWidth);
    const [, sh, sw] = spread.shape;
    // Output row y takes dy rows from y + top − (fh − 1) on: as much padding before, and behind what is missing.
    const before = [filterHeight - 1 - padInfo.top, filterWidth - 1 - padInfo.left];
    const after = [inHeight + padInfo.top - sh, inWidth + padInfo.left - sw];
    const padded = padOrCrop(tf, spread, before, after);
    const turned = tf.reverse(filter, [0, 1]).transpose([0, 1, 3, 2]) as Tensor4D;
    return tf.conv2d(padded, turned, 1, 'valid');
  },
};

/** Padding of a picture's sides where positive, cropping where negative. */
export function padOrCrop(tf: any, x: Tensor4D, before: number[], after: number[]): Tensor4D {
  const cut = (v: number) => Math.max(0, -v);
  const add = (v: number) => Math.max(0, v);
  const [n, h, w, c] = x.shape;
  const start = [0, cut(before[0]), cut(before[1]), 0];
  const size = [n, h - cut(before[0]) - cut(after[0]), w - cut(before[1]) - cut(after[1]), c];
  const cropped = size[1] === h && size[2] === w ? x : tf.slice(x, start, size);
  return tf.pad(cropped, [
    [0, 0],
    [add(before[0]), add(after[0])],
    [add(before[1]), add(after[1])],
    [0, 0],
  ]);
}
