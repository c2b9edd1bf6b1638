import { alphaBetaRule } from '../rules/alphaBeta.js';
import { epsilonRule } from '../rules/epsilon.js';
import { flatRule } from '../rules/flat.js';
import { relevanceMethod } from '../rules/relevance.js';
import { stabiliser } from '../rules/stable.js';

/** Composite of zennit (Kohlbrenner et al. 2020): the first layer flat, convolutions α2β1, dense layers ε = 1e-6. */
export const epsilonAlpha2Beta1Flat = relevanceMethod({
  name: 'epsilon-alpha2-beta1-flat',
  gradients: 3,
  rules: () => ({ first: flatRule, conv: alphaBetaRule(2, 1), dense: epsilonRule(stabiliser) }),
});
