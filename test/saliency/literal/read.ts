import type * as tfjs from '@tensorflow/tfjs';
import { readers } from './layers.js';
import type { Network, Op } from './network.js';

/** The network of a LayersModel without its final softmax or sigmoid, nothing merged. */
export function read(model: tfjs.LayersModel): Network {
  const net: Network = {
    steps: [],
    shapes: [model.inputs[0].shape.slice(1) as number[]],
    output: 0,
    final: 'none',
    convolutions: [],
  };
  const emit = (op: Op, inputs: number[], shape: number[]) => {
    const output = net.shapes.push(shape) - 1;
    net.steps.push({ op, inputs, output });
    return output;
  };
  const run = (inner: any, values: number[]): number => {
    const known = new Map<number, number>();
    inner.inputs.forEach((input: any, i: number) => {
      known.set(input.id, values[i]);
    });
    const valueAt = (tensor: any): number => {
      const found = known.get(tensor.id);
      if (found !== undefined) return found;
      const layer = tensor.sourceLayer;
      const inputs: number[] = layer.inboundNodes[tensor.nodeIndex].inputTensors.map(valueAt);
      let value: number;
      if (Array.isArray(layer.layers) && layer.outputs) value = run(layer, inputs);
      else {
        const reader = readers[layer.getClassName()];
        if (!reader) throw new Error(`no literal layer ${layer.getClassName()}`);
        value = reader({ layer, inputs, shapes: inputs.map((i) => net.shapes[i]), emit });
        if (/Conv2D$/.test(layer.getClassName()))
          net.convolutions.push({
            layer: layer.name,
            value,
            channelsFirst: layer.dataFormat === 'channelsFirst',
          });
      }
      known.set(tensor.id, value);
      return value;
    };
    return valueAt(inner.outputs[0]);
  };
  net.output = run(model, [0]);
  return withoutFinal(net);
}

/** Drops a softmax or sigmoid that only moves follow. */
function withoutFinal(net: Network): Network {
  let value = net.output;
  for (;;) {
    const step = net.steps.find(({ output }) => output === value);
    if (!step) return net;
    const { op } = step;
    if (op.kind === 'linear' && op.form === 'move') value = step.inputs[0];
    else if (op.kind === 'softmax' || (op.kind === 'activation' && op.name === 'sigmoid')) {
      const steps = net.steps
        .filter((other) => other !== step)
        .map((other) => ({
          ...other,
          inputs: other.inputs.map((i) => (i === step.output ? step.inputs[0] : i)),
        }));
      const final = op.kind === 'softmax' ? 'softmax' : 'sigmoid';
      return { ...net, steps, final, output: net.output === step.output ? step.inputs[0] : net.output };
    } else return net;
  }
}
