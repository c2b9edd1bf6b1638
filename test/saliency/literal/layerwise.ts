import { backward, forward } from './compute.js';
import { merged } from './merge.js';
import { isLayer, type Network, size } from './network.js';
import { type Bounds, type Composite, deepTaylor, relevance, type Share } from './relevance.js';
import { type Answer, classWeights, dot, filled, logitsOf, type Question } from './score.js';

export function layerwise(rules: (options: any) => Composite) {
  return (question: Question): Answer => {
    const { image, options, round } = question;
    const net = merged(question.net);
    const values = forward(net, image, round);
    const weights = classWeights(question);
    const logits = logitsOf(net, values);
    const share: Share = { bias: 0, stabiliser: 0, lost: 0 };
    const bounds = boundsOf(options, image);
    const through = relevance(net, rules(options), share, bounds);
    const start = weights.map((weight, k) => weight * logits[k]);
    // The one unit holds both logits: ±z, and for a margin the sum of z and −(−z).
    const seed = logits.length > values[net.output].length ? [start[0] + start[1]] : start;
    return { map: backward(net, values, seed, through, round)[0], score: dot(weights, logits), share };
  };
}

function boundsOf({ low, high }: any, image: number[]): Bounds | undefined {
  return low === undefined || low === null
    ? undefined
    : { low: filled(low, image), high: filled(high, image) };
}

/** Starts with max(logit, 0); the class 0 of a one-unit model has the last dense layer's weights negated. */
export function deepTaylorAnswer(question: Question): Answer {
  const { image, options, round, target } = question;
  let net = merged(question.net);
  if (size(net.shapes[net.output]) === 1 && target === 0) net = withLastNegated(net);
  const values = forward(net, image, round);
  const share: Share = { bias: 0, stabiliser: 0, lost: 0 };
  const bounds = boundsOf(options, image);
  const z = values[net.output];
  const seed = z.map((value, k) => (z.length === 1 || k === target ? Math.max(value, 0) : 0));
  const through = relevance(net, deepTaylor(bounds !== undefined), share, bounds);
  return {
    map: backward(net, values, seed, through, round)[0],
    score: dot(
      seed,
      z.map(() => 1),
    ),
    share,
  };
}

function withLastNegated(net: Network): Network {
  const last = [...net.steps].reverse().find(({ op }) => isLayer(op, 'conv', 'dense'))!;
  const steps = net.steps.map((step) => {
    const { op } = step;
    if (step !== last || op.kind !== 'linear') return step;
    const connections = op.connections.map((list) => ({ ...list, weight: list.weight.map((w) => -w) }));
    return { ...step, op: { ...op, connections, bias: op.bias.map((b) => -b) } };
  });
  return { ...net, steps };
}
