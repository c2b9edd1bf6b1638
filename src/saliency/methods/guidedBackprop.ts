import { backwardThroughRelus } from '../rules/relus.js';
import type { SaliencyMethod } from '../types.js';

/**
 * Guided backpropagation (Springenberg et al. 2015): at each ReLU the gradient passes where the input and the gradient
 * itself are positive. ReLU6 is a ReLU here; other activations have their ordinary gradient.
 */
export const guidedBackprop: SaliencyMethod = {
  name: 'guided-backprop',
  options: {},
  gradients: () => 1,
  attribute: (explained, images) =>
    backwardThroughRelus(explained, images, ({ tf }, dy, ordinary) => tf.relu(ordinary(dy))),
};
