import { backwardThroughRelus } from '../rules/relus.js';
import type { SaliencyMethod } from '../types.js';

/**
 * Deconvnet (Zeiler and Fergus 2014): at each ReLU the gradient passes where it is itself positive, whatever the input.
 * ReLU6 is a ReLU here; other activations have their ordinary gradient.
 */
export const deconvnet: SaliencyMethod = {
  name: 'deconvnet',
  options: {},
  gradients: () => 1,
  attribute: (explained, images) => backwardThroughRelus(explained, images, ({ tf }, dy) => tf.relu(dy)),
};
