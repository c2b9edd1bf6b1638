import { Canvas } from '../alerts/reliance/canvas.js';
import type { Score } from '../saliency/index.js';
import { kendallTau } from '../stats/index.js';
import type { Seen } from './observe.js';
import { type Scene, scoreOf } from './scene.js';

/** Forward passes that are taken for it at most. */
const mostPasses = 2000;

/**
 * By segment: |f(x) − f(x with the segment in the mean colour of its two-pixel ring)| / its area. A SAT holds means over
 * pixels, so this is what its ranks can be true to. Small segments have the largest of both, whatever the map: that is
 * what the chance ranks stand beside it for.
 */
export type Effects = Map<string, number>;

/** Of the first pictures of the scene, as many as may be asked for. A segment without a ring has none. */
export async function ablate(scene: Scene, score: Score): Promise<Effects[]> {
  const { probe, pixels, chosen, explained, answers } = scene;
  const canvas = new Canvas(probe);
  const effects: Effects[] = [];
  let passes = 0;
  for (const [i, image] of chosen.entries()) {
    const [picture] = await pixels.read([image]);
    const filled = probe.images[image].segments.flatMap(({ name, mask }) => {
      const without = picture && mask.runs.length > 0 ? canvas.fill(picture, mask) : null;
      const area = mask.runs.reduce((sum, value, r) => sum + (r % 2 ? value : 0), 0);
      return without ? [{ name, area, without }] : [];
    });
    passes += filled.length;
    if (passes > mostPasses && i > 1) break;
    const own = scoreOf(answers[i], explained[i], score);
    const given = await scene.ask(filled.map(({ without }) => without));
    effects.push(
      new Map(
        filled.map(({ name, area }, k) => [
          name,
          Math.abs(own - scoreOf(given[k], explained[i], score)) / area,
        ]),
      ),
    );
  }
  return effects;
}

/** Kendall tau-b with the effects of each picture: of the method's ranks, and of their chance ranks. */
export interface Faithful {
  ranks: number;
  chance: number;
}

/** An entry a picture; null where there are no two ranks to compare. */
export function faithfulness(seen: readonly Seen[], effects: readonly Effects[]): (Faithful | null)[] {
  return effects.map((byName, i) => {
    const { sat, chance } = seen[i];
    if (!sat) return null;
    const known = sat.flatMap(({ segment, rank }, k) => {
      const effect = byName.get(segment);
      // Rank 1 stands for the largest.
      return effect === undefined ? [] : [{ rank, chance: chance[k], effect: -effect }];
    });
    const tau = (by: 'rank' | 'chance') =>
      kendallTau(
        known.map((row) => row[by]),
        known.map(({ effect }) => effect),
      ).tau;
    const ranks = tau('rank');
    return Number.isNaN(ranks) ? null : { ranks, chance: tau('chance') };
  });
}
