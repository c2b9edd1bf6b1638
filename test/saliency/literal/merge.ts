import { isLayer, type Linear, type Network, readers, type Step } from './network.js';

/**
 * Every batch norm multiplied into the layer before it, else into the one behind it, where the network's function stays
 * exactly the same; elsewhere it stays a step of its own.
 */
export function merged(net: Network): Network {
  for (const step of net.steps) {
    const { op } = step;
    if (op.kind !== 'linear' || !op.batchNorm) continue;
    const before = net.steps.find(({ output }) => output === step.inputs[0]);
    if (
      before &&
      isLayer(before.op, 'conv', 'dense') &&
      before.op.axis === op.axis &&
      readers(net, before.output).length === 1 &&
      net.output !== before.output
    )
      return merged(
        replaced(net, [before, step], {
          op: scaledOutput(before.op, op),
          inputs: before.inputs,
          output: step.output,
        }),
      );
    const [after, ...others] = readers(net, step.output);
    if (
      after &&
      others.length === 0 &&
      net.output !== step.output &&
      isLayer(after.op, 'conv', 'dense') &&
      after.op.unpadded &&
      after.op.axis === op.axis
    )
      return merged(
        replaced(net, [step, after], {
          op: scaledInput(after.op, op),
          inputs: step.inputs,
          output: after.output,
        }),
      );
  }
  return net;
}

/** The new step stands where the later of the two stood. */
function replaced(net: Network, [first, second]: Step[], step: Step): Network {
  return {
    ...net,
    steps: net.steps.filter((one) => one !== first).map((one) => (one === second ? step : one)),
  };
}

function scaledOutput(op: Linear, scale: Linear): Linear {
  const factor = scale.connections[0].weight;
  const [{ from, to, weight }] = op.connections;
  return {
    ...op,
    connections: [{ from, to, weight: weight.map((w, k) => w * factor[to[k]]) }],
    bias: op.bias.map((b, j) => b * factor[j] + scale.bias[j]),
  };
}

function scaledInput(op: Linear, scale: Linear): Linear {
  const factor = scale.connections[0].weight;
  const [{ from, to, weight }] = op.connections;
  const bias = [...op.bias];
  from.forEach((i, k) => {
    bias[to[k]] += weight[k] * scale.bias[i];
  });
  return { ...op, connections: [{ from, to, weight: weight.map((w, k) => w * factor[from[k]]) }], bias };
}
