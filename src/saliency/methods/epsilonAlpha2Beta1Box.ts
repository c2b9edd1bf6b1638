import { checkBounds } from '../optionChecks.js';
import { alphaBetaRule } from '../rules/alphaBeta.js';
import { boxRule } from '../rules/box.js';
import { epsilonRule } from '../rules/epsilon.js';
import { relevanceMethod } from '../rules/relevance.js';
import { stabiliser } from '../rules/stable.js';

/** Composite of zennit: the first layer zᴮ for pixels in [low, high], convolutions α2β1, dense layers ε = 1e-6. */
export const epsilonAlpha2Beta1Box = relevanceMethod({
  name: 'epsilon-alpha2-beta1-box',
  options: { low: 0, high: 1 },
  check: checkBounds,
  gradients: 3,
  rules: ({ low, high }) => ({
    first: boxRule(low, high),
    conv: alphaBetaRule(2, 1),
    dense: epsilonRule(stabiliser),
  }),
});
