import type { SatRow, Segment } from '../types.js';
import { boundsOf } from './bounds.js';
import { localRanks } from './localRanks.js';
import { meansFromPrefix, prefixSums } from './prefixSums.js';

/**
 * The Segment Attribution Table of one image (Hinns and Martens, arXiv 2506.23247): a row per segment that has
 * a pixel, with its area Z, its mean attribution a and the rank of |a| among the rows of this image.
 *
 * @param map h·w attributions, row-major
 * @param segments masks of the map's size; those without pixels get no row
 * @returns the rows in the order of `segments`, or null where the map holds a NaN or an infinity anywhere:
 *   the image is invalid as a whole and must not enter any average
 * @throws SatwatchError MASK_SIZE where a mask has another size than the map
 */
export function computeSat(map: ArrayLike<number>, segments: readonly Segment[]): SatRow[] | null {
  return satFromPrefix(prefixSums(map), segments);
}

/** `computeSat` on prefix sums that are there already, as when chance ranks are wanted too. */
export function satFromPrefix(prefix: Float64Array, segments: readonly Segment[]): SatRow[] | null {
  const bounds = boundsOf(segments, prefix.length - 1);
  if (!Number.isFinite(prefix[prefix.length - 1])) return null;
  const { areas } = bounds;
  const means = meansFromPrefix(prefix, bounds);
  const present = Array.from(areas.keys()).filter((i) => areas[i] > 0);
  const ranks = localRanks(present.map((i) => means[i]));
  // Written out: objects made by spreading get a hidden class each, and reading such rows takes 30 times as long.
  return present.map((i, k) => ({
    segment: segments[i].name,
    area: areas[i],
    attribution: means[i],
    rank: ranks[k],
  }));
}
