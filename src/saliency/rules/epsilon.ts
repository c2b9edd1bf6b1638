import { stable } from './stable.js';
import type { Rule } from './types.js';

/** R_i = x_i Σ_j w_ij R_j / (z_j + ε sign z_j) (Bach et al. 2015); ε = 0: R_j / z_j, with 0/0 = 0. */
export function epsilonRule(epsilon: number): Rule {
  return ({ tf, op, x, z, relevance, rectified }) => {
    // Where only a ReLU follows, nothing arrives at z ≤ 0, and the sign need not be asked for.
    const divisor = rectified ? tf.relu(z).add(epsilon) : stable(tf, z, epsilon);
    const share = epsilon === 0 ? tf.divNoNan(relevance, z) : relevance.div(divisor);
    return x.mul(op.back(share, op.weights, x.shape));
  };
}
