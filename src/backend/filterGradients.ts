import type { Kernel } from './kernel.js';

/**
 * Stand-ins for the gradients of filters, all zeros, while only images are asked for: tfjs's fused convolutions work
 * them out whether anybody wants them or not. Never to be registered while anything trains.
 */
export const noFilterGradients: readonly Kernel[] = [
  'Conv2DBackpropFilter',
  'DepthwiseConv2dNativeBackpropFilter',
].map((name) => ({ name, compute: ({ tf, attrs }) => tf.zeros(attrs.filterShape) }));
