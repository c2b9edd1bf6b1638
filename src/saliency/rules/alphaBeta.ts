import type { Tensor } from '@tensorflow/tfjs';
import { stabiliser } from './stable.js';
import type { Linearly, Rule } from './types.js';

/**
 * R_i = Σ_j (α (x_i w_ij)⁺ / (z_j⁺ + s) − β (x_i w_ij)⁻ / (z_j⁻ − s)) R_j with z_j± = Σ_i (x_i w_ij)± + b_j±
 * (Bach et al. 2015); (1, 0) is z⁺ (Montavon et al. 2017). s = 1e-6.
 */
export function alphaBetaRule(alpha: number, beta: number): Rule {
  return (step) => {
    const { tf, op, x, relevance, nonNegative } = step;
    const inputs = nonNegative ? [x] : [tf.relu(x), x.minimum(0)];
    const shares = inputs.map((): Tensor[] => []);
    for (const [sign, factor] of [[1, alpha] as const, [-1, -beta] as const]) {
      if (factor === 0) continue;
      // The products of that sign: x⁺ with the weights of the sign, x⁻ with those of the other.
      const weights = inputs.map((_, i) => part(step, op.weights, i === 0 ? sign : -sign));
      const share = relevance.div(denominator(step, inputs, weights, sign));
      inputs.forEach((input, i) => {
        const scaled = factor === 1 ? weights[i] : weights[i].mul(factor);
        shares[i].push(op.back(share, scaled, input.shape));
      });
    }
    return inputs.map((input, i) => input.mul(sum(shares[i]))).reduce((a, b) => a.add(b));
  };
}

/** z± ± s, the stabiliser added to the bias, so that one kernel does it all. */
function denominator(step: Linearly, inputs: Tensor[], weights: Tensor[], sign: 1 | -1): Tensor {
  const { tf, op } = step;
  const bias = op.bias ? part(step, op.bias, sign).add(sign * stabiliser) : undefined;
  const [first, ...rest] = inputs.map((input, i) =>
    i === 0 && bias ? op.with(weights[i], bias).apply([input]) : op.times(input, weights[i]),
  );
  const z = sum([first, ...rest]);
  return bias ? z : z.add(tf.scalar(sign * stabiliser));
}

function part({ tf }: Linearly, v: Tensor, sign: number): Tensor {
  return sign > 0 ? tf.relu(v) : v.minimum(0);
}

function sum(parts: Tensor[]): Tensor {
  return parts.reduce((a, b) => a.add(b));
}
