import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { Tf } from '../types.js';
import { moved } from './moved.js';

/** Where a convolution's windows lie, as `computeConv2DInfo` says it. */
interface Windows {
  batchSize: number;
  inHeight: number;
  inWidth: number;
  inChannels: number;
  outHeight: number;
  outWidth: number;
  filterHeight: number;
  filterWidth: number;
  strideHeight: number;
  strideWidth: number;
  dilationHeight: number;
  dilationWidth: number;
  padInfo: { top: number; left: number };
}

/**
 * ∂/∂x of a convolution of any kind, without the zeros that a stride would put between the values of dy: the pixels
 * whose row and column leave the same remainders on division by the strides see the same taps of the filter, so each
 * such phase is a convolution of dy by them, turned by 180°; the phases are interleaved at the end.
 *
 * dy [n,oh,ow,k], filter [fh,fw,·,·] → [n,h,w,c]; `convolve` takes [n,·,·,k] and taps [·,·,·,·] to [n,·,·,c].
 */
export function byPhases(
  tf: Tf,
  dy: Tensor4D,
  filter: Tensor4D,
  at: Windows,
  convolve: (x: Tensor4D, taps: Tensor4D, pad: ReturnType<typeof moved>['pad']) => Tensor4D,
): Tensor {
  const { batchSize: n, inHeight, inWidth, inChannels: c, strideHeight: sh, strideWidth: sw, padInfo } = at;
  const [fh, fw, ...rest] = filter.shape;
  // From the first row of the padding on, in steps of the stride.
  const rows = Math.ceil((inHeight + padInfo.top) / sh);
  const columns = Math.ceil((inWidth + padInfo.left) / sw);
  const phase = (i: number, j: number): Tensor => {
    if (i >= fh || j >= fw) return tf.zeros([n, rows, columns, c]);
    const own =
      sh * sw === 1 ? filter : tf.stridedSlice(filter, [i, j, 0, 0], [fh, fw, ...rest], [sh, sw, 1, 1]);
    const taps = tf.reverse(own, [0, 1]) as Tensor4D;
    const before = [(taps.shape[0] - 1) * at.dilationHeight, (taps.shape[1] - 1) * at.dilationWidth];
    const from = moved(tf, dy, before, [rows - at.outHeight, columns - at.outWidth]);
    return convolve(from.x, taps, from.pad);
  };
  const row = (i: number) =>
    concat(Array.from({ length: sw }, (_, j) => phase(i, j))).reshape([n, rows, columns * sw * c]);
  const all = concat(Array.from({ length: sh }, (_, i) => row(i))).reshape([n, rows * sh, columns * sw, c]);
  return rows * sh === inHeight && columns * sw === inWidth
    ? all
    : all.slice([0, padInfo.top, padInfo.left, 0], [n, inHeight, inWidth, c]);

  function concat(parts: Tensor[]): Tensor {
    return parts.length === 1 ? parts[0] : tf.concat(parts, parts[0].rank - 1);
  }
}
