import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs';
import type { Tf } from '../../backend/types.js';
import { SatwatchError } from '../../errors.js';
import { Builder } from './builder.js';
import { readers, unknown } from './layers.js';
import { mergeScales } from './mergeScales.js';
import type { Network } from './types.js';

/**
 * One or several LayersModels, each fed by the one before, as a list of steps: Sequential, functional, nested and shared
 * layers alike. A softmax or sigmoid that ends the last one is left out. Batch norm is merged into its neighbour where
 * `merge` says so and that is exact.
 */
export function readNetwork(
  tf: Tf,
  models: readonly LayersModel[],
  { merge = true, output = 0 }: { merge?: boolean; output?: number } = {},
): Network {
  const builder = new Builder(tf);
  let value = 0;
  models.forEach((model, i) => {
    const last = i === models.length - 1;
    value = readModel(builder, model, [value], last ? output : 0);
  });
  const network = builder.network(value);
  leaveOutFinalActivation(network);
  return merge ? mergeScales(network) : network;
}

/** The value of a model's output, with its inputs at these values. */
function readModel(builder: Builder, model: any, inputs: number[], output: number): number {
  if (model.inputs.length !== inputs.length)
    throw new SatwatchError(
      'MODEL_INPUT',
      `model '${model.name}': got ${inputs.length} input, it has ${model.inputs.length} (${model.inputs.map((x: SymbolicTensor) => x.name).join(', ')}); a model of images alone is explained: hand in forward: (model, images) => logits, with a method that needs only gradients`,
      'forward',
    );
  const known = new Map<number, number>(
    model.inputs.map((x: SymbolicTensor, i: number) => [x.id, inputs[i]]),
  );
  const valueAt = (tensor: SymbolicTensor): number => {
    const found = known.get(tensor.id);
    if (found !== undefined) return found;
    const layer = tensor.sourceLayer as any;
    const node = layer.inboundNodes[tensor.nodeIndex];
    const from = node.inputTensors.map(valueAt);
    const value = isModel(layer)
      ? readModel(builder, layer, from, tensor.tensorIndex)
      : readLayer(builder, layer, from, tensor.tensorIndex);
    known.set(tensor.id, value);
    return value;
  };
  return valueAt(model.outputs[output]);
}

function readLayer(builder: Builder, layer: any, inputs: number[], output: number): number {
  const at = builder.at(layer);
  // A subclass that inherits its name may compute anything.
  const named = Object.hasOwn(layer.constructor, 'className');
  const read = named ? readers[layer.getClassName()] : undefined;
  return (read ?? unknown)(at, layer, inputs, output);
}

function isModel(layer: any): boolean {
  return Array.isArray(layer.layers) && Array.isArray(layer.outputs);
}

/** What may stand behind the last activation: it changes the shape alone. */
const shapeOnly = new Set(['Flatten', 'Reshape', 'Permute']);

function leaveOutFinalActivation(network: Network): void {
  const { steps } = network;
  for (let value = network.output; ; ) {
    const at = steps.findIndex((step) => step.output === value);
    if (at < 0) return;
    const { op, layer, inputs } = steps[at];
    if (op.kind === 'softmax' || (op.kind === 'activation' && op.name === 'sigmoid')) {
      steps.splice(at, 1);
      for (const step of steps) step.inputs = step.inputs.map((x) => (x === value ? inputs[0] : x));
      if (network.output === value) network.output = inputs[0];
      network.final = op.kind === 'softmax' ? 'softmax' : 'sigmoid';
      return;
    }
    if (op.kind !== 'move' || !shapeOnly.has(layer.getClassName())) return;
    value = inputs[0];
  }
}
