import type { Tensor } from '@tensorflow/tfjs';
import type { Tf } from '../../../backend/types.js';

/** Gradients of a cheap operation by tfjs: computes it once more. */
export function derive(tf: Tf, apply: (inputs: Tensor[]) => Tensor) {
  return (dy: Tensor, inputs: Tensor[]): Tensor[] =>
    // Clones: an input that is there twice has two gradients.
    tf.grads((...xs: Tensor[]) => apply(xs))(
      inputs.map((x) => x.clone()),
      dy,
    );
}

/** `dy` summed over the axes along which an input of that shape was broadcast. */
export function unbroadcast(dy: Tensor, shape: number[]): Tensor {
  const lead = dy.rank - shape.length;
  const axes = dy.shape
    .map((_, i) => i)
    .filter((i) => i < lead || (shape[i - lead] === 1 && dy.shape[i] > 1));
  return axes.length ? dy.sum(axes).reshape(shape) : dy.reshape(shape);
}
