import { alphaBetaRule } from '../rules/alphaBeta.js';
import { epsilonRule } from '../rules/epsilon.js';
import { relevanceMethod } from '../rules/relevance.js';
import { stabiliser } from '../rules/stable.js';

/** Composite of zennit: convolutions z⁺, dense layers ε = 1e-6. */
export const epsilonPlus = relevanceMethod({
  name: 'epsilon-plus',
  gradients: 2,
  rules: () => ({ conv: alphaBetaRule(1, 0), dense: epsilonRule(stabiliser) }),
});
