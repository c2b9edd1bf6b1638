import { pairsWithoutGaps, type Series } from './checks.js';
import { studentTwoSided } from './distributions.js';
import { midRanks } from './ranks.js';

/**
 * Spearman's rho (Pearson's correlation of the mid-ranks) and the two-sided p of t = ρ·√((n−2)/(1−ρ²)) with n−2
 * degrees of freedom. (Spearman 1904; Kendall and Stuart, The Advanced Theory of Statistics, 1973, 31.19.)
 *
 * @param x, y of one length; pairs with a NaN or null are skipped
 * @returns rho NaN and p 1 where a list is constant; p 1 where fewer than 3 pairs are left
 * @throws SatwatchError BAD_OPTION where the lengths differ or a value is infinite
 */
export function spearman(x: Series, y: Series): { rho: number; p: number } {
  const [a, b] = pairsWithoutGaps(x, y).map(midRanks);
  const n = a.length;
  const mean = (n + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    xy += (a[i] - mean) * (b[i] - mean);
    xx += (a[i] - mean) ** 2;
    yy += (b[i] - mean) ** 2;
  }
  if (!(xx > 0 && yy > 0)) return { rho: Number.NaN, p: 1 };
  const rho = Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)));
  if (n < 3) return { rho, p: 1 };
  // (1 − ρ)(1 + ρ) and not 1 − ρ²: near ±1 that would lose the digits that p rests on.
  return { rho, p: studentTwoSided(rho * Math.sqrt((n - 2) / ((1 - rho) * (1 + rho))), n - 2) };
}
