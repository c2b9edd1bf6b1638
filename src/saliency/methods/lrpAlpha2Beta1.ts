import { alphaBetaRule } from '../rules/alphaBeta.js';
import { relevanceMethod, uniform } from '../rules/relevance.js';

/** LRP-α2β1 (Bach et al. 2015): twice the share of the positive products minus that of the negative ones. */
export const lrpAlpha2Beta1 = relevanceMethod({
  name: 'lrp-alpha2-beta1',
  gradients: 3,
  rules: () => uniform(alphaBetaRule(2, 1)),
});
