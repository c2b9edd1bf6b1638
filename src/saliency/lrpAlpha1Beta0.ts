import { relevanceMethod, uniform } from './relevance.js';
import { alphaBetaRule } from './rules/alphaBeta.js';

/** LRP-α1β0 (Bach et al. 2015), the same maps as z⁺. */
export const lrpAlpha1Beta0 = relevanceMethod({
  name: 'lrp-alpha1-beta0',
  gradients: 2,
  rules: () => uniform(alphaBetaRule(1, 0)),
});
