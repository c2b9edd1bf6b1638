import { pairsWithoutGaps, type Series } from './checks.js';
import { normalTail } from './distributions.js';
import { tieCounts } from './ranks.js';

/**
 * Kendall's tau-b and its asymptotic two-sided p (normal, variance corrected for ties: Kendall, Rank Correlation
 * Methods, 1970). For few pairs the p is rough. Takes time with the square of the length.
 *
 * @param x, y of one length; pairs with a NaN or null are skipped
 * @returns tau NaN and p 1 where a list is constant or fewer than 2 pairs are left
 * @throws SatwatchError BAD_OPTION where the lengths differ or a value is infinite
 */
export function kendallTau(x: Series, y: Series): { tau: number; p: number } {
  const [a, b] = pairsWithoutGaps(x, y);
  const n = a.length;
  const s = concordance(a, b);
  const [tiesA, tiesB] = [tieCounts(a), tieCounts(b)];
  const pairs = (n * (n - 1)) / 2;
  const untied = Math.sqrt(pairs - sum(tiesA, two) / 2) * Math.sqrt(pairs - sum(tiesB, two) / 2);
  if (!(untied > 0)) return { tau: Number.NaN, p: 1 };
  const ordered = n * (n - 1);
  const variance =
    (ordered * (2 * n + 5) - sum(tiesA, spread) - sum(tiesB, spread)) / 18 +
    (sum(tiesA, two) * sum(tiesB, two)) / (2 * ordered) +
    (n > 2 ? (sum(tiesA, three) * sum(tiesB, three)) / (9 * ordered * (n - 2)) : 0);
  const tau = Math.max(-1, Math.min(1, s / untied));
  return { tau, p: Math.min(1, 2 * normalTail(Math.abs(s) / Math.sqrt(variance))) };
}

/** Kendall's S: concordant less discordant pairs. */
export function concordance(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let s = 0;
  for (let i = 1; i < x.length; i++)
    for (let j = 0; j < i; j++) s += Math.sign(x[i] - x[j]) * Math.sign(y[i] - y[j]);
  return s;
}

const sum = (counts: readonly number[], of: (t: number) => number) =>
  counts.reduce((total, t) => total + of(t), 0);
const two = (t: number) => t * (t - 1);
const three = (t: number) => t * (t - 1) * (t - 2);
/** What `t` tied values take off 18 times the variance of S. */
export const spread = (t: number) => t * (t - 1) * (2 * t + 5);
