import type { SatRow, Segment } from '../types.js';
import { localRanks } from './localRanks.js';
import { meansFromPrefix, pixelCount, prefixSums } from './prefixSums.js';

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
  const means = meansFromPrefix(prefix, segments);
  if (!Number.isFinite(prefix[prefix.length - 1])) return null;
  const rows = segments
    .map((segment, i) => ({ segment: segment.name, area: pixelCount(segment.mask), attribution: means[i] }))
    .filter((row) => row.area > 0);
  const ranks = localRanks(rows.map((row) => row.attribution));
  return rows.map((row, i) => ({ ...row, rank: ranks[i] }));
}
