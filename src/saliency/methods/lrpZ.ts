import { epsilonRule } from '../rules/epsilon.js';
import { relevanceMethod, uniform } from '../rules/relevance.js';

/** LRP-0 (Bach et al. 2015): R_i = x_i Σ_j w_ij R_j / z_j everywhere, 0/0 = 0. */
export const lrpZ = relevanceMethod({ name: 'lrp-z', gradients: 1.5, rules: () => uniform(epsilonRule(0)) });
