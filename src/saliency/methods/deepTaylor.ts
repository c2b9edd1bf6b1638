import { forward, mixes, type Network } from '../network/index.js';
import { checkBounds } from '../optionChecks.js';
import { alphaBetaRule } from '../rules/alphaBeta.js';
import { boxRule } from '../rules/box.js';
import { relevanceOf } from '../rules/relevance.js';
import type { SaliencyMethod } from '../types.js';

/**
 * Deep Taylor decomposition (Montavon et al. 2017) of max(logit, 0): z⁺ without biases in every layer; with `low` and
 * `high` zᴮ in the first. Averages share evenly, as in iNNvestigate. The map of a negative logit is zero.
 */
export const deepTaylor: SaliencyMethod = {
  name: 'deep-taylor',
  options: { low: undefined, high: undefined },
  scores: ['logit'],
  gradients: () => 2,
  check(options) {
    if (options.low !== undefined || options.high !== undefined) checkBounds(options);
  },
  attribute(explained, images, { low, high }) {
    const network = withBothClasses(explained.network());
    const values = forward(network, images);
    const logits = values[network.output];
    const start = explained.tf.relu(explained.top(logits).mul(logits));
    const zPlus = alphaBetaRule(1, 0);
    const first = low === undefined ? zPlus : boxRule(low, high);
    return relevanceOf('deep-taylor', network, values, start, {
      first,
      conv: zPlus,
      dense: zPlus,
      averages: 'uniform',
      withoutBiases: true,
    });
  },
};

/** A single output z as the two logits −z and z: what speaks for class 0 are its own positive products. */
function withBothClasses(network: Network): Network {
  const { tf, steps, output } = network;
  const last = steps.find((step) => step.output === output);
  if (!last || !mixes(last.op) || last.op.form !== 'dense' || last.op.weights.shape[1] !== 1) return network;
  const { op } = last;
  const both = (v: typeof op.weights) => tf.concat([v.neg(), v], v.rank - 1);
  const doubled = { ...last, op: op.with(both(op.weights), op.bias && both(op.bias)) };
  return { ...network, steps: steps.map((step) => (step === last ? doubled : step)) };
}
