import { alphaBetaRule } from '../rules/alphaBeta.js';
import { relevanceMethod, uniform } from '../rules/relevance.js';

/** z⁺ (Montavon et al. 2017): R_i = Σ_j (x_i w_ij)⁺ R_j / (Σ_i (x_i w_ij)⁺ + b_j⁺) everywhere. */
export const lrpZPlus = relevanceMethod({
  name: 'lrp-z-plus',
  gradients: 2,
  rules: () => uniform(alphaBetaRule(1, 0)),
});
