import { isLayersModel } from '../saliency/index.js';
import { kendallTau } from '../stats/index.js';
import { mean } from './average.js';
import { observe, type Seen } from './observe.js';
import { layersFromTop, withRandomWeights } from './randomWeights.js';
import type { Scene } from './scene.js';
import type { Setup } from './setup.js';

/** Networks drawn at random. */
const draws = 3;
/** Pictures looked at with each, or as many as may take that long, in ms. */
const [leastPictures, mostPictures, mostTime] = [4, 16, 10_000];

/**
 * The sanity check of Adebayo et al. 2018 (arXiv 1810.03292): how much of a method's ranking is left when the weights
 * are drawn anew. Mean Kendall tau-b with the ranks that a picture's segments have with the trained weights: 1 = nothing
 * changes. null where no ranks could be compared.
 */
export interface Sanity {
  /** With all weights drawn anew, over three draws. */
  all: number | null;
  /** Of the chance ranks of those same maps: what is left by the sizes of the segments alone. */
  bySize: number | null;
  /** With the weights of the last layer alone drawn anew. */
  top: number | null;
}

/** A method fails that keeps more than this of what sizes leave open: of 1 − `bySize`. */
const mostKept = 0.5;

export function fails(sanity: Sanity | null): boolean {
  if (sanity?.all == null) return false;
  const size = Math.max(0, sanity.bySize ?? 0);
  return sanity.all - size > mostKept * (1 - size);
}

/** A method on the trained model. */
export interface Tried {
  setup: Setup;
  seen: readonly Seen[];
  /** A picture. */
  milliseconds: number;
}

/** In the order of the methods; null for a model whose weights cannot be changed. */
export async function sanityOf(
  scene: Scene,
  methods: readonly Tried[],
  onMethod: (name: string) => void,
): Promise<Sanity[] | null> {
  const { tf, model, seed } = scene;
  const layers = isLayersModel(model) ? layersFromTop(model) : [];
  if (layers.length === 0) return null;
  const randomised = (chosen: typeof layers, draw: number) =>
    withRandomWeights(tf, chosen, seed + draw, async () => {
      const results: Likeness[] = [];
      for (const method of methods) {
        onMethod(method.setup.method.name);
        results.push(await likeness(scene, method));
      }
      return results;
    });
  const all: Likeness[][] = [];
  for (let draw = 0; draw < draws; draw++) all.push(await randomised(layers, draw));
  const top = layers.length > 1 ? await randomised(layers.slice(0, 1), draws) : undefined;
  return methods.map((_, m) => ({
    all: mean(all.map((draw) => draw[m].ranks)),
    bySize: mean(all.map((draw) => draw[m].chance)),
    top: top?.[m].ranks ?? null,
  }));
}

/** Mean tau with the trained ranks: of the ranks with random weights, and of their chance ranks. */
interface Likeness {
  ranks: number | null;
  chance: number | null;
}

async function likeness(scene: Scene, { setup, seen, milliseconds }: Tried): Promise<Likeness> {
  const pictures = Math.max(leastPictures, Math.min(mostPictures, Math.floor(mostTime / milliseconds)));
  try {
    const random = await observe(scene, setup, Math.min(pictures, seen.length));
    const tau = (of: (one: Seen) => number[]) =>
      mean(
        random.seen.map((one, i) => {
          const { sat } = seen[i];
          return one.sat && sat ? kendallTau(of(one), ranksOf(sat)).tau : null;
        }),
      );
    return { ranks: tau(({ sat }) => ranksOf(sat!)), chance: tau(({ chance }) => chance) };
  } catch {
    // A network drawn at random may be dead: it says nothing, and is left out.
    return { ranks: null, chance: null };
  }
}

const ranksOf = (sat: readonly { rank: number }[]) => sat.map(({ rank }) => rank);
