import {
  bySegments,
  checkSegments,
  costBySegments,
  filledOf,
  type SegmentOptions,
  scoresWithout,
  segmentMap,
} from '../segments/segments.js';
import type { SaliencyMethod } from '../types.js';

/** f(x) − f(x with the segment filled), on each of its pixels: how much the score falls when it alone is gone. */
export const segmentAblation: SaliencyMethod = {
  name: 'segment-ablation',
  ...bySegments,
  gradients: ({ segments }: SegmentOptions) => costBySegments(segments, (count) => count),
  check: checkSegments,
  attribute(explained, images, options) {
    const { lists, fills } = filledOf(explained, images, options);
    const whole = explained.scores(images).dataSync();
    const removals = fills.flatMap(({ present }, image) =>
      present.map((gone) => ({ image, gone, removed: (place: number) => place === gone })),
    );
    const without = scoresWithout(explained, images, fills, removals);
    const falls = lists.map((list) => new Float64Array(list.length));
    removals.forEach(({ image, gone }, k) => {
      falls[image][gone] = whole[image] - without[k];
    });
    return segmentMap(explained.tf, images.shape, lists, falls);
  },
};
