import { meanOverNoise, noisy } from '../noise.js';
import type { SaliencyMethod } from '../types.js';

/** mean_k (∂f/∂x (x + q_k))² over noise q_k (Hooker et al. 2019), never negative. */
export const smoothgradSquared: SaliencyMethod = {
  name: 'smoothgrad-squared',
  ...noisy,
  attribute: (explained, images, options) =>
    meanOverNoise(explained, images, options, (gradient) => gradient.square()),
};
