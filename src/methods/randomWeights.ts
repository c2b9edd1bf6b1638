import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import type { Tf } from '../backend/types.js';
import { seededRandom } from '../random.js';

/** Enough of a layer of tfjs. */
interface Layer {
  layers?: Layer[];
  weights: { originalName: string; shape: (number | null)[] }[];
  getWeights(): Tensor[];
  setWeights(weights: Tensor[]): void;
}

/** The layers that have weights, the one nearest the output first; those of models inside the model are among them. */
export function layersFromTop(model: LayersModel): Layer[] {
  const leaves = (layers: readonly Layer[]): Layer[] =>
    layers.flatMap((layer) => (layer.layers ? leaves(layer.layers) : layer));
  const all = leaves(model.layers as unknown as Layer[]);
  // A shared layer counts where it comes last.
  return [...new Set(all.reverse())].filter(({ weights }) => weights.length > 0);
}

/**
 * Runs `body` with the layers' weights drawn anew, as before a training: kernels from a normal distribution of variance
 * 2 / fan-in (He et al. 2015), scales and variances 1, all else 0. Afterwards every weight is what it was, bit by bit.
 */
export async function withRandomWeights<T>(
  tf: Tf,
  layers: readonly Layer[],
  seed: number,
  body: () => Promise<T>,
): Promise<T> {
  // Copies: setting a weight lets go of the tensor it was.
  const kept = await Promise.all(
    layers.map((layer) =>
      Promise.all(
        layer.getWeights().map(async (weight) => ({
          values: (await weight.data()).slice(),
          shape: weight.shape,
          dtype: weight.dtype,
        })),
      ),
    ),
  );
  const set = (valuesOf: (layer: number, weight: number) => Float32Array | Int32Array | Uint8Array) =>
    layers.forEach((layer, l) => {
      tf.tidy(() =>
        layer.setWeights(kept[l].map(({ shape, dtype }, w) => tf.tensor(valuesOf(l, w), shape, dtype))),
      );
    });
  const random = seededRandom(seed);
  try {
    set((l, w) => drawn(layers[l].weights[w].originalName, kept[l][w], random));
    return await body();
  } finally {
    set((l, w) => kept[l][w].values as Float32Array);
  }
}

function drawn(
  name: string,
  { values, shape }: { values: ArrayLike<number>; shape: number[] },
  random: () => number,
): Float32Array {
  const fresh = new Float32Array(values.length);
  if (/(gamma|variance)$/.test(name)) return fresh.fill(1);
  if (!/kernel$/.test(name)) return fresh;
  // A depthwise kernel [h, w, c, m] sees one channel, all others [..., c, m] all of them.
  const seen = /depthwise_kernel$/.test(name) ? shape.slice(0, -2) : shape.slice(0, -1);
  const deviation = Math.sqrt(2 / seen.reduce((product, side) => product * side, 1));
  return fresh.map(() => deviation * normal(random));
}

/** Box and Muller 1958. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
