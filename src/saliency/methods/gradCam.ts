import { cam, camOptions, checkCam, costOfCam } from '../cam.js';
import type { SaliencyMethod } from '../types.js';

/**
 * Grad-CAM (Selvaraju et al. 2017): relu(Σ_k w_k A_k), w_k the mean over all positions of ∂f/∂A_k, A the output of
 * `layer`.
 */
export const gradCam: SaliencyMethod = {
  name: 'grad-cam',
  options: camOptions,
  check: checkCam,
  gradients: costOfCam,
  attribute: (explained, images, options) =>
    cam(explained, images, options, (_, gradient) => gradient.mean([1, 2], true)),
};
