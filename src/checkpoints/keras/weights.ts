import type { LayersModel } from '@tensorflow/tfjs';
import type { Tf } from '../../backend/types.js';
import { SatwatchError } from '../../errors.js';
import type { Leaf } from './topology.js';

export interface Weight {
  name: string;
  shape: number[];
  values: Float32Array;
}

/** The weights of a layer whose own names for them are `variables` (kernel, bias, …), in this order. */
export type WeightSource = (leaf: Leaf, variables: readonly string[]) => Weight[];

/** `.keras`: `layers/conv2d/vars/0`, `…/1`, in the order in which the layer made them. */
export function byPath(read: (path: string) => Weight | undefined): WeightSource {
  return ({ path }, variables) => variables.flatMap((_, i) => read(`${path}/${i}`) ?? []);
}

/**
 * `.h5`: names such as `dense/kernel:0` or `model/block/conv/kernel`. The order is no help: that of a frozen model
 * inside a model is another one than TensorFlow.js's.
 *
 * @param within the weights of a layer of the outermost model, and whether there can be others than its own among them
 */
export function byName(
  within: (layer: string) => { weights: readonly Weight[]; mixed: boolean },
): WeightSource {
  return ({ names }, variables) => {
    const { weights, mixed } = within(names[0]);
    const own = mixed || names.length > 1 ? names.slice(-1) : [];
    return variables.flatMap((variable) => {
      const find = (way: readonly string[]) =>
        weights.filter(({ name }) =>
          [variable, ...(aliases[variable] ?? [])].some((alias) => endsWith(name, [...way, alias])),
        );
      const found = find(own);
      if (found.length <= 1) return found;
      // Two models have a layer of this name: more of the way decides; the outermost has the shortest.
      if (names.length > 1) return find(names.slice(-2));
      const depth = ({ name }: Weight) => name.split('/').length;
      const least = Math.min(...found.map(depth));
      return found.filter((weight) => depth(weight) === least);
    });
  };
}

/** What Keras calls a variable where TensorFlow.js has another name. */
const aliases: Record<string, string[]> = {
  depthwise_kernel: ['kernel'],
  moving_mean: ['mean'],
  moving_variance: ['variance'],
};

function endsWith(name: string, path: string[]): boolean {
  return `/${name.replace(/:\d+$/, '')}`.endsWith(`/${path.join('/')}`);
}

/**
 * Sets every weight of the model.
 * @throws SatwatchError CHECKPOINT_UNREADABLE naming the layer whose weights are missing or of another shape
 */
export function setWeights(tf: Tf, model: LayersModel, leaves: readonly Leaf[], source: WeightSource): void {
  for (const leaf of leaves) {
    const layer = leaf.names.reduce<any>((at, name) => at.getLayer(name), model);
    const expected = (layer.weights as { originalName: string; shape: number[] }[]).map(
      ({ originalName, shape }) => ({
        variable: originalName.slice(originalName.lastIndexOf('/') + 1),
        shape,
      }),
    );
    if (expected.length === 0) continue;
    const { weights = {} } = leaf;
    const missing = expected.filter(({ variable }) => !(variable in weights));
    const read = source(
      leaf,
      missing.map(({ variable }) => variable),
    );
    const found =
      read.length === missing.length
        ? expected.map(({ variable, shape }) =>
            variable in weights ? given(weights[variable], shape) : read.shift()!,
          )
        : read;
    const shapes = (list: { shape: number[] }[]) => list.map(({ shape }) => `[${shape}]`).join(' ') || 'none';
    if (shapes(found) !== shapes(expected))
      throw new SatwatchError(
        'CHECKPOINT_UNREADABLE',
        `layer '${leaf.names.join('/')}': its weights are ${shapes(found)}, expected ${shapes(expected)}`,
        leaf.names.join('/'),
      );
    tf.tidy(() => layer.setWeights(found.map(({ values, shape }) => tf.tensor(values, shape))));
  }
}

function given(value: number | number[], shape: number[]): Omit<Weight, 'name'> {
  if (Array.isArray(value)) return { shape: [value.length], values: Float32Array.from(value) };
  const size = shape.reduce((product, side) => product * side, 1);
  return { shape, values: new Float32Array(size).fill(value) };
}

/** Lets go of all tensors of a model; tfjs's own dispose keeps those of a layer that is used twice. */
export function disposeModel(model: { dispose(): unknown; weights?: unknown }): void {
  const weights = Array.isArray(model.weights)
    ? (model.weights as { val?: { isDisposed: boolean; dispose(): void } }[])
    : [];
  model.dispose();
  for (const { val } of weights) if (val && !val.isDisposed) val.dispose();
}
