import { checkNonNegative } from '../optionChecks.js';
import { gammaRule } from '../rules/gamma.js';
import { relevanceMethod, uniform } from '../rules/relevance.js';

/** LRP-γ (Montavon et al. 2019): positive weights strengthened by γ, w + γ w⁺, everywhere. */
export const lrpGamma = relevanceMethod({
  name: 'lrp-gamma',
  options: { gamma: 0.25 },
  check: ({ gamma }) => checkNonNegative('gamma', gamma),
  gradients: 3,
  rules: ({ gamma }) => uniform(gammaRule(gamma)),
});
