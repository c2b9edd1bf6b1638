import { pairsWithoutGaps, type Series } from './checks.js';
import { normalTail } from './distributions.js';
import { concordance, spread } from './kendall.js';
import { tieCounts } from './ranks.js';

/**
 * The Mann-Kendall test for a trend: S = rising less falling pairs, z with the correction for ties and for continuity,
 * two-sided p (Mann 1945; Kendall 1970). It supposes independent values; the epochs of one training are not, so
 * read p as a description there, not as a rate of errors.
 *
 * @param y values in the order of time; NaN or null is a gap and skipped
 * @returns z 0 and p 1 where all values are equal or fewer than 2 are left
 * @throws SatwatchError BAD_OPTION where a value is infinite
 */
export function mannKendall(y: Series): { s: number; z: number; p: number } {
  const [values] = pairsWithoutGaps(y, y);
  const n = values.length;
  const s = concordance(
    values.map((_, i) => i),
    values,
  );
  const variance = (spread(n) - tieCounts(values).reduce((sum, t) => sum + spread(t), 0)) / 18;
  if (s === 0) return { s, z: 0, p: 1 };
  const z = (s - Math.sign(s)) / Math.sqrt(variance);
  return { s, z, p: Math.min(1, 2 * normalTail(Math.abs(z))) };
}
