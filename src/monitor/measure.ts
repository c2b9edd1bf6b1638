import type { Tensor4D } from '@tensorflow/tfjs';
import { type Answer, marginOf } from '../alerts/index.js';
import type { Tf } from '../backend/types.js';
import { type AttributeOptions, batchSize, explain, largest, type Model } from '../saliency/index.js';
import { chanceRanks, shiftOffsets } from '../sat/chanceRanks.js';
import { satFromPrefix } from '../sat/computeSat.js';
import { aggregateSats } from '../sat/index.js';
import { localRanks } from '../sat/localRanks.js';
import { prefixSums } from '../sat/prefixSums.js';
import { type AggregatedRow, quantise } from '../store/index.js';
import type { ProbeSet, SatRow, StoredMap } from '../types.js';
import type { Config } from './options.js';
import type { ModelPixels } from './pixels.js';

/** Shifts an image for the chance rank. */
const shifts = 10;

/** What one image gives: its SAT, the chance ranks of its segments, what the model says of it, and its map if asked for. */
export interface ImageMeasurement {
  label: number;
  sat: SatRow[] | null;
  chance: { relative: Float64Array; absolute: Float64Array } | null;
  /** null where the model's output is not finite. */
  predicted: number | null;
  /** The label's logit − the largest other logit. */
  margin: number | null;
  /** What the model says of the image; null where it could not be read. */
  answer: Answer | null;
  map: StoredMap | null;
}

const unread = { sat: null, chance: null, predicted: null, margin: null, answer: null, map: null };

/**
 * Saliency → SAT for every probe image, a batch at a time; the event loop runs between batches. An image whose file
 * cannot be read is invalid, as one whose map is not finite.
 */
export async function measureImages(
  tf: Tf,
  model: Model,
  probe: ProbeSet,
  pixels: ModelPixels,
  config: Config,
  { keepMaps = false }: { keepMaps?: boolean } = {},
): Promise<ImageMeasurement[]> {
  const { height, width, channels, images, segmentNames } = probe;
  const size = batchSize([1, height, width, channels]);
  const result: ImageMeasurement[] = [];
  const all = images.map((_, i) => i);
  for await (const { start, count, values, missing } of pixels.batches(all, size)) {
    const batch = tf.tensor4d(values, [count, height, width, channels]);
    try {
      const { maps, answers } = await explained(
        tf,
        model,
        batch,
        attributeOptions(config, probe, start, count),
        all.slice(start, start + count),
      );
      const [classes, area] = [answers.logits.length / count, height * width];
      for (let i = 0; i < count; i++) {
        const { label, segments } = images[start + i];
        if (missing.has(i)) {
          result.push({ ...unread, label });
          continue;
        }
        const rowOf = (values: Float32Array) => values.slice(i * classes, (i + 1) * classes);
        const row = rowOf(answers.logits);
        const map = maps.subarray(i * area, (i + 1) * area);
        const prefix = prefixSums(map);
        const sat = satFromPrefix(prefix, segments);
        const offsets = shiftOffsets(config.seed, start + i, shifts, width, height);
        const finite = row.every(Number.isFinite);
        result.push({
          label,
          sat: sat && asStored(sat),
          chance: sat && chanceRanks(prefix, segments, segmentNames, offsets),
          predicted: finite ? largest(row, -1) : null,
          margin: finite ? marginOf(row, label) : null,
          answer: { logits: row, probabilities: rowOf(answers.probabilities) },
          map: keepMaps ? quantise(map) : null,
        });
      }
    } finally {
      batch.dispose();
    }
  }
  return result;
}

/** The attribution map of single images; null where it is not finite. */
export async function mapsOf(
  tf: Tf,
  model: Model,
  probe: ProbeSet,
  pixels: ModelPixels,
  config: Config,
  images: readonly number[],
): Promise<Map<number, StoredMap | null>> {
  const { height, width } = probe;
  const chosen = { ...probe, images: images.map((i) => probe.images[i]) };
  const result = new Map<number, StoredMap | null>();
  const size = batchSize([1, height, width, probe.channels]);
  for await (const { start, count, values, missing } of pixels.batches(images, size)) {
    const batch = tf.tensor4d(values, [count, height, width, probe.channels]);
    try {
      const options = attributeOptions(config, chosen, start, count);
      // By the images' own places: the noise, and so the map, is that of the ranks.
      const { maps } = await explained(tf, model, batch, options, images.slice(start, start + count));
      for (let i = 0; i < count; i++)
        result.set(
          images[start + i],
          missing.has(i) ? null : quantise(maps.subarray(i * height * width, (i + 1) * height * width)),
        );
    } finally {
      batch.dispose();
    }
  }
  return result;
}

function attributeOptions(
  { method, methodOptions, head, score, target }: Config,
  probe: ProbeSet,
  start: number,
  count: number,
) {
  const images = probe.images.slice(start, start + count);
  const labels = images.map((image) => image.label);
  return {
    ...methodOptions,
    ...(method.bySegments && { segments: images.map(({ segments }) => segments) }),
    ...head,
    method: method.name,
    score,
    target: target === 'predicted' ? target : target === 'label' ? labels : labels.map(() => target),
  };
}

/** Maps [n · h · w] of a batch of probe images, and what the model says of them; `places` are their indices. */
async function explained(
  tf: Tf,
  model: Model,
  batch: Tensor4D,
  options: AttributeOptions,
  places: readonly number[],
) {
  const { maps, answers } = explain(tf, model, batch, options, places);
  try {
    return { maps: (await maps.data()) as Float32Array, answers };
  } finally {
    maps.dispose();
  }
}

/** Rounded to the float32 that is stored and ranked anew: what is derived later equals what is charted now. */
function asStored(sat: SatRow[]): SatRow[] {
  const attributions = sat.map((row) => Math.fround(row.attribution));
  const ranks = localRanks(attributions);
  // Written out: rows made by spreading another read many times slower (V8).
  return sat.map(({ segment, area }, i) => ({
    segment,
    area,
    attribution: attributions[i],
    rank: ranks[i],
  }));
}

/** Both aggregations, over all classes and for each: what charts and rules need. */
export function aggregate(measured: ImageMeasurement[], probe: ProbeSet): AggregatedRow[] {
  const { segmentNames, classNames, images } = probe;
  const groups: (string | null)[] = [null, ...classNames];
  return groups.flatMap((className, group) => {
    const members = measured.filter((_, i) => group === 0 || images[i].label === group - 1);
    return (['relative', 'absolute'] as const).flatMap((aggregation) =>
      aggregateSats(
        members.map(({ sat }) => sat),
        aggregation,
        segmentNames,
      ).map((summary, s): AggregatedRow => {
        const chance = members.flatMap((m) =>
          m.chance && !Number.isNaN(m.chance[aggregation][s]) ? m.chance[aggregation][s] : [],
        );
        return {
          aggregation,
          className,
          segment: summary.segment,
          n: summary.n,
          meanRank: summary.meanRank ?? null,
          meanAttribution: summary.meanAttribution ?? null,
          chanceRank: chance.length ? chance.reduce((a, b) => a + b, 0) / chance.length : null,
        };
      }),
    );
  });
}

/** Share of the probe images the model is right about; null where its output is not finite anywhere. */
export function accuracy(measured: ImageMeasurement[]): number | null {
  const known = measured.filter(({ predicted }) => predicted !== null);
  return known.length
    ? known.filter(({ predicted, label }) => predicted === label).length / known.length
    : null;
}
