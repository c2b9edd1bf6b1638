import { columnsOf, type Table } from './checks.js';
import { chiSquareTail, fTail } from './distributions.js';
import { midRanks } from './ranks.js';

/** `chi2` and `df`; `imanDavenport.f` is Infinity where all rows agree; `kendallW` lies in [0, 1]. */
export interface Friedman {
  chi2: number;
  df: number;
  p: number;
  imanDavenport: { f: number; df1: number; df2: number; p: number };
  kendallW: number;
}

/**
 * Friedman's test: do the columns differ in rank? With the correction for ties and the better approximation by F.
 *
 * χ² = n(k−1)·W with k−1 degrees of freedom (Friedman 1937; with ties as in Conover, Practical Nonparametric
 * Statistics, 1999, 5.8), F = (n−1)χ²/(n(k−1)−χ²) with k−1 and (k−1)(n−1) (Iman and Davenport 1980).
 * Where every row ties throughout, χ² = 0 and p = 1.
 *
 * @param table [n][k]: a row per image, a column per segment; each row is ranked by itself, 1 = smallest
 * @throws SatwatchError BAD_OPTION for a table that is ragged, smaller than 2×2 or not of finite numbers
 */
export function friedman(table: Table): Friedman {
  const k = columnsOf(table);
  const n = table.length;
  const { between, total } = concordance(table, k);
  const kendallW = total === 0 ? 0 : between / total;
  const chi2 = n * (k - 1) * kendallW;
  const df = k - 1;
  const f = between === 0 ? 0 : ((n - 1) * between) / (total - between);
  const df2 = df * (n - 1);
  return {
    chi2,
    df,
    p: chiSquareTail(chi2, df),
    imanDavenport: { f, df1: df, df2, p: f === Number.POSITIVE_INFINITY ? 0 : fTail(f, df, df2) },
    kendallW,
  };
}

/**
 * Kendall's coefficient of concordance W, corrected for ties: how far the rows agree in their ranks, 0 (not at all)
 * to 1 (wholly). 0 where every row ties throughout. (Kendall and Babington Smith 1939.)
 *
 * @param table as for {@link friedman}
 */
export function kendallW(table: Table): number {
  return friedman(table).kendallW;
}

/**
 * Between and total sum of squares of the ranks, both times 4n². Doubled ranks are whole numbers, so both are exact,
 * and full agreement is seen as `between === total` and not as almost.
 */
function concordance(table: Table, k: number): { between: number; total: number } {
  const n = table.length;
  const sums = new Float64Array(k);
  let squares = 0;
  for (const row of table)
    for (const [j, rank] of midRanks(row).entries()) {
      sums[j] += 2 * rank;
      squares += (2 * rank) ** 2;
    }
  const mean = n * (k + 1);
  return {
    between: sums.reduce((sum, s) => sum + (s - mean) ** 2, 0),
    total: n * (squares - n * k * (k + 1) ** 2),
  };
}
