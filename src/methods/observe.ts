import { performance } from 'node:perf_hooks';
import { batchSize, explain } from '../saliency/index.js';
import { chanceRanks, shiftOffsets } from '../sat/chanceRanks.js';
import { satFromPrefix } from '../sat/computeSat.js';
import { prefixSums } from '../sat/prefixSums.js';
import type { SatRow } from '../types.js';
import { headOptions, type Scene } from './scene.js';
import type { Setup } from './setup.js';

/** As the monitor does. */
const shifts = 10;

/** What a method says of one picture. */
export interface Seen {
  /** null where the map is not finite. */
  sat: SatRow[] | null;
  /** Chance rank of each row of the SAT. */
  chance: number[];
  /** Sum of the map. */
  sum: number;
}

/**
 * The SATs of the first `count` pictures of the scene, and what a picture took, in ms, an entry a batch: reading and
 * ranking are not counted.
 */
export async function observe(
  scene: Scene,
  { method, options, score }: Setup,
  count = scene.chosen.length,
): Promise<{ seen: Seen[]; times: number[] }> {
  const { tf, model, probe, pixels, chosen, explained, seed } = scene;
  const { height, width, channels, images, segmentNames } = probe;
  const area = height * width;
  const seen: Seen[] = [];
  const times: number[] = [];
  for await (const batch of pixels.batches(chosen.slice(0, count), batchSize([1, height, width, channels]))) {
    const places = Array.from({ length: batch.count }, (_, i) => batch.start + i);
    const pictures = tf.tensor4d(batch.values, [batch.count, height, width, channels]);
    try {
      const begun = performance.now();
      const { maps } = explain(
        tf,
        model,
        pictures,
        {
          ...options,
          ...headOptions(scene),
          ...(method.bySegments && { segments: places.map((p) => images[chosen[p]].segments) }),
          method: method.name,
          score,
          target: places.map((p) => explained[p].target),
        },
        places.map((p) => chosen[p]),
      );
      const values = (await maps.data()) as Float32Array;
      maps.dispose();
      times.push((performance.now() - begun) / batch.count);
      for (const [i, place] of places.entries()) {
        const { segments } = images[chosen[place]];
        const prefix = prefixSums(values.subarray(i * area, (i + 1) * area));
        const sat = satFromPrefix(prefix, segments);
        const offsets = shiftOffsets(seed, chosen[place], shifts, width, height);
        const ranks = sat && chanceRanks(prefix, segments, segmentNames, offsets).relative;
        const chance = (sat ?? []).map(({ segment }) => ranks![segmentNames.indexOf(segment)]);
        seen.push({ sat, chance, sum: prefix[area] });
      }
    } finally {
      pictures.dispose();
    }
  }
  return { seen, times };
}
