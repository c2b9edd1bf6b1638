import type { Tensor4D } from '@tensorflow/tfjs';
import type { Tf } from '../types.js';

type Pads = [[number, number], [number, number], [number, number], [number, number]];

/**
 * Pictures with `before` and `after` rows and columns added, or cut off where negative, as a convolution takes them:
 * what is only added stays the convolution's own padding, without a copy.
 */
export function moved(
  tf: Tf,
  x: Tensor4D,
  [top, left]: number[],
  [bottom, right]: number[],
): { x: Tensor4D; pad: Pads | 'valid' } {
  const pads: Pads = [
    [0, 0],
    [Math.max(0, top), Math.max(0, bottom)],
    [Math.max(0, left), Math.max(0, right)],
    [0, 0],
  ];
  if (Math.min(top, left, bottom, right) >= 0) return { x, pad: pads };
  const [n, h, w, c] = x.shape;
  // Added first: where windows lie in the padding alone, more is cut off than the picture has.
  const start = [0, Math.max(0, -top), Math.max(0, -left), 0];
  return {
    x: tf.pad(x, pads).slice(start, [n, h + top + bottom, w + left + right, c]) as Tensor4D,
    pad: 'valid',
  };
}
