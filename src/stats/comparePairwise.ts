import { refuseUnknownOptions, SatwatchError } from '../errors.js';
import { checkAlpha, type Series, widthOf } from './checks.js';
import { holm } from './holm.js';
import { pairsOf } from './pairs.js';
import { wilcoxonSignedRank } from './wilcoxon.js';

/** Two columns over the rows that have a value in both. */
export interface PairComparison {
  a: number;
  b: number;
  /** Rows with both. */
  n: number;
  /** Mean of a − b over these rows; NaN where there are none. */
  meanDifference: number;
  /**
   * Which has the smaller values by the signed ranks, so ranks before the other: what the test speaks of, where the mean
   * may say the opposite. null where the two sums are equal, or no row has both.
   */
  before: 'a' | 'b' | null;
  /** Wilcoxon signed-rank, two-sided (exact up to 50 unequal pairs), adjusted by Holm over the pairs that could be tested; null where untestable. */
  p: number | null;
  verdict: 'different' | 'no difference found' | 'untestable';
}

/** With fewer images no verdict is given: even full agreement would hardly survive Holm's adjustment. */
const leastRows = 10;

/** Unequal pairs. Ranks tie often, where the normal approximation is poor; above this it is good, and counting gets slow. */
const mostExact = 50;

/**
 * Compares columns of an incomplete table, pair by pair over the images that show both segments. An absent segment is
 * never padded with a rank: that would test how often it is present, and call it influence.
 *
 * @param table [n][k]: a row per image, a column per segment; NaN or null where the image does not show the segment
 * @returns all pairs a < b; 'untestable' where fewer than 10 images show both
 * @throws SatwatchError BAD_OPTION for a table that is ragged, smaller than 2×2 or holds an infinity, and for alpha
 *   outside (0, 1); UNKNOWN_OPTION
 */
export function comparePairwise(
  table: readonly Series[],
  options: { /** Default 0.05. */ alpha?: number } = {},
): PairComparison[] {
  refuseUnknownOptions('comparePairwise', options, ['alpha']);
  const { alpha = 0.05 } = options;
  checkAlpha(alpha);
  const columns = columnsOf(table);
  const pairs = pairsOf(columns.length).map(([a, b]) => ({ a, b, ...compare(columns[a], columns[b]) }));
  const adjusted = holm(pairs.flatMap(({ raw }) => raw ?? []));
  return pairs.map(({ raw, ...pair }) => {
    const p = raw === null ? null : adjusted.shift()!;
    return {
      ...pair,
      p,
      verdict: p === null ? 'untestable' : p < alpha ? 'different' : 'no difference found',
    };
  });
}

function columnsOf(table: readonly Series[]): Float64Array[] {
  const k = widthOf(table);
  return Array.from({ length: k }, (_, j) =>
    Float64Array.from(table, (row, i) => {
      const value = row[j] ?? Number.NaN;
      if (typeof value !== 'number' || Math.abs(value) === Number.POSITIVE_INFINITY)
        throw new SatwatchError(
          'BAD_OPTION',
          `table row ${i}, column ${j} is ${typeof value === 'string' ? `'${value}'` : String(value)}; give a finite number, or NaN where the segment is absent`,
          'table',
        );
      return value;
    }),
  );
}

function compare(
  a: Float64Array,
  b: Float64Array,
): { n: number; meanDifference: number; before: 'a' | 'b' | null; raw: number | null } {
  const shown = (_: number, row: number) => !Number.isNaN(a[row]) && !Number.isNaN(b[row]);
  const [x, y] = [a.filter(shown), b.filter(shown)];
  const n = x.length;
  return {
    n,
    meanDifference: x.reduce((sum, value, i) => sum + value - y[i], 0) / n,
    before: n === 0 ? null : before(x, y),
    raw: n < leastRows ? null : p(x, y),
  };
}

function before(x: Float64Array, y: Float64Array): 'a' | 'b' | null {
  // One-sided, the statistic is W⁺, whose mean is a half of all ranks.
  const { statistic, n } = wilcoxonSignedRank(x, y, { alternative: 'greater', method: 'approx' });
  const off = statistic - (n * (n + 1)) / 4;
  return off === 0 ? null : off < 0 ? 'a' : 'b';
}

function p(x: Float64Array, y: Float64Array): number {
  const unequal = x.filter((value, i) => value !== y[i]).length;
  return wilcoxonSignedRank(x, y, { method: unequal <= mostExact ? 'exact' : 'auto' }).p;
}
