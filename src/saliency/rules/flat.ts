import { stabiliser } from './stable.js';
import type { Rule } from './types.js';

/**
 * R_i = Σ_j R_j / n_j over the outputs that see input i, n_j the inputs that output sees (Lapuschkin et al. 2019): no
 * regard to values and weights.
 */
export const flatRule: Rule = ({ tf, op, x, relevance }) => {
  const one = x.shape.map((size, axis) => (axis === 0 ? 1 : size));
  if (op.form !== 'conv') {
    const ones = tf.onesLike(op.weights);
    const weights = op.taps ? ones.mul(op.taps) : ones;
    const seen = op.times(tf.ones(one), weights);
    return op.back(relevance.div(seen.add(stabiliser)), weights, x.shape);
  }
  // All outputs of a place see the same inputs: one channel stands for all, there and here.
  const [kh, kw, c] = op.weights.shape;
  const weights = op.taps ?? tf.ones([kh, kw, 1, 1] as number[]);
  const seen = op.times(tf.ones([...one.slice(0, 3), 1]), weights).mul(c as number);
  const share = relevance.sum(3, true).div(seen.add(stabiliser));
  return op.back(share, weights, [...x.shape.slice(0, 3), 1]).tile([1, 1, 1, c as number]);
};
