import type { Tensor } from '@tensorflow/tfjs';
import type { Tf } from './types.js';

/**
 * A picture [n,h,w,c] and a vector [c], combined channel by channel. Row by row, with the vector repeated along the row:
 * the backends' own broadcasting starts anew at every pixel, which takes up to four times as long on WASM.
 */
export function byRows(
  tf: Tf,
  combine: (a: Tensor, b: Tensor) => Tensor,
  picture: Tensor,
  vector: Tensor,
): Tensor {
  const { shape, rank } = picture;
  if (vector.rank !== 1 || rank < 3) return combine(picture, vector);
  const width = shape[rank - 2];
  const row = width * vector.shape[0];
  return combine(picture.reshape([-1, row]), tf.tile(vector, [width])).reshape(shape);
}
