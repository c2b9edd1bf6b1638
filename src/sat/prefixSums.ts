import { SatwatchError } from '../errors.js';
import type { Mask, Segment } from '../types.js';

/**
 * Sums of the map before each pixel, in float64: `sums[i]` = map[0] + … + map[i − 1], length map.length + 1.
 * A run of a mask then costs two look-ups, however many masks overlap. The last entry is finite exactly
 * when the whole map is: finite float32 values cannot overflow a float64 sum.
 */
export function prefixSums(map: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(map.length + 1);
  let sum = 0;
  for (let i = 0; i < map.length; i++) {
    sum += map[i];
    sums[i + 1] = sum;
  }
  return sums;
}

/** Mean of the map over each segment, from the map's prefix sums; NaN where a segment has no pixel. */
export function meansFromPrefix(prefix: Float64Array, segments: readonly Segment[]): Float64Array {
  return Float64Array.from(segments, (segment) => {
    refuseOtherSize(prefix.length - 1, segment);
    const { runs } = segment.mask;
    let sum = 0;
    for (let r = 0; r < runs.length; r += 2) sum += prefix[runs[r] + runs[r + 1]] - prefix[runs[r]];
    return sum / pixelCount(segment.mask);
  });
}

/** Pixels inside the mask. */
export function pixelCount({ runs }: Mask): number {
  let count = 0;
  for (let r = 1; r < runs.length; r += 2) count += runs[r];
  return count;
}

/** Refuses a mask that was not drawn over a map of this many pixels. */
export function refuseOtherSize(pixels: number, { name, mask }: Segment): void {
  if (mask.width * mask.height !== pixels)
    throw new SatwatchError(
      'MASK_SIZE',
      `segment '${name}': its mask is ${mask.width}x${mask.height} (${mask.width * mask.height} pixels), ` +
        `the attribution map has ${pixels} pixels; give masks of the map's size`,
      name,
    );
}
