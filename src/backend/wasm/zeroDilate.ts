import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { Tf } from '../types.js';

/** [n,h,w,c] with sh − 1 zero rows and sw − 1 zero columns between its own: [n,(h−1)sh+1,(w−1)sw+1,c]. */
export function zeroDilate(tf: Tf, x: Tensor4D, sh: number, sw: number): Tensor4D {
  if (sh === 1 && sw === 1) return x;
  const [n, h, w, c] = x.shape;
  const wide: Tensor = tf.concat([tf.reshape(x, [n * h, w, c]), tf.zeros([n * h, w, (sw - 1) * c])], 2);
  const tall = tf.concat([wide.reshape([n, h, w * sw * c]), tf.zeros([n, h, (sh - 1) * w * sw * c])], 2);
  return tall
    .reshape([n, h * sh, w * sw, c])
    .slice([0, 0, 0, 0], [n, (h - 1) * sh + 1, (w - 1) * sw + 1, c]) as Tensor4D;
}
