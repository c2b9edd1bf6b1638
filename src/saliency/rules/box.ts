import { stable } from './stable.js';
import type { Rule } from './types.js';

/**
 * zᴮ for inputs in [l, h]: R_i = Σ_j (x_i w_ij − l w_ij⁺ − h w_ij⁻) R_j / Σ_i' (the same) (Montavon et al. 2017).
 */
export function boxRule(lowest: number, highest: number): Rule {
  return ({ tf, op, x, relevance, bounds }) => {
    const { low, high } = bounds(lowest, highest);
    const { weights } = op;
    const terms = [{ input: x, weights }];
    if (low) terms.push({ input: low.neg(), weights: tf.relu(weights) });
    if (high) terms.push({ input: high.neg(), weights: weights.minimum(0) });
    const z = terms.map((term) => op.times(term.input, term.weights)).reduce((a, b) => a.add(b));
    const share = relevance.div(stable(tf, z));
    return terms
      .map((term) => term.input.mul(op.back(share, term.weights, x.shape)))
      .reduce((a, b) => a.add(b));
  };
}
