import type { Segment } from '../types.js';
import { boundsOf } from './bounds.js';
import { meansFromPrefix, prefixSums } from './prefixSums.js';

/**
 * Mean attribution a_s = (sum of the map over the mask) / Z_s of each segment, summed in float64.
 *
 * @param map h·w attributions, row-major
 * @param segments masks of the map's size; they may overlap
 * @returns one mean per segment, NaN where a segment has no pixel
 * @throws SatwatchError MASK_SIZE where a mask has another size than the map
 */
export function segmentMeans(map: ArrayLike<number>, segments: readonly Segment[]): Float64Array {
  const bounds = boundsOf(segments, map.length);
  const prefix = prefixSums(map);
  // A NaN or an infinity would spread through the prefix to every later segment, also to those that lie elsewhere.
  return Number.isFinite(prefix[map.length]) ? meansFromPrefix(prefix, bounds) : literalMeans(map, segments);
}

function literalMeans(map: ArrayLike<number>, segments: readonly Segment[]): Float64Array {
  return Float64Array.from(segments, ({ mask: { runs } }) => {
    let [sum, count] = [0, 0];
    for (let r = 0; r < runs.length; r += 2) {
      for (let i = runs[r]; i < runs[r] + runs[r + 1]; i++) sum += map[i];
      count += runs[r + 1];
    }
    return sum / count;
  });
}
