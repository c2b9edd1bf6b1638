import type { Tensor } from '@tensorflow/tfjs';
import { stabiliser } from './stable.js';
import type { Linearly, Rule } from './types.js';

/**
 * R_i = Σ_j (α (x_i w_ij)⁺ / (z_j⁺ + s) − β (x_i w_ij)⁻ / (z_j⁻ − s)) R_j with z_j± = Σ_i (x_i w_ij)± + b_j±
 * (Bach et al. 2015); (1, 0) is z⁺ (Montavon et al. 2017). s = 1e-6.
 */
export function alphaBetaRule(alpha: number, beta: number): Rule {
  return (step) => {
    const excitation = signed(step, 1).mul(alpha);
    return beta === 0 ? excitation : excitation.sub(signed(step, -1).mul(beta));
  };
}

/** What the products of that sign alone would pass on. */
function signed({ tf, op, x, relevance, nonNegative }: Linearly, sign: 1 | -1): Tensor {
  const part = (v: Tensor, which: number) => (which > 0 ? tf.relu(v) : v.minimum(0));
  // The products of that sign: x⁺ with the weights of the sign, x⁻ with those of the other.
  const pairs = [{ input: nonNegative ? x : part(x, 1), weights: part(op.weights, sign) }];
  if (!nonNegative) pairs.push({ input: part(x, -1), weights: part(op.weights, -sign) });
  const products = pairs.map(({ input, weights }) => op.times(input, weights));
  if (op.bias) products.push(part(op.bias, sign));
  const z = products.reduce((a, b) => a.add(b)).add(sign * stabiliser);
  const share = relevance.div(z);
  return pairs
    .map(({ input, weights }) => input.mul(op.back(share, weights, input.shape)))
    .reduce((a, b) => a.add(b));
}
