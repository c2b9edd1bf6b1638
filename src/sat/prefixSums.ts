import type { Bounds } from './bounds.js';

let last = new Float64Array(0);

/**
 * Sums of the map before each pixel, in float64: `sums[i]` = map[0] + … + map[i − 1], length map.length + 1.
 * A run of a mask then costs two look-ups, however many masks overlap. The last entry is finite exactly
 * when the whole map is: finite float32 values cannot overflow a float64 sum.
 *
 * The array is good until the next call only: a fresh one would cost more than the sums do.
 */
export function prefixSums(map: ArrayLike<number>): Float64Array {
  if (last.length !== map.length + 1) last = new Float64Array(map.length + 1);
  sumUp(map, last);
  return last;
}

/** Four values at a time: only one addition in four has to wait for the one before. */
function sumUp(map: ArrayLike<number>, sums: Float64Array): void {
  const n = map.length;
  const whole = n - (n % 4);
  let sum = 0;
  let i = 0;
  for (; i < whole; i += 4) {
    const one = map[i];
    const two = one + map[i + 1];
    const third = map[i + 2];
    sums[i + 1] = sum + one;
    sums[i + 2] = sum + two;
    sums[i + 3] = sum + (two + third);
    sum += two + (third + map[i + 3]);
    sums[i + 4] = sum;
  }
  for (; i < n; i++) {
    sum += map[i];
    sums[i + 1] = sum;
  }
}

/** Mean of the map over each segment, from the map's prefix sums; NaN where a segment has no pixel. */
export function meansFromPrefix(prefix: Float64Array, { ends, until, areas }: Bounds): Float64Array {
  const means = new Float64Array(until.length);
  let at = 0;
  for (let s = 0; s < until.length; s++) {
    const end = until[s];
    const pairs = end - ((end - at) % 4);
    let sum = 0;
    let other = 0;
    // Two runs at a time, into sums that do not wait for each other.
    for (; at < pairs; at += 4) {
      sum += prefix[ends[at + 1]] - prefix[ends[at]];
      other += prefix[ends[at + 3]] - prefix[ends[at + 2]];
    }
    for (; at < end; at += 2) sum += prefix[ends[at + 1]] - prefix[ends[at]];
    means[s] = (sum + other) / areas[s];
  }
  return means;
}
