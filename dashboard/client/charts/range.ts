import type { Values } from './model.js';

/** Smallest and largest of all values, or undefined where there are none. */
export function extent(series: Values[]): [number, number] | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const values of series)
    for (const value of values) {
      if (value === null) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  return low <= high ? [low, high] : undefined;
}

/** Wide enough not to blow noise up, with a little air. */
export function padded([low, high]: [number, number], least: number, air = 0.06): [number, number] {
  const span = Math.max(high - low, least);
  const middle = (low + high) / 2;
  const half = Math.max(span / 2, 1e-9) * (1 + 2 * air);
  return [middle - half, middle + half];
}
