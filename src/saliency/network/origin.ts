import type { Linear, Network, Step } from './types.js';

/** What is known of each value of a network before anything is computed, by the value's number. */
export interface Origin {
  /** It depends on the images through no convolution or dense layer. */
  raw: boolean[];
  /** It has no negative value, where the images have none. */
  nonNegative: boolean[];
}

export function originOf({ steps }: Network, imagesNonNegative: boolean): Origin {
  const raw = [true];
  const nonNegative = [imagesNonNegative];
  for (const { op, inputs, output } of steps) {
    raw[output] = !mixes(op) && inputs.every((input) => raw[input]);
    const all = inputs.every((input) => nonNegative[input]);
    nonNegative[output] =
      op.kind === 'activation'
        ? op.nonNegative || (keepsSign.has(op.name) && all)
        : op.kind === 'mix'
          ? op.nonNegative && all
          : (op.kind === 'softmax' && !op.log) || (all && ['max', 'move', 'product'].includes(op.kind));
  }
  return { raw, nonNegative };
}

/** A convolution or dense layer. */
export function mixes(op: Step['op']): op is Linear {
  return op.kind === 'linear' && op.form !== 'scale';
}

/** Activations that send values ≥ 0 to values ≥ 0. */
const keepsSign = new Set(['leakyRelu', 'elu', 'selu', 'prelu', 'tanh', 'softsign', 'thresholdedRelu']);
