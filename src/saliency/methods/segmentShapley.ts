import type { Tensor4D } from '@tensorflow/tfjs';
import { randomStream } from '../../random.js';
import { checkCount, checkSeed } from '../optionChecks.js';
import {
  bySegments,
  checkSegments,
  costBySegments,
  filledOf,
  type SegmentOptions,
  scoresWithout,
  segmentMap,
} from '../segments/segments.js';
import { coalitionsOf, planShapley, type ShapleyValues } from '../segments/shapley.js';
import type { Explained, SaliencyMethod } from '../types.js';

export interface ShapleyOptions extends SegmentOptions {
  /** Most coalitions of segments an image may take, where it has more than 10 segments; at least four a segment are. */
  samples: number;
  seed: number;
}

/**
 * The Shapley value of each segment, on each of its pixels: its part in f(x) − f(x with all segments filled), by the
 * scores of the image without some of them. A pixel is filled as soon as one of its segments is gone.
 */
export const segmentShapleyMap: SaliencyMethod = {
  name: 'segment-shapley',
  ...bySegments,
  options: { ...bySegments.options, samples: 2048, seed: 1 },
  gradients: ({ segments, samples }: ShapleyOptions) =>
    costBySegments(segments, (count) => coalitionsOf(count, samples)),
  check(options: ShapleyOptions, shape) {
    checkCount('samples', options.samples);
    checkSeed(options.seed);
    checkSegments(options, shape);
  },
  attribute(explained, images, options) {
    const { lists, shapley } = shapleyOf(explained, images, options);
    const values = shapley.map(({ values }) => values);
    return segmentMap(explained.tf, images.shape, lists, values);
  },
};

/** The batch's segments and the values of them all; a segment without pixels has the value 0. */
export function shapleyOf(explained: Explained, images: Tensor4D, options: ShapleyOptions) {
  const { lists, fills } = filledOf(explained, images, options);
  const plans = fills.map(({ present }, i) =>
    planShapley(present.length, options.samples, randomStream(options.seed, explained.places[i], 0)),
  );
  const whole = explained.scores(images).dataSync();
  const removals = plans.flatMap(({ coalitions }, image) =>
    coalitions.flatMap((coalition, k) => {
      // Everybody is in the second: the image itself.
      if (k === 1) return [];
      const gone = new Set(fills[image].present.filter((_, player) => !coalition[player]));
      return { image, removed: (place: number) => gone.has(place) };
    }),
  );
  const played = scoresWithout(explained, images, fills, removals);
  let at = 0;
  const shapley = plans.map((plan, i): ShapleyValues => {
    const scores = Float64Array.from(plan.coalitions, (_, k) => (k === 1 ? whole[i] : played[at++]));
    return spread(plan.values(scores), fills[i].present, lists[i].length);
  });
  return { lists, shapley };
}

/** From the players to all segments. */
function spread({ values, errors }: ShapleyValues, present: number[], count: number): ShapleyValues {
  const all = { values: new Float64Array(count), errors: new Float64Array(count) };
  present.forEach((place, player) => {
    all.values[place] = values[player];
    all.errors[place] = errors[player];
  });
  return all;
}
