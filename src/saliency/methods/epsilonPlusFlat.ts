import { alphaBetaRule } from '../rules/alphaBeta.js';
import { epsilonRule } from '../rules/epsilon.js';
import { flatRule } from '../rules/flat.js';
import { relevanceMethod } from '../rules/relevance.js';
import { stabiliser } from '../rules/stable.js';

/** Composite of zennit (Kohlbrenner et al. 2020): the first layer flat, convolutions z⁺, dense layers ε = 1e-6. */
export const epsilonPlusFlat = relevanceMethod({
  name: 'epsilon-plus-flat',
  gradients: 2,
  rules: () => ({ first: flatRule, conv: alphaBetaRule(1, 0), dense: epsilonRule(stabiliser) }),
});
