import fc from 'fast-check';
import {
  bootstrapMeanRanks,
  friedman,
  kendallTau,
  nemenyi,
  theilSen,
  wilcoxonSignedRank,
} from 'satwatch/stats';
import { describe, expect, it } from 'vitest';
import { bars, maximalCliques } from '../../src/stats/cliques.js';
import { expectNear } from './reference.js';
import { list, literalRanks, mean, tables } from './tables.js';

describe('by brute force', () => {
  it('the exact signed-rank test is the count over all signs', () => {
    fc.assert(
      fc.property(list(), fc.constantFrom('wilcox', 'pratt'), (d, zeroMethod) => {
        const ranked = zeroMethod === 'pratt' ? d : d.filter((v) => v !== 0);
        const ranks = literalRanks(ranked.map(Math.abs)).filter((_, i) => ranked[i] !== 0);
        const signs = d.filter((v) => v !== 0).map(Math.sign);
        const seen = ranks.reduce((sum, r, i) => sum + (signs[i] > 0 ? r : 0), 0);
        const sums = Array.from({ length: 2 ** ranks.length }, (_, bits) =>
          ranks.reduce((sum, r, i) => sum + ((bits >> i) & 1 ? r : 0), 0),
        );
        const greater = sums.filter((s) => s >= seen).length / sums.length;
        const less = sums.filter((s) => s <= seen).length / sums.length;
        const x = d.map((v) => v + 7);
        const y = d.map(() => 7);
        const p = (alternative: any) =>
          wilcoxonSignedRank(x, y, { method: 'exact', zeroMethod: zeroMethod as any, alternative }).p;
        expectNear(p('greater'), greater, 1e-12);
        expectNear(p('less'), less, 1e-12);
        expectNear(p('two-sided'), Math.min(1, 2 * Math.min(greater, less)), 1e-12);
      }),
    );
  });

  it('the exact signed-rank test stays sound for many pairs', () => {
    const d = Float64Array.from({ length: 300 }, (_, i) => (i % 7 === 0 ? -1 : 1) * (1 + (i % 50)));
    const zero = new Float64Array(300);
    const [exact, approx] = (['exact', 'approx'] as const).map(
      (method) => wilcoxonSignedRank(d, zero, { method, alternative: 'less' }).p,
    );
    expectNear(exact, 1, 1e-9);
    expectNear(exact, approx, 1e-9);
    const mild = d.map((v, i) => (i % 9 < 4 ? -v : v));
    const p = (method: 'exact' | 'approx') => wilcoxonSignedRank(mild, zero, { method }).p;
    expect(p('exact')).toBeGreaterThan(0.0001);
    expectNear(p('exact'), p('approx'), 2e-3);
  });

  it("Friedman's statistics are those of the literal sums", () => {
    fc.assert(
      fc.property(tables, (table) => {
        const [n, k] = [table.length, table[0].length];
        const ranks = table.map(literalRanks);
        const sums = table[0].map((_, j) => ranks.reduce((sum, row) => sum + row[j], 0));
        const all = ranks.flat().reduce((sum, r) => sum + (r - (k + 1) / 2) ** 2, 0);
        const result = friedman(table);
        if (all === 0) expect(result).toMatchObject({ chi2: 0, p: 1, kendallW: 0 });
        else
          expectNear(
            result.chi2,
            ((k - 1) * sums.reduce((sum, s) => sum + (s - (n * (k + 1)) / 2) ** 2, 0)) / all,
            1e-12,
          );
        expect(nemenyi(table).meanRanks).toEqual(sums.map((s) => s / n));
      }),
    );
  });

  it('Kendall and Theil-Sen look at all pairs of points', () => {
    fc.assert(
      fc.property(list(2, 12), list(12, 12), (x, long) => {
        const y = long.slice(0, x.length);
        const pairs = x.flatMap((_, i) => x.slice(0, i).map((_, j) => [x[i] - x[j], y[i] - y[j]]));
        const s = pairs.reduce((sum, [dx, dy]) => sum + Math.sign(dx * dy), 0);
        const [dx, dy] = [0, 1].map((c) => pairs.filter((pair) => pair[c] !== 0).length);
        const { tau } = kendallTau(x, y);
        if (dx * dy === 0) expect(tau).toBeNaN();
        else expectNear(tau, s / Math.sqrt(dx * dy), 1e-12);
        const slopes = pairs.filter((pair) => pair[0] !== 0).map((pair) => pair[1] / pair[0]);
        slopes.sort((a, b) => a - b);
        const { slope, low, high } = theilSen(y, x);
        if (slopes.length === 0) {
          expect([slope, low, high]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
          return;
        }
        const [a, b] = [slopes[Math.ceil(slopes.length / 2) - 1], slopes[Math.floor(slopes.length / 2)]];
        expectNear(slope, (a + b) / 2, 1e-12);
        expect(low).toBeLessThanOrEqual(slope + 1e-12);
        expect(high).toBeGreaterThanOrEqual(slope - 1e-12);
      }),
    );
  });

  it('cliques are the maximal subsets without an edge missing, and bars those that lie side by side', () => {
    const graphs = fc.integer({ min: 2, max: 8 }).chain((k) =>
      fc.record({
        edges: fc.array(fc.boolean(), { minLength: k * k, maxLength: k * k }),
        order: fc.shuffledSubarray([...Array(k).keys()], { minLength: k }),
      }),
    );
    fc.assert(
      fc.property(graphs, ({ edges, order }) => {
        const k = order.length;
        const alike = order.map((_, i) => order.map((_, j) => edges[Math.min(i, j) * k + Math.max(i, j)]));
        const complete = (set: number[]) => set.every((i) => set.every((j) => i === j || alike[i][j]));
        const inside = (a: number[], b: number[]) => a.length < b.length && a.every((i) => b.includes(i));
        const maximal = (sets: number[][]) => sets.filter((set) => !sets.some((other) => inside(set, other)));
        const plain = (sets: number[][]) => new Set(sets.map((set) => set.toSorted((a, b) => a - b).join()));

        const subsets = Array.from({ length: 2 ** k }, (_, bits) =>
          [...Array(k).keys()].filter((i) => (bits >> i) & 1),
        );
        const cliques = maximalCliques(alike, 1000)!;
        expect(plain(cliques)).toEqual(plain(maximal(subsets.filter((s) => s.length > 1 && complete(s)))));
        expect(cliques.length).toBe(plain(cliques).size);
        expect(maximalCliques(alike, cliques.length)).toEqual(cliques);
        if (cliques.length > 0) expect(maximalCliques(alike, cliques.length - 1)).toBeNull();

        const runs = order.flatMap((_, i) => order.slice(i + 1).map((_, j) => order.slice(i, i + j + 2)));
        expect(plain(bars(order, alike))).toEqual(plain(maximal(runs.filter(complete))));
      }),
    );
  });

  it('the bootstrap comes near the exact distribution over all draws', () => {
    const table = [
      [1, 2, 3],
      [2, 1, 3],
      [1, 3, 2],
      [1, 2, 3],
    ];
    const means = Array.from({ length: 4 ** 4 }, (_, draw) =>
      mean([0, 1, 2, 3].map((place) => table[Math.floor(draw / 4 ** place) % 4][0])),
    ).sort((a, b) => a - b);
    const share = (limit: number) => means.filter((m) => m <= limit).length / means.length;
    const [{ meanRank, low, high }] = bootstrapMeanRanks(table, { alpha: 0.2 });
    expect(meanRank).toBe(1.25);
    expect([low, high]).toEqual([1, 1.5]);
    expect(share(1)).toBeGreaterThan(0.1);
    expect(share(1.49)).toBeLessThan(0.9);
    expect(share(1.5)).toBeGreaterThan(0.9);
  });
});
