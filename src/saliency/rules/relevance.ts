import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { SatwatchError } from '../../errors.js';
import {
  backward,
  forward,
  mixes,
  type Network,
  type Norm,
  type Op,
  originOf,
  type Step,
  signalsOf,
  unbroadcast,
  unknownLayer,
} from '../network/index.js';
import { isTensor, shown } from '../optionChecks.js';
import type { SaliencyMethod } from '../types.js';
import { layerRule } from './layerRules.js';
import { relus } from './relus.js';
import { stabiliser, stable } from './stable.js';
import type { Rule } from './types.js';

/** A rule for each kind of linear step. */
export interface Rules {
  /** Convolutions, and scalings that could not be merged into one. */
  conv: Rule;
  dense: Rule;
  /** Layers that see the images themselves; scalings before them then pass relevance unchanged. */
  first?: Rule;
  /** How an average shares relevance; default: in proportion to the values. */
  averages?: 'proportional' | 'uniform';
  /** Biases take no share of the relevance, so that none is lost to them. */
  withoutBiases?: boolean;
}

/** Layer-wise relevance propagation (Bach et al. 2015): the same rule for every convolution and dense layer. */
export function uniform(rule: Rule): Rules {
  return { conv: rule, dense: rule };
}

interface Relevance {
  name: string;
  options?: Record<string, unknown>;
  check?: SaliencyMethod['check'];
  gradients: number;
  rules(options: any): Rules;
}

/**
 * A method that starts with the score itself at the logits and passes it back step by step, by `rules` through linear
 * steps; activations pass it unchanged, the largest value takes all, averages and sums share it in proportion, and the
 * signal takes all of a product.
 */
export function relevanceMethod({ name, options = {}, check, gradients, rules }: Relevance): SaliencyMethod {
  return {
    name,
    options,
    check,
    scores: ['logit', 'margin'],
    gradients: () => gradients,
    attribute(explained, images, own) {
      const network = explained.network();
      const values = forward(network, images, { fuse: keepsZeros(network) ? ['relu'] : [] });
      const logits = values[network.output];
      return relevanceOf(name, network, values, explained.top(logits).mul(logits), rules(own));
    },
  };
}

/** The relevance of the images, from that of the logits. */
export function relevanceOf(
  method: string,
  network: Network,
  values: Tensor[],
  start: Tensor,
  rules: Rules,
): Tensor4D {
  const { tf } = network;
  const [images] = values;
  const origin = originOf(network, images.min().dataSync()[0] >= 0);
  const bounds = (value: number) => (low: number, high: number) =>
    boundsOf(network, images, value, low, high);
  // Every rule multiplies by the values, so that nothing arrives where a ReLU gave 0; an even share does not.
  const multiplies = rules.averages !== 'uniform' && keepsZeros(network);
  const rectified = (value: number) => multiplies && onlyRectified(network, value);

  return backward(network, values, start, (step, relevance, inputs, output) => {
    const { op } = step;
    const [x] = inputs;
    switch (op.kind) {
      case 'linear': {
        const raw = origin.raw[step.inputs[0]];
        if (raw && rules.first && !mixes(op)) return [relevance];
        const rule = (raw && rules.first) || (op.form === 'dense' ? rules.dense : rules.conv);
        const nonNegative = origin.nonNegative[step.inputs[0]];
        const used = rules.withoutBiases ? op.with(op.weights, null) : op;
        return [
          rule({
            ...{ tf, op: used, x, z: output, relevance, nonNegative },
            rectified: rectified(step.output),
            bounds: bounds(step.inputs[0]),
          }),
        ];
      }
      case 'activation':
      case 'softmax':
        return [relevance];
      case 'max':
      case 'move':
        return op.gradient(relevance, inputs, output);
      case 'mix':
        if (op.form === 'average' && rules.averages === 'uniform')
          return op.gradient(relevance, inputs, output);
        return proportional(step, relevance, inputs, output, origin.nonNegative[step.output]);
      case 'product':
        return toSignals(network, step, relevance, inputs);
      case 'norm':
        return [throughNorm(op, relevance, x, op.beta && rules.withoutBiases ? output.sub(op.beta) : output)];
      case 'unknown':
        return byLayerRule(method, step, relevance, inputs, output);
    }
  }) as Tensor4D;

  /** R_i = x_i · Jᵀ (R / s(z)). */
  function proportional(
    { op }: Step,
    relevance: Tensor,
    inputs: Tensor[],
    output: Tensor,
    nonNegative = false,
  ): Tensor[] {
    const share = relevance.div(nonNegative ? output.add(stabiliser) : stable(tf, output));
    return op.gradient(share, inputs, output).map((each, i) => each.mul(inputs[i]));
  }

  /** With the deviation held fixed the layer is linear (Ali et al. 2022). */
  function throughNorm({ axes, epsilon, gamma }: Norm, relevance: Tensor, x: Tensor, z: Tensor): Tensor {
    const deviation = x.sub(x.mean(axes, true)).square().mean(axes, true).add(epsilon).sqrt();
    const share = relevance.div(stable(tf, z)).div(deviation);
    const each = gamma ? share.mul(gamma) : share;
    return x.mul(each.sub(each.mean(axes, true)));
  }

  function byLayerRule(
    name: string,
    step: Step,
    relevance: Tensor,
    inputs: Tensor[],
    output: Tensor,
  ): Tensor[] {
    const { op, layer } = step;
    const rule = layerRule(layer.getClassName());
    if (!rule) throw unknownLayer(name, layer);
    if (rule === 'pass') return inputs.map(() => relevance);
    if (rule === 'move') return op.gradient(relevance, inputs, output);
    if (rule === 'proportional') return proportional(step, relevance, inputs, output);
    const gradient = (dy: Tensor) => op.gradient(dy, inputs, output);
    const given = rule({ tf, layer, inputs, output, relevance, gradient });
    const fits =
      Array.isArray(given) &&
      given.length === inputs.length &&
      given.every((share, i) => isTensor(share) && share.shape.join() === inputs[i].shape.join());
    if (!fits)
      throw new SatwatchError(
        'BAD_OPTION',
        `rule of '${layer.getClassName()}': gave ${Array.isArray(given) ? given.map((share) => (isTensor(share) ? `[${share.shape}]` : shown(share))).join(', ') : shown(given)}, expected the relevance of each input: ${inputs.map((input) => `[${input.shape}]`).join(', ')}`,
        layer.getClassName(),
      );
    return given;
  }
}

