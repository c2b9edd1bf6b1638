import type { GraphModel, LayersModel, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Tf } from '../../backend/types.js';
import { SatwatchError, suggest } from '../../errors.js';
import { type Network, readNetwork, forward as runForward } from '../network/index.js';
import { isTensor, refuse, shown } from '../optionChecks.js';

/** What a user may hand in as the model: a tfjs model, or anything that a `forward` knows how to run. */
export type Model = LayersModel | GraphModel | object;

export interface HeadOptions {
  /** A frozen base before the model: images → the model's input, as a function or as a LayersModel. */
  features?: ((images: Tensor4D) => Tensor) | LayersModel;
  /** Runs what is neither a LayersModel nor a GraphModel: → logits [n, classes]. */
  forward?: (model: any, images: Tensor4D) => Tensor;
  /** Which output of a model with several has the class scores: its name or its place. */
  output?: string | number;
}

/** A classifier as satwatch sees it. */
export interface Head {
  /** [n,h,w,c] → the logits [n, classes]; a one-unit output z becomes [−z, z]. Differentiable. */
  logits(images: Tensor4D): Tensor2D;
  /** The logits from what the model gives below its final activation. */
  logitsOf(output: Tensor): Tensor2D;
  /** Logits → probabilities [n, classes]: softmax, or the sigmoid of each where the model ends in one. */
  probabilities(logits: Tensor2D): Tensor2D;
}

type Activation = Network['final'];

/**
 * The model below its final softmax or sigmoid, however it spells that: an activation attribute, an Activation or
 * Softmax layer, nested models, shape-only layers behind it, or a Softmax/Sigmoid node of a GraphModel.
 */
export function headOf(tf: Tf, model: Model, options: HeadOptions = {}): Head {
  const [run, activation] = runnerOf(tf, model, options);
  let oneUnit = false;
  const logitsOf = (output: Tensor) => {
    const flat = output.reshape([output.shape[0], -1]) as Tensor2D;
    oneUnit = flat.shape[1] === 1;
    return oneUnit ? (tf.concat([flat.neg(), flat], 1) as Tensor2D) : flat;
  };
  return {
    logits: (images) => tf.tidy(() => logitsOf(run(images))),
    logitsOf,
    probabilities: (logits) =>
      activation === 'sigmoid' || oneUnit
        ? (tf.sigmoid(logits) as Tensor2D)
        : (tf.softmax(logits) as Tensor2D),
  };
}

/** A Sequential has names for its tensors only. */
export function outputNames(model: LayersModel): string[] {
  return model.outputNames?.length ? model.outputNames : model.outputs.map(({ name }) => name);
}

function runnerOf(tf: Tf, model: Model, options: HeadOptions): [(x: Tensor4D) => Tensor, Activation] {
  const { features, forward, output } = options;
  refuseWrongTypes(options);
  const base = typeof features === 'function' ? features : undefined;
  const before = typeof features === 'object' ? (x: Tensor4D) => applyLayers(features, x) : base;
  if (forward)
    return [(x) => logitsGiven(forward(model, (before ? before(x) : x) as Tensor4D), x.shape[0]), 'none'];
  if (isLayersModel(model)) {
    const read = () =>
      readNetwork(tf, layersModels(model, options), { output: outputOf(outputNames(model), output) });
    const run = (x: Tensor4D) => {
      const network = read();
      return runForward(network, base ? base(x) : x, { fuse: ['relu', 'relu6'] })[network.output];
    };
    return [run, tf.tidy(() => read().final as never)];
  }
  if (isGraphModel(model)) {
    const [run, kind] = graphRunner(model, output);
    return [(x) => run(before ? before(x) : x), kind];
  }
  throw new SatwatchError(
    'MODEL_OUTPUT',
    'model: neither a LayersModel nor a GraphModel; hand in forward: (model, images) => logits',
    'forward',
  );
}

/** What is read layer by layer, in the order of computation: a base that is a LayersModel, and the model. */
export function layersModels(model: LayersModel | undefined, { features }: HeadOptions): LayersModel[] {
  return [typeof features === 'function' ? undefined : features, model].filter((one) => one !== undefined);
}

function refuseWrongTypes({ features, forward }: HeadOptions): void {
  if (forward !== undefined && typeof forward !== 'function')
    refuse('forward', shown(forward), 'a function: (model, images) => logits');
  if (features === undefined || typeof features === 'function') return;
  if (!isLayersModel(features)) refuse('features', shown(features), 'a function of images, or a LayersModel');
  if (features.outputs.length !== 1)
    refuse('features', `a model with ${features.outputs.length} outputs`, 'one that ends in one');
}

export function isLayersModel(model: Model): model is LayersModel {
  return (
    Array.isArray((model as LayersModel | null)?.layers) && typeof (model as LayersModel).apply === 'function'
  );
}

export function isGraphModel(model: Model): model is GraphModel {
  return typeof (model as any)?.executor === 'object' && typeof (model as GraphModel).execute === 'function';
}

/** What a user's `forward` gave for n images, where it is logits. */
function logitsGiven(given: unknown, n: number): Tensor {
  if (isTensor(given) && given.rank >= 1 && given.shape[0] === n) return given;
  return refuse(
    'forward',
    `${shown(given)} for ${n} images`,
    `a tensor of logits [${n}, classes], and no promise`,
  );
}

function applyLayers(model: LayersModel, x: Tensor): Tensor {
  // `apply` rather than `predict`: no inner batches, and training: false keeps batch norm's statistics untouched.
  return model.apply(x, { training: false }) as Tensor;
}

/**
 * The place of the output that was chosen; one that is alone needs no choice.
 * @throws SatwatchError MODEL_OUTPUT
 */
export function outputOf(names: readonly string[], chosen: HeadOptions['output']): number {
  const at = typeof chosen === 'string' ? names.indexOf(chosen) : (chosen ?? (names.length === 1 ? 0 : -1));
  if (Number.isInteger(at) && at >= 0 && at < names.length) return at;
  throw new SatwatchError(
    'MODEL_OUTPUT',
    chosen === undefined
      ? `output: the model has ${names.length} outputs, say which has the class scores: output: '${names[0]}' (there are ${names.join(', ')})`
      : typeof chosen === 'string'
        ? `output: there is no '${chosen}'; ${suggest(chosen, names)}`
        : `output: got ${String(chosen)}, the model has outputs 0 to ${names.length - 1} (${names.join(', ')})`,
    'output',
  );
}

function graphRunner(model: GraphModel, chosen: HeadOptions['output']): [(x: Tensor) => Tensor, Activation] {
  const outputs: any[] = (model as any).executor.graph?.outputs ?? [];
  const names = outputs.map(({ name }) => name as string);
  let node = outputs[names.length === 0 ? 0 : outputOf(names, chosen)];
  const output = node?.name as string | undefined;
  while (node && (node.op === 'Identity' || node.op === 'Reshape' || node.op === 'Squeeze'))
    node = node.inputs?.[0];
  const kind = node?.op === 'Softmax' ? 'softmax' : node?.op === 'Sigmoid' ? 'sigmoid' : 'none';
  const name = kind === 'none' ? output : (node.inputs[0].name as string);
  return [(x) => first(name === undefined ? model.predict(x) : model.execute(x, name)), kind];
}

function first(result: unknown): Tensor {
  return Array.isArray(result) ? result[0] : (result as Tensor);
}
