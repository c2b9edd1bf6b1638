import { alphaBetaRule } from '../rules/alphaBeta.js';
import { relevanceMethod, uniform } from '../rules/relevance.js';

/** LRP-α1β0 (Bach et al. 2015), the same maps as z⁺. */
export const lrpAlpha1Beta0 = relevanceMethod({
  name: 'lrp-alpha1-beta0',
  gradients: 2,
  rules: () => uniform(alphaBetaRule(1, 0)),
});
