import { refuseUnknownOptions } from '../errors.js';
import { checkAlpha, checkChoice, columnsOf, type Table } from './checks.js';
import { bars, maximalCliques } from './cliques.js';
import { holm } from './holm.js';
import { nemenyi, nemenyiCriticalDifference } from './nemenyi.js';
import { pairsOf } from './pairs.js';
import { meanRanks, midRanks } from './ranks.js';
import { wilcoxonSignedRank } from './wilcoxon.js';

/** What a critical difference diagram shows. Segments are given by their column. */
export interface CriticalDifference {
  meanRanks: number[];
  /** Columns by mean rank, the smallest first; ties keep their order. */
  order: number[];
  /** Runs along `order` that do not differ, each as sorted columns; runs inside another are left out. */
  bars: number[][];
  /**
   * All maximal groups of two and more of which no pair differs; with Nemenyi's test the same as `bars`, and so where
   * there are more than 1,000.
   */
  maximalCliques: number[][];
  /** p[i][j] of each pair, adjusted for the number of pairs; diagonal 1. */
  p: number[][];
  /** The critical difference of mean ranks, with Nemenyi's test. */
  cd?: number;
}

export interface CriticalDifferenceOptions {
  /**
   * 'nemenyi' compares mean ranks, so a verdict on two segments depends on the others in the table; 'wilcoxon-holm'
   * compares each pair by itself (Wilcoxon signed-rank, two-sided, Holm over all pairs) and needs no assumption about
   * the others (Benavoli, Corani and Mangili 2016). Ranks tie often, where its p is approximate: with fewer than some 20
   * images {@link comparePairwise} is exact.
   */
  test: 'nemenyi' | 'wilcoxon-holm';
  /** Level of significance. Default 0.05. */
  alpha?: number;
}

const mostGroups = 1000;

/**
 * Which segments differ in rank, and which groups cannot be told apart: the content of a critical difference diagram
 * (Demšar 2006). Run {@link friedman} first; where it finds nothing, nothing here is worth a look.
 *
 * @param table [n][k]: a row per image, a column per segment, complete; each row is ranked by itself, 1 = smallest
 * @throws SatwatchError BAD_OPTION for a table that is ragged, smaller than 2×2 or not of finite numbers, for another
 *   test and for alpha outside (0, 1); UNKNOWN_OPTION
 */
export function criticalDifference(table: Table, options: CriticalDifferenceOptions): CriticalDifference {
  refuseUnknownOptions('criticalDifference', options ?? {}, ['test', 'alpha']);
  const { test, alpha = 0.05 } = options ?? {};
  checkChoice('test', test, ['nemenyi', 'wilcoxon-holm']);
  checkAlpha(alpha);
  const k = columnsOf(table);
  const ranks = meanRanks(table.map(midRanks));
  const order = ranks.map((_, i) => i).sort((i, j) => ranks[i] - ranks[j]);
  const cd = test === 'nemenyi' ? nemenyiCriticalDifference(k, table.length, alpha) : undefined;
  const p = test === 'nemenyi' ? nemenyi(table).p : wilcoxonHolm(table, k);
  const alike = p.map((row, i) =>
    row.map((value, j) => (cd === undefined ? value >= alpha : Math.abs(ranks[i] - ranks[j]) <= cd)),
  );
  const runs = bars(order, alike);
  return {
    meanRanks: ranks,
    order,
    bars: runs,
    maximalCliques: maximalCliques(alike, mostGroups) ?? runs,
    p,
    ...(cd !== undefined && { cd }),
  };
}

function wilcoxonHolm(table: Table, k: number): number[][] {
  const columns = Array.from({ length: k }, (_, j) => Float64Array.from(table, (row) => row[j]));
  const pairs = pairsOf(k);
  const adjusted = holm(pairs.map(([i, j]) => wilcoxonSignedRank(columns[i], columns[j]).p));
  const p = columns.map(() => new Array<number>(k).fill(1));
  for (const [at, [i, j]] of pairs.entries()) p[i][j] = p[j][i] = adjusted[at];
  return p;
}
