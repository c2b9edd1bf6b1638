import { cam, camOptions, checkCam, costOfCam } from '../cam.js';
import type { SaliencyMethod } from '../types.js';

/**
 * Grad-CAM++ (Chattopadhay et al. 2018): relu(Σ_k w_k A_k), w_k = Σ α relu(g) over all positions with g = ∂f/∂A_k and
 * α = g² / (2 g² + Σ A_k g³ + 1e-6); the gradient of the logit itself, without an exponential.
 */
export const gradCamPlusPlus: SaliencyMethod = {
  name: 'grad-cam-plus-plus',
  options: camOptions,
  check: checkCam,
  gradients: costOfCam,
  attribute: (explained, images, options) =>
    cam(explained, images, options, (activations, g) => {
      const squares = g.square();
      const denominator = squares
        .mul(2)
        .add(activations.sum([1, 2], true).mul(squares).mul(g))
        .add(1e-6);
      return squares.div(denominator).mul(explained.tf.relu(g)).sum([1, 2], true);
    }),
};
