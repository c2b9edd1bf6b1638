import type { Tensor } from '@tensorflow/tfjs';
import type { Linear, Network, Step } from './types.js';

/**
 * Merges each scaling of channels (batch norm) into the convolution or dense layer before it or, where no padding is seen
 * there, behind it: W' = W · a, b' = b · a + c for z · a + c. The network computes the same.
 */
export function mergeScales(network: Network): Network {
  const merged = mergeOnce(network);
  return merged.steps.length < network.steps.length ? mergeScales(merged) : merged;
}

function mergeOnce(network: Network): Network {
  const { output } = network;
  let { steps } = network;
  const uses = (value: number) =>
    steps.filter(({ inputs }) => inputs.includes(value)).length + (output === value ? 1 : 0);
  for (const step of [...steps]) {
    if (!isChannelScale(step)) continue;
    const before = steps.find((other) => other.output === step.inputs[0]);
    if (before && isMixing(before) && uses(before.output) === 1) {
      const merged = { ...before, op: afterwards(before.op, step.op), output: step.output };
      steps = steps.filter((other) => other !== step).map((other) => (other === before ? merged : other));
      continue;
    }
    const behind = steps.find((other) => other.inputs[0] === step.output);
    if (behind && isMixing(behind) && uses(step.output) === 1 && seesNoPadding(behind.op)) {
      const merged = { ...behind, op: beforehand(behind.op, step.op), inputs: step.inputs };
      steps = steps.filter((other) => other !== step).map((other) => (other === behind ? merged : other));
    }
  }
  return { ...network, steps, output };
}

type LinearStep = Step & { op: Linear };

function isMixing(step: Step): step is LinearStep {
  return step.op.kind === 'linear' && step.op.form !== 'scale';
}

/** One factor a channel, along the last axis. */
function isChannelScale(step: Step): step is LinearStep {
  const { op } = step;
  return op.kind === 'linear' && op.form === 'scale' && op.weights.rank === 1;
}

/** x · W + b, then · a + c. */
function afterwards(op: Linear, { weights: a, bias: c }: Linear): Linear {
  const [channels, copies] = op.weights.shape.slice(-2);
  const each = op.form === 'depthwise' && a.size > 1 ? a.reshape([channels, copies]) : a;
  const bias = op.bias?.mul(a);
  return op.with(op.weights.mul(each), bias && c ? bias.add(c) : (bias ?? c));
}

/** x · a + c, then · W + b. */
function beforehand(op: Linear, { weights: a, bias: c }: Linear): Linear {
  const weights = op.weights.mul(a.reshape([-1, 1]));
  if (!c) return op.with(weights, op.bias);
  const shares = op.weights.mul(c.reshape([-1, 1]));
  const sums = op.form === 'dense' ? shares : shares.sum([0, 1]);
  const added: Tensor = op.form === 'depthwise' ? sums.reshape([-1]) : sums.sum(0);
  return op.with(weights, op.bias ? op.bias.add(added) : added);
}

function seesNoPadding({ form, weights, pad }: Linear): boolean {
  return form === 'dense' || pad === 'valid' || (weights.shape[0] === 1 && weights.shape[1] === 1);
}
