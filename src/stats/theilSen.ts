import { checkWhole, pairsWithoutGaps, type Series } from './checks.js';
import { normalUpperPoint } from './distributions.js';
import { spread } from './kendall.js';
import { tieCounts } from './ranks.js';

/**
 * The Theil-Sen line's slope: the median of the slopes between all pairs of points, and its 95 % limits (Sen 1968,
 * eq. 2.6, from the variance of Kendall's S with ties). Up to 29 % of the points may be wild without moving it far.
 * The limits suppose independent points; epochs of one training are not, so they are too narrow there.
 *
 * @param y values; NaN or null is a gap and skipped
 * @param x where they were taken; by default 0, 1, 2, …
 * @returns change of y per unit of x; all NaN where fewer than 2 points differ in x
 * @throws SatwatchError BAD_OPTION where the lengths differ, a value is infinite, or there are more than 10,000 points,
 *   whose slopes fill 400 MB
 */
export function theilSen(y: Series, x?: Series): { slope: number; low: number; high: number } {
  const [a, b] = pairsWithoutGaps(x ?? Array.from({ length: y?.length ?? 0 }, (_, i) => i), y);
  checkWhole('the number of points', a.length, 0, mostPoints);
  const slopes = slopesBetween(a, b);
  if (slopes.length === 0) return { slope: Number.NaN, low: Number.NaN, high: Number.NaN };
  const n = a.length;
  const ties = [...tieCounts(a), ...tieCounts(b)].reduce((sum, t) => sum + spread(t), 0);
  const half = normalUpperPoint(0.025) * Math.sqrt(Math.max(0, n * (n - 1) * (2 * n + 5) - ties) / 18);
  const last = slopes.length - 1;
  return {
    slope: (slopes[last >> 1] + slopes[(last + 1) >> 1]) / 2,
    low: slopes[Math.max(0, Math.round((slopes.length - half) / 2) - 1)],
    high: slopes[Math.min(last, Math.round((slopes.length + half) / 2))],
  };
}

const mostPoints = 10_000;

/** Sorted; pairs at the same x have none. */
function slopesBetween(x: readonly number[], y: readonly number[]): Float64Array {
  const slopes = new Float64Array((x.length * (x.length - 1)) / 2);
  let count = 0;
  for (let i = 1; i < x.length; i++)
    for (let j = 0; j < i; j++) if (x[i] !== x[j]) slopes[count++] = (y[i] - y[j]) / (x[i] - x[j]);
  return slopes.subarray(0, count).sort();
}
