import type { Tensor } from '@tensorflow/tfjs';
import { stabiliser } from './stable.js';
import type { Linearly, Rule } from './types.js';

/**
 * R_i = x_i Σ_j (w_ij + γ w_ij⁺) R_j / (Σ_i x_i (w_ij + γ w_ij⁺) + b_j + γ b_j⁺) for x ≥ 0 and z_j > 0
 * (Montavon et al. 2019); in general the products of z_j's sign are strengthened.
 */
export function gammaRule(gamma: number): Rule {
  return (step) => {
    const above = towards(step, 1, gamma);
    // Where only a ReLU follows, nothing arrives at z ≤ 0.
    return step.rectified ? above : above.add(towards(step, -1, gamma));
  };
}

/** Of the outputs of that sign. Strengthening its products moves them away from 0: the denominator has that sign too. */
function towards(step: Linearly, sign: 1 | -1, gamma: number): Tensor {
  const { tf, op, x, z, relevance, nonNegative, rectified } = step;
  const part = (v: Tensor, which: number) => (which > 0 ? tf.relu(v) : v.minimum(0));
  const strengthened = (v: Tensor, which: number) => v.add(part(v, which).mul(gamma)).mul(sign);
  const pairs = [{ input: nonNegative ? x : part(x, 1), weights: strengthened(op.weights, sign) }];
  if (!nonNegative) pairs.push({ input: part(x, -1), weights: strengthened(op.weights, -sign) });
  const products = pairs.map(({ input, weights }) => op.times(input, weights));
  if (op.bias) products.push(strengthened(op.bias, sign));
  // Elsewhere it may have the other sign, and is not used.
  const size = tf.relu(products.reduce((a, b) => a.add(b))).add(stabiliser);
  const arriving = rectified ? relevance : relevance.mul(tf.step(sign > 0 ? z : z.neg()));
  const share = arriving.div(size);
  return pairs
    .map(({ input, weights }) => input.mul(op.back(share, weights, input.shape)))
    .reduce((a, b) => a.add(b));
}
