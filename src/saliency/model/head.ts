import type { GraphModel, LayersModel, SymbolicTensor, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Tf } from '../../backend/types.js';
import { SatwatchError, suggest } from '../../errors.js';

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

type Activation = 'softmax' | 'sigmoid' | 'none';

/**
 * The model below its final softmax or sigmoid, however it spells that: an activation attribute, an Activation or
 * Softmax layer, nested models, shape-only layers behind it, or a Softmax/Sigmoid node of a GraphModel.
 */
export function headOf(tf: Tf, model: Model, options: HeadOptions = {}): Head {
  const [run, activation] = runnerOf(model, options);
  const base = baseOf(options);
  let oneUnit = false;
  const logitsOf = (output: Tensor) => {
    const flat = output.reshape([output.shape[0], -1]) as Tensor2D;
    oneUnit = flat.shape[1] === 1;
    return oneUnit ? (tf.concat([flat.neg(), flat], 1) as Tensor2D) : flat;
  };
  return {
    logits: (images) => tf.tidy(() => logitsOf(run(base(images)))),
    logitsOf,
    probabilities: (logits) =>
      activation === 'sigmoid' || oneUnit
        ? (tf.sigmoid(logits) as Tensor2D)
        : (tf.softmax(logits) as Tensor2D),
  };
}

/** Images → the model's input. */
export function baseOf({ features }: HeadOptions): (images: Tensor4D) => Tensor {
  if (!features) return (images) => images;
  return typeof features === 'function' ? features : (images) => applyLayers(features, images) as Tensor;
}

/** A Sequential has names for its tensors only. */
export function outputNames(model: LayersModel): string[] {
  return model.outputNames?.length ? model.outputNames : model.outputs.map(({ name }) => name);
}

function runnerOf(model: Model, { forward, output }: HeadOptions): [(x: Tensor) => Tensor, Activation] {
  if (forward) return [(x) => forward(model, x as Tensor4D), 'none'];
  if (isLayersModel(model)) {
    const at = outputOf(outputNames(model), output);
    const run = (x: Tensor) => [applyLayers(model, x)].flat()[at];
    const final = finalActivation(model.outputs[at]);
    if (!final) return [run, 'none'];
    return [(x) => withSwapped(final.layer, final.field, final.linear, () => run(x)), final.kind];
  }
  if (isGraphModel(model)) return graphRunner(model, output);
  throw new SatwatchError(
    'MODEL_OUTPUT',
    'model: neither a LayersModel nor a GraphModel; hand in forward: (model, images) => logits',
    'forward',
  );
}

export function isLayersModel(model: Model): model is LayersModel {
  return Array.isArray((model as LayersModel).layers) && typeof (model as LayersModel).apply === 'function';
}

export function isGraphModel(model: Model): model is GraphModel {
  return typeof (model as any).executor === 'object' && typeof (model as GraphModel).execute === 'function';
}

function applyLayers(model: LayersModel, x: Tensor): Tensor | Tensor[] {
  // `apply` rather than `predict`: no inner batches, and training: false keeps batch norm's statistics untouched.
  return model.apply(x, { training: false }) as Tensor | Tensor[];
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

const shapeOnly = new Set(['Flatten', 'Reshape', 'Dropout', 'Permute']);
const linear = { apply: (x: Tensor) => x, getClassName: () => 'linear', getConfig: () => ({}) };

interface FinalActivation {
  layer: any;
  kind: 'softmax' | 'sigmoid';
  /** The field of the layer that holds the activation, and what stands for none. */
  field: 'activation' | 'softmax';
  linear: unknown;
}

function finalActivation(output: SymbolicTensor): FinalActivation | null {
  let tensor = output;
  for (;;) {
    const layer = tensor.sourceLayer as any;
    if (Array.isArray(layer.layers) && layer.outputs) tensor = layer.outputs[0];
    else if (shapeOnly.has(layer.getClassName())) tensor = tensor.inputs[0];
    else if (layer.getClassName() === 'Softmax')
      return { layer, kind: 'softmax', field: 'softmax', linear: (x: Tensor) => x };
    else {
      const name = layer.activation?.getClassName?.() as string | undefined;
      const kind =
        name === 'sigmoid' ? 'sigmoid' : name === 'softmax' || name === 'logSoftmax' ? 'softmax' : null;
      return kind && { layer, kind, field: 'activation', linear };
    }
    if (!tensor) return null;
  }
}

/** Synchronous, so nobody else ever sees the swapped field. */
function withSwapped<T>(object: any, field: string, value: unknown, body: () => T): T {
  const kept = object[field];
  object[field] = value;
  try {
    return body();
  } finally {
    object[field] = kept;
  }
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
