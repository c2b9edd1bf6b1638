import fc from 'fast-check';
import { comparePairwise, criticalDifference, holm, wilcoxonSignedRank } from 'satwatch/stats';
import { describe, expect, it } from 'vitest';
import { expectNear } from './reference.js';
import { mean } from './tables.js';

describe('incomplete tables', () => {
  const none = Number.NaN;

  it('are compared over the images that show both, with Holm over what can be tested', () => {
    const table = Array.from({ length: 24 }, (_, i) => [
      1 + (i % 2) / 2,
      i < 14 ? 4 - (i % 3) / 4 : none,
      i < 9 ? 2 : none,
      i >= 12 ? 3 - (i % 5) / 4 : none,
    ]);
    const pairs = comparePairwise(table);
    expect(pairs.map(({ a, b, n, verdict }) => [a, b, n, verdict])).toEqual([
      [0, 1, 14, 'different'],
      [0, 2, 9, 'untestable'],
      [0, 3, 12, 'different'],
      [1, 2, 9, 'untestable'],
      [1, 3, 2, 'untestable'],
      [2, 3, 0, 'untestable'],
    ]);
    const raw = [
      [0, 1],
      [0, 3],
    ].map(([a, b]) => {
      const rows = table.filter((row) => !Number.isNaN(row[a]) && !Number.isNaN(row[b]));
      return wilcoxonSignedRank(
        rows.map((row) => row[a]),
        rows.map((row) => row[b]),
        { method: 'exact' },
      ).p;
    });
    expect([pairs[0].p, pairs[2].p]).toEqual(holm(raw));
    expect([pairs[1].p, pairs[5].p, pairs[5].meanDifference]).toEqual([null, null, Number.NaN]);
    expectNear(pairs[0].meanDifference, mean(table.slice(0, 14).map(([a, b]) => a - b)), 1e-12);
    expect(comparePairwise(table.map((row) => row.map((v) => (Number.isNaN(v) ? null : v))))).toEqual(pairs);
  });

  it('never take absence for a low rank', () => {
    // Where both are seen they are alike; the second is absent from half of the images.
    const table = Array.from({ length: 60 }, (_, i) => [
      i % 4 < 2 ? 1 : 2,
      i < 30 ? (i % 4 < 2 ? 2 : 1) : none,
    ]);
    expect(comparePairwise(table)[0]).toMatchObject({ n: 30, verdict: 'no difference found' });
    const padded = table.map((row) => row.map((v) => (Number.isNaN(v) ? 3 : v)));
    expect(comparePairwise(padded)[0].verdict).toBe('different');
  });

  it('counts the unequal pairs, however many images there are', () => {
    // Five of a kind are no evidence at the level of 5 %: exactly 2 / 2⁵.
    for (const images of [50, 51, 200]) {
      const table = Array.from({ length: images }, (_, i) => [1, i < 5 ? 2 : 1]);
      const [pair] = comparePairwise(table);
      expect(pair.p).toBeCloseTo(0.0625, 12);
      expect(pair).toMatchObject({ verdict: 'no difference found', before: 'a', n: images });
    }
    expect(
      comparePairwise([
        [1, 1],
        [2, 2],
      ])[0].before,
    ).toBeNull();
  });

  it('give the verdicts of Wilcoxon-Holm where nothing is absent', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 3, maxLength: 3 }), {
          minLength: 60,
          maxLength: 60,
        }),
        (table) => {
          // With fewer unequal pairs comparePairwise counts exactly.
          const unequal = (i: number, j: number) => table.filter((row) => row[i] !== row[j]).length;
          fc.pre(Math.min(unequal(0, 1), unequal(0, 2), unequal(1, 2)) > 50);
          const { p } = criticalDifference(table, { test: 'wilcoxon-holm', alpha: 0.05 });
          for (const pair of comparePairwise(table)) expectNear(pair.p!, p[pair.a][pair.b], 1e-12);
        },
      ),
      { numRuns: 20 },
    );
  });
});
