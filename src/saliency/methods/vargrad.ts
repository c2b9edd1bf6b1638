import { foldNoisy, noisy } from '../noise.js';
import type { SaliencyMethod } from '../types.js';

/**
 * var_k ∂f/∂x (x + q_k), divided by the number of samples (Adebayo et al. 2018), never negative. By Welford's updates:
 * the difference of two means of squares would lose the digits that count.
 */
export const vargrad: SaliencyMethod = {
  name: 'vargrad',
  ...noisy,
  attribute(explained, images, options) {
    const { tf } = explained;
    const start = [tf.zerosLike(images), tf.zerosLike(images)];
    const [, squares] = foldNoisy(explained, images, options, start, ([mean, squares], gradient, k) => {
      const away = gradient.sub(mean);
      const next = mean.add(away.div(k + 1));
      return [next, squares.add(away.mul(gradient.sub(next)))] as typeof start;
    });
    return squares.div(noisy.gradients(options));
  },
};
