import type { Tensor } from '@tensorflow/tfjs';
import { stable } from './stable.js';
import type { Linearly, Rule } from './types.js';

/**
 * R_i = x_i Σ_j (w_ij + γ w_ij⁺) R_j / (Σ_i x_i (w_ij + γ w_ij⁺) + b_j + γ b_j⁺) for x ≥ 0 and z_j > 0
 * (Montavon et al. 2019); in general the products of z_j's sign are strengthened.
 */
export function gammaRule(gamma: number): Rule {
  return (step) => {
    const { tf, z } = step;
    const above = tf.step(z);
    const below = tf.step(z.neg());
    return towards(step, 1, gamma, above).add(towards(step, -1, gamma, below));
  };
}

/** Where `where` is 1: the outputs of that sign. */
function towards(
  { tf, op, x, relevance, nonNegative }: Linearly,
  sign: 1 | -1,
  gamma: number,
  where: Tensor,
): Tensor {
  const part = (v: Tensor, which: number) => (which > 0 ? tf.relu(v) : v.minimum(0));
  const strengthened = (v: Tensor, which: number) => v.add(part(v, which).mul(gamma));
  const pairs = [{ input: nonNegative ? x : part(x, 1), weights: strengthened(op.weights, sign) }];
  if (!nonNegative) pairs.push({ input: part(x, -1), weights: strengthened(op.weights, -sign) });
  const products = pairs.map(({ input, weights }) => op.times(input, weights));
  if (op.bias) products.push(strengthened(op.bias, sign));
  const share = relevance.mul(where).div(
    stable(
      tf,
      products.reduce((a, b) => a.add(b)),
    ),
  );
  return pairs
    .map(({ input, weights }) => input.mul(op.back(share, weights, input.shape)))
    .reduce((a, b) => a.add(b));
}