/** The signals take all, in equal parts; what only weighs them takes nothing. */
function toSignals(network: Network, step: Step, relevance: Tensor, inputs: Tensor[]): Tensor[] {
  const { tf } = network;
  const signals = signalsOf(
    network,
    step.inputs,
    inputs.map(({ shape }) => shape),
  );
  const part = relevance.div(signals.filter(Boolean).length);
  return inputs.map((input, i) => (signals[i] ? unbroadcast(part, input.shape) : tf.zerosLike(input)));
}

/** The least and the largest a value that depends on the images through no convolution or dense layer can be, [1,…]. */
function boundsOf(network: Network, images: Tensor, value: number, lowest: number, highest: number) {
  const { tf, steps } = network;
  const shape = [1, ...images.shape.slice(1)];
  const known = new Map([[0, { low: tf.fill(shape, lowest), high: tf.fill(shape, highest) }]]);
  for (const { op, layer, inputs, output } of steps) {
    const from = inputs.flatMap((input) => known.get(input) ?? []);
    if (mixes(op) || from.length < inputs.length) continue;
    if (!boundable(op))
      throw new SatwatchError(
        'BAD_OPTION',
        `low, high: layer '${layer.name}' (${layer.getClassName()}) stands before the first convolution, and the bounds of pixels say nothing of its output; take a method without them, such as 'epsilon-alpha2-beta1-flat'${op.kind === 'unknown' ? ', with a rule of your own for that layer (registerLayerRule)' : ''}`,
        'low',
      );
    // Where a factor is negative the ends change places.
    const ends = [op.apply(from.map(({ low }) => low)), op.apply(from.map(({ high }) => high))];
    known.set(output, { low: tf.minimum(ends[0], ends[1]), high: tf.maximum(ends[0], ends[1]) });
  }
  const { low, high } = known.get(value)!;
  return { low: value === 0 && lowest === 0 ? null : low, high: value === 0 && highest === 0 ? null : high };
}

/** Whether the ends of the input's range give the ends of the output's. */
function boundable(op: Op): boolean {
  if (op.kind === 'activation') return !['swish', 'mish', 'gelu', 'gelu_new'].includes(op.name);
  return ['linear', 'max', 'move', 'mix'].includes(op.kind);
}

/** Activations that leave 0 as it is. */
const throughZero = new Set(
  [
    'relu',
    'relu6',
    'clippedRelu',
    'leakyRelu',
    'prelu',
    'elu',
    'selu',
    'thresholdedRelu',
    'tanh',
    'softsign',
  ].concat(['swish', 'mish', 'gelu', 'gelu_new']),
);

/** Whether relevance can only arrive where a value is not 0: no activation makes something of nothing, no rule of one's own. */
function keepsZeros({ steps }: Network): boolean {
  return steps.every(({ op }) =>
    op.kind === 'activation' ? throughZero.has(op.name) : op.kind !== 'softmax' && op.kind !== 'unknown',
  );
}

/** Whether a value goes into one ReLU and nowhere else. */
function onlyRectified({ steps, output }: Network, value: number): boolean {
  const users = steps.filter(({ inputs }) => inputs.includes(value));
  const [{ op }] = users.length === 1 ? users : [{ op: undefined }];
  return value !== output && op?.kind === 'activation' && relus.has(op.name);
}
