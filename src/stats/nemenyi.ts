import { checkAlpha, checkWhole, columnsOf, type Table } from './checks.js';
import { pairsOf } from './pairs.js';
import { meanRanks, midRanks } from './ranks.js';
import { studentizedRangePoint, studentizedRangeTail } from './studentizedRange.js';

/**
 * Nemenyi's test of all pairs of columns after Friedman's: p[i][j] = P(Q > |Rᵢ − Rⱼ|·√2 / √(k(k+1)/(6n))), Q the
 * studentized range of k with infinite degrees of freedom (Nemenyi 1963; Demšar 2006, 3.2.2). No correction for ties.
 *
 * @param table [n][k]: a row per image, a column per segment; each row is ranked by itself, 1 = smallest
 * @returns the mean rank of each column; p symmetric, its diagonal 1
 * @throws SatwatchError BAD_OPTION for a table that is ragged, smaller than 2×2 or not of finite numbers
 */
export function nemenyi(table: Table): { meanRanks: number[]; p: number[][] } {
  const k = columnsOf(table);
  const ranks = meanRanks(table.map(midRanks));
  const unit = standardError(k, table.length) / Math.SQRT2;
  const p = ranks.map(() => new Array<number>(k).fill(1));
  for (const [i, j] of pairsOf(k))
    p[i][j] = p[j][i] = studentizedRangeTail(Math.abs(ranks[i] - ranks[j]) / unit, k);
  return { meanRanks: ranks, p };
}

/**
 * The critical difference q/√2·√(k(k+1)/(6n)): mean ranks of k columns over n rows that are farther apart differ at
 * the level alpha (Demšar 2006, 3.2.2). q is computed, not looked up; Demšar's table has three digits.
 *
 * @throws SatwatchError BAD_OPTION unless k ≥ 2 and n ≥ 2 are whole and alpha lies between 0 and 1
 */
export function nemenyiCriticalDifference(k: number, n: number, alpha: number): number {
  checkWhole('k', k, 2);
  checkWhole('n', n, 2);
  checkAlpha(alpha);
  return (studentizedRangePoint(alpha, k) / Math.SQRT2) * standardError(k, n);
}

/** Of the difference of two mean ranks. */
const standardError = (k: number, n: number) => Math.sqrt((k * (k + 1)) / (6 * n));
