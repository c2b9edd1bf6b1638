import type { Tensor } from '@tensorflow/tfjs';
import { forward, mixes, type Network, type Op, type Step } from '../network/index.js';
import { checkBounds } from '../optionChecks.js';
import { alphaBetaRule } from '../rules/alphaBeta.js';
import { boxRule } from '../rules/box.js';
import { type Rules, relevanceOf } from '../rules/relevance.js';
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
    const { tf } = explained;
    const network = explained.network();
    // No rule here asks for what was before a ReLU.
    const values = forward(network, images, { fuse: ['relu'] });
    const logits = values[network.output];
    const top = explained.top(logits);
    const zPlus = alphaBetaRule(1, 0);
    const rules: Rules = {
      first: low === undefined ? zPlus : boxRule(low, high),
      conv: zPlus,
      dense: zPlus,
      averages: 'uniform',
      withoutBiases: true,
    };
    const through = (network: Network, start: Tensor) =>
      relevanceOf('deep-taylor', network, values, start, rules);
    if (logits.size > images.shape[0]) return through(network, tf.relu(top.mul(logits)));
    // A single unit z is the two logits −z and z: what speaks for class 0 are the products that speak against z.
    const [one, zero] = [tf.relu(top).mul(tf.relu(logits)), tf.relu(top.neg()).mul(tf.relu(logits.neg()))];
    return through(network, one).add(through(withLastNegated(network), zero));
  },
};

/** Of every layer that the output is made of by moves and sums alone. */
function withLastNegated(network: Network): Network {
  const ends = new Set([network.output]);
  const last = new Set<Step>();
  for (const step of network.steps.toReversed()) {
    if (!ends.has(step.output)) continue;
    if (mixes(step.op)) last.add(step);
    else for (const input of step.inputs) ends.add(input);
  }
  const negated = (op: Op) => (mixes(op) ? op.with(op.weights.neg(), op.bias?.neg() ?? null) : op);
  const steps = network.steps.map((step) => (last.has(step) ? { ...step, op: negated(step.op) } : step));
  return { ...network, steps };
}
