import { refuseUnknownOptions } from '../errors.js';
import { seededRandom } from '../random.js';
import { checkAlpha, checkWhole, columnsOf, type Table } from './checks.js';
import { meanRanks, midRanks } from './ranks.js';

export interface BootstrapOptions {
  /** The intervals hold at the level 1 − alpha. Default 0.05. */
  alpha?: number;
  /** How often the images are drawn anew, a million times at most. Default 10,000. */
  resamples?: number;
  /** The same seed gives the same intervals on every machine. Default 1. */
  seed?: number;
}

/**
 * Percentile bootstrap intervals of the columns' mean ranks (Efron 1979): the images are drawn anew with replacement,
 * all columns of an image together. With few images (below 20 or so) the intervals are somewhat too short. Each holds
 * for its own segment, so two that overlap may still differ.
 *
 * @param table [n][k]: a row per image, a column per segment; each row is ranked by itself, 1 = smallest
 * @returns a mean rank with its limits per column
 * @throws SatwatchError BAD_OPTION for a table that is ragged, smaller than 2×2 or not of finite numbers, and for
 *   options out of range; UNKNOWN_OPTION
 */
export function bootstrapMeanRanks(
  table: Table,
  options: BootstrapOptions = {},
): { meanRank: number; low: number; high: number }[] {
  refuseUnknownOptions('bootstrapMeanRanks', options, ['alpha', 'resamples', 'seed']);
  const { alpha = 0.05, resamples = 10_000, seed = 1 } = options;
  checkAlpha(alpha);
  checkWhole('resamples', resamples, 1, 1_000_000);
  checkWhole('seed', seed, 0, 2 ** 32 - 1);
  const k = columnsOf(table);
  const n = table.length;
  const ranks = table.map(midRanks);
  const random = seededRandom(seed);
  const means = Array.from({ length: k }, () => new Float64Array(resamples));
  for (let r = 0; r < resamples; r++) {
    for (let drawn = 0; drawn < n; drawn++) {
      const row = ranks[Math.floor(random() * n)];
      for (let j = 0; j < k; j++) means[j][r] += row[j];
    }
    for (let j = 0; j < k; j++) means[j][r] /= n;
  }
  return meanRanks(ranks).map((meanRank, j) => {
    const sorted = means[j].sort();
    return { meanRank, low: quantile(sorted, alpha / 2), high: quantile(sorted, 1 - alpha / 2) };
  });
}

/** By linear interpolation (R's type 7). */
function quantile(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low] + (at - low) * (sorted[Math.ceil(at)] - sorted[low]);
}
