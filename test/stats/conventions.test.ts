import {
  bootstrapMeanRanks,
  kendallTau,
  mannKendall,
  signTest,
  spearman,
  theilSen,
  wilcoxonSignedRank,
} from 'satwatch/stats';
import { describe, expect, it } from 'vitest';
import { expectNear } from './reference.js';
import { literalRanks, mean } from './tables.js';

describe('the conventions', () => {
  it('for pairs that are all equal', () => {
    for (const method of ['auto', 'exact', 'approx'] as const)
      expect(wilcoxonSignedRank([1, 2], [1, 2], { method })).toEqual({ statistic: 0, p: 1, n: 0 });
    expect(signTest([1, 2], [1, 2])).toEqual({ p: 1 });
  });

  it('for constant series, short ones and gaps', () => {
    expect(kendallTau([1, 1, 1], [1, 2, 3])).toEqual({ tau: Number.NaN, p: 1 });
    expect(spearman([1, 2, 3], [4, 4, 4])).toEqual({ rho: Number.NaN, p: 1 });
    expect(mannKendall([5, 5, 5])).toEqual({ s: 0, z: 0, p: 1 });
    expect(theilSen([5, 5, 5])).toEqual({ slope: 0, low: 0, high: 0 });
    expect(theilSen([])).toEqual({ slope: Number.NaN, low: Number.NaN, high: Number.NaN });
    expect(mannKendall([Number.NaN, 3])).toEqual({ s: 0, z: 0, p: 1 });
    expect(spearman([1, 2], [3, 4])).toEqual({ rho: 1, p: 1 });
    const gaps = [1, null, 3, Number.NaN, 5.5, 6, 8];
    expect(theilSen(gaps)).toEqual(theilSen([1, 3, 5.5, 6, 8], [0, 2, 4, 5, 6]));
    expect(mannKendall(gaps)).toEqual(mannKendall([1, 3, 5.5, 6, 8]));
    expect(kendallTau(gaps, [7, 1, 6, 1, 5, 5, 4])).toEqual(kendallTau([1, 3, 5.5, 6, 8], [7, 6, 5, 5, 4]));
    expect(spearman(gaps, [7, 1, 6, 1, 5, 5, 4])).toEqual(spearman([1, 3, 5.5, 6, 8], [7, 6, 5, 5, 4]));
  });

  it('of the bootstrap: seeded, wider for a smaller alpha, near the normal interval for many images', () => {
    const table = Array.from({ length: 200 }, (_, i) => [i % 3, (i * 7) % 5, (i * 11) % 4]);
    const first = bootstrapMeanRanks(table, { resamples: 4000 });
    expect(bootstrapMeanRanks(table, { resamples: 4000 })).toEqual(first);
    expect(bootstrapMeanRanks(table, { resamples: 4000, seed: 2 })).not.toEqual(first);
    const ranks = table.map((row) => literalRanks(row)[0]);
    const sd = Math.sqrt(mean(ranks.map((r) => (r - mean(ranks)) ** 2)) / 200);
    expectNear(first[0].meanRank, mean(ranks));
    expect(Math.abs(first[0].low - (mean(ranks) - 1.96 * sd))).toBeLessThan(0.15 * sd);
    expect(Math.abs(first[0].high - (mean(ranks) + 1.96 * sd))).toBeLessThan(0.15 * sd);
    const wide = bootstrapMeanRanks(table, { resamples: 4000, alpha: 0.001 });
    expect(wide[0].low).toBeLessThan(first[0].low);
    expect(wide[0].high).toBeGreaterThan(first[0].high);
  });
});
