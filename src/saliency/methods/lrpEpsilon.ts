import { checkNonNegative } from '../optionChecks.js';
import { epsilonRule } from '../rules/epsilon.js';
import { relevanceMethod, uniform } from '../rules/relevance.js';

/** LRP-ε (Bach et al. 2015): R_i = x_i Σ_j w_ij R_j / (z_j + ε sign z_j) everywhere; what ε takes is lost. */
export const lrpEpsilon = relevanceMethod({
  name: 'lrp-epsilon',
  options: { epsilon: 0.01 },
  check: ({ epsilon }) => checkNonNegative('epsilon', epsilon),
  gradients: 1.5,
  rules: ({ epsilon }) => uniform(epsilonRule(epsilon)),
});
