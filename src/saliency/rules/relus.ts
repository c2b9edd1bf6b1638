import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { backward, forward } from '../network/index.js';
import type { Explained } from '../types.js';

/** What passes a ReLU: from the gradient at its output, and its ordinary gradient as a function. */
type ReluRule = (explained: Explained, dy: Tensor, ordinary: (dy: Tensor) => Tensor) => Tensor;

/** Activations that are a ReLU, with or without a maximum. */
export const relus: ReadonlySet<string> = new Set(['relu', 'relu6', 'clippedRelu']);

/** The gradient of the score to the images, with another rule at the ReLUs. */
export function backwardThroughRelus(explained: Explained, images: Tensor4D, rule: ReluRule): Tensor4D {
  const network = explained.network();
  const values = forward(network, images, { fuse: ['relu', 'relu6'] });
  const top = explained.top(values[network.output]);
  return backward(network, values, top, ({ op }, dy, inputs, output) => {
    const ordinary = (gradient: Tensor) => op.gradient(gradient, inputs, output);
    if (op.kind !== 'activation' || !relus.has(op.name)) return ordinary(dy);
    return [rule(explained, dy, (gradient) => ordinary(gradient)[0])];
  }) as Tensor4D;
}
