import { meanOverNoise, noisy } from '../noise.js';
import type { SaliencyMethod } from '../types.js';

/** mean_k ∂f/∂x (x + q_k) over noise q_k (Smilkov et al. 2017), signed. */
export const smoothgrad: SaliencyMethod = {
  name: 'smoothgrad',
  ...noisy,
  attribute: (explained, images, options) =>
    meanOverNoise(explained, images, options, (gradient) => gradient),
};
