import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { Tf } from '../../backend/types.js';
import { backward, forward } from '../network/index.js';
import type { Explained } from '../types.js';
import type { HeadOptions, Model } from './head.js';
import { isReadable, networkOf, type ReadOptions } from './networkOf.js';
import type { Scored } from './scoring.js';

/** What a method may use of a model for one batch. Where the model is layers they are read here, once. */
export function explainedBy(
  tf: Tf,
  model: Model,
  options: HeadOptions & { method: string },
  scored: Scored,
): Omit<Explained, 'first' | 'places' | 'atOnce'> {
  const { scores, top } = scored;
  const { features } = options;
  const base = (images: Tensor4D) => (typeof features === 'function' ? features(images) : images);
  const merged = isReadable(model, options) ? networkOf(tf, model, options) : null;
  const known = merged?.steps.every(({ op }) => op.kind !== 'unknown') ? merged : null;
  const network = (how?: ReadOptions) => (!how && merged) || networkOf(tf, model, options, how);

  /** Where every layer is known, step by step: cheaper than tfjs's own way back, and with layers it has no gradient for. */
  function gradient(x: Tensor4D): Tensor4D {
    if (!known) return tf.grad((y: Tensor) => scores(y as Tensor4D).sum())(x) as Tensor4D;
    const values = forward(known, x, { fuse: ['relu', 'relu6'] });
    return backward(known, values, top(values[known.output], x), ({ op }, dy, inputs, output) =>
      op.gradient(dy, inputs, output),
    ) as Tensor4D;
  }

  return { tf, scores, gradient, network, base, top };
}
