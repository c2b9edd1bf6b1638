import type { GraphModel, LayersModel, SymbolicTensor, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Tf } from '../backend/types.js';
import { SatwatchError } from '../errors.js';

/** What a user may hand in as the model: a tfjs model, or anything that a `forward` knows how to run. */
export type Model = LayersModel | GraphModel | object;

export interface HeadOptions {
  /** A frozen base before the model: images → the model's input. */
  features?: (images: Tensor4D) => Tensor;
  /** Runs what is neither a LayersModel nor a GraphModel: → logits [n, classes]. */
  forward?: (model: any, images: Tensor4D) => Tensor;
}

/** A classifier as satwatch sees it. */
export interface Head {
  /** [n,h,w,c] → the logits [n, classes]; a one-unit output z becomes [−z, z]. Differentiable. */
  logits(images: Tensor4D): Tensor2D;
  /** Logits → probabilities [n, classes]: softmax, or the sigmoid of each where the model ends in one. */
  probabilities(logits: Tensor2D): Tensor2D;
}

type Activation = 'softmax' | 'sigmoid' | 'none';

/**
 * The model below its final softmax or sigmoid, however it spells that: an activation attribute, an Activation or
 * Softmax layer, nested models, shape-only layers behind it, or a Softmax/Sigmoid node of a GraphModel.
 */
export function headOf(tf: Tf, model: Model, { features, forward }: HeadOptions = {}): Head {
  const [run, activation] = runnerOf(model, forward);
  let oneUnit = false;
  return {
    logits: (images) =>
      tf.tidy(() => {
        const out = run((features ? features(images) : images) as Tensor4D);
        const flat = out.reshape([images.shape[0], -1]) as Tensor2D;
        oneUnit = flat.shape[1] === 1;
        return oneUnit ? (tf.concat([flat.neg(), flat], 1) as Tensor2D) : flat;
      }),
    probabilities: (logits) =>
      activation === 'sigmoid' || oneUnit
        ? (tf.sigmoid(logits) as Tensor2D)
        : (tf.softmax(logits) as Tensor2D),
  };
}

function runnerOf(model: Model, forward: HeadOptions['forward']): [(x: Tensor) => Tensor, Activation] {
  if (forward) return [(x) => forward(model, x as Tensor4D), 'none'];
  if (isLayersModel(model)) {
    const final = finalActivation(model);
    if (!final) return [(x) => applyLayers(model, x), 'none'];
    return [
      (x) => withSwapped(final.layer, final.field, final.linear, () => applyLayers(model, x)),
      final.kind,
    ];
  }
  if (isGraphModel(model)) return graphRunner(model);
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

function applyLayers(model: LayersModel, x: Tensor): Tensor {
  // `apply` rather than `predict`: no inner batches, and training: false keeps batch norm's statistics untouched.
  return model.apply(x, { training: false }) as Tensor;
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

function finalActivation(model: LayersModel): FinalActivation | null {
  let tensor: SymbolicTensor = model.outputs[0];
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

function graphRunner(model: GraphModel): [(x: Tensor) => Tensor, Activation] {
  let node = (model as any).executor.graph?.outputs?.[0];
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
