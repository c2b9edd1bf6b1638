import type { Tensor } from '@tensorflow/tfjs';
import type { Linear, Network, Step } from './types.js';

/**
 * All values of a network by their numbers; 0 is what it is fed with. A ReLU named in `fuse` is computed together with the
 * linear step before it, whose own value is then that of the ReLU: enough for gradients.
 */
export function forward(
  { tf, steps, output: end }: Network,
  images: Tensor,
  { fuse = [] }: { fuse?: readonly ('relu' | 'relu6')[] } = {},
): Tensor[] {
  const values: Tensor[] = [images];
  // Where satwatch registers no gradient of ReLU6, tfjs's own lets an output of 6 pass: it has to see the input.
  const fusable = fuse.filter((name) => name === 'relu' || tf.getBackend() !== 'cpu');
  const users = (value: number) => steps.filter(({ inputs }) => inputs.includes(value));
  for (const { op, inputs, output } of steps) {
    if (values[output]) continue;
    const from = inputs.map((input) => values[input]);
    const [next, ...others] = op.kind === 'linear' && output !== end ? users(output) : [];
    const relu =
      others.length === 0 &&
      next?.op.kind === 'activation' &&
      fusable.find((name) => 'name' in next.op && name === next.op.name);
    if (relu && (op as Linear).fused) {
      values[output] = (op as Linear).fused!(from[0], relu);
      values[next.output] = values[output];
    } else values[output] = op.apply(from);
  }
  return values;
}

/** One step of the way back: what arrives at its output → what its inputs get. */
export type Pass = (step: Step, arriving: Tensor, inputs: Tensor[], output: Tensor) => Tensor[];

/** From the logits back to value `to`, the images unless said otherwise: where a value was used twice, the shares add up. */
export function backward(network: Network, values: Tensor[], top: Tensor, pass: Pass, to = 0): Tensor {
  const { tf, steps, output } = network;
  const leads = new Set([to]);
  for (const step of steps) if (step.inputs.some((input) => leads.has(input))) leads.add(step.output);
  const arrived: (Tensor | undefined)[] = [];
  arrived[output] = top.reshape(values[output].shape);
  for (const step of steps.toReversed()) {
    const arriving = arrived[step.output];
    if (step.output === to || !arriving || !leads.has(step.output)) continue;
    const inputs = step.inputs.map((input) => values[input]);
    const before = step.inputs.map((input) => arrived[input]);
    const shares: (Tensor | null)[] = tf.tidy(() => {
      const passed = pass(step, arriving, inputs, values[step.output]);
      // An input that is there twice gets both shares.
      return step.inputs.map((input, i) => {
        if (step.inputs.indexOf(input) !== i) return null;
        const twin = step.inputs.indexOf(input, i + 1);
        const share = twin < 0 ? passed[i] : passed[i].add(passed[twin]);
        if (before[i]) return share.add(before[i]!);
        return share === arriving ? share.clone() : share;
      }) as Tensor[];
    });
    shares.forEach((share, i) => {
      if (!share) return;
      before[i]?.dispose();
      arrived[step.inputs[i]] = share;
    });
    arriving.dispose();
    arrived[step.output] = undefined;
  }
  return arrived[to] ?? tf.zerosLike(values[to]);
}
