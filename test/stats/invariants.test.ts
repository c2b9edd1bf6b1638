import fc from 'fast-check';
import {
  benjaminiHochberg,
  clopperPearson,
  criticalDifference,
  friedman,
  holm,
  kendallTau,
  kendallW,
  signTest,
  spearman,
  wilcoxonSignedRank,
  wilson,
} from 'satwatch/stats';
import { describe, expect, it } from 'vitest';
import { expectNear } from './reference.js';
import { list, tables } from './tables.js';

const shuffled = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length });

describe('whatever the numbers', () => {
  it('W lies in [0, 1], is 1 where all rows agree, and nothing depends on the order of the rows', () => {
    fc.assert(
      fc.property(
        tables.chain((table) => fc.tuple(fc.constant(table), shuffled(table))),
        ([table, mixed]) => {
          const w = kendallW(table);
          expect(w).toBeGreaterThanOrEqual(0);
          expect(w).toBeLessThanOrEqual(1);
          expect(friedman(mixed)).toEqual(friedman(table));
          for (const test of ['nemenyi', 'wilcoxon-holm'] as const)
            expect(criticalDifference(mixed, { test, alpha: 0.1 })).toEqual(
              criticalDifference(table, { test, alpha: 0.1 }),
            );
          const same = table.map(() => table[0]);
          if (new Set(table[0]).size > 1)
            expect(friedman(same)).toMatchObject({
              kendallW: 1,
              imanDavenport: { f: Number.POSITIVE_INFINITY, p: 0 },
            });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('a table of other columns has the same groups under their new numbers', () => {
    fc.assert(
      fc.property(
        tables.chain((table) => fc.tuple(fc.constant(table), shuffled([...table[0].keys()]))),
        ([table, columns]) => {
          const options = { test: 'wilcoxon-holm', alpha: 0.1 } as const;
          const before = criticalDifference(table, options);
          const after = criticalDifference(
            table.map((row) => columns.map((j) => row[j])),
            options,
          );
          expect(after.meanRanks).toEqual(columns.map((j) => before.meanRanks[j]));
          const named = after.maximalCliques.map((set) =>
            set
              .map((i) => columns[i])
              .sort((a, b) => a - b)
              .join(),
          );
          expect(new Set(named)).toEqual(new Set(before.maximalCliques.map(String)));
        },
      ),
    );
  });

  it('p-values lie in [0, 1], and the two sides are mirror images', () => {
    fc.assert(
      fc.property(list(), list(10, 10), (x, long) => {
        const y = long.slice(0, x.length);
        for (const method of ['auto', 'exact', 'approx'] as const)
          for (const zeroMethod of ['wilcox', 'pratt'] as const)
            for (const continuity of [true, false]) {
              const p = (a: number[], b: number[], alternative: any) =>
                wilcoxonSignedRank(a, b, { method, zeroMethod, continuity, alternative }).p;
              for (const alternative of ['two-sided', 'greater', 'less']) {
                expect(p(x, y, alternative)).toBeGreaterThanOrEqual(0);
                expect(p(x, y, alternative)).toBeLessThanOrEqual(1);
              }
              expectNear(p(x, y, 'greater'), p(y, x, 'less'), 1e-14);
              expectNear(p(x, y, 'two-sided'), p(y, x, 'two-sided'), 1e-14);
            }
        expectNear(
          signTest(x, y, { alternative: 'greater' }).p,
          signTest(y, x, { alternative: 'less' }).p,
          1e-14,
        );
        expect(spearman(x, y)).toEqual(spearman(y, x));
        expectNear(kendallTau(x, y).p, kendallTau(y, x).p, 1e-14);
      }),
    );
  });

  it('adjusted p-values keep the order, and Holm asks more than Benjamini-Hochberg', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (p) => {
        const [strict, mild] = [holm(p), benjaminiHochberg(p)];
        for (const [i, value] of p.entries()) {
          expect(mild[i]).toBeGreaterThanOrEqual(value * (1 - 1e-15));
          expect(strict[i]).toBeGreaterThanOrEqual(mild[i] * (1 - 1e-15));
          expect(strict[i]).toBeLessThanOrEqual(1);
          for (const [j, other] of p.entries())
            if (value <= other) expect([strict[i] <= strict[j], mild[i] <= mild[j]]).toEqual([true, true]);
        }
      }),
    );
  });

  it('intervals hold the proportion, mirror each other, and the exact one covers what it says', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.nat(60),
        fc.constantFrom(0.01, 0.05, 0.2),
        (n, any, alpha) => {
          const k = any % (n + 1);
          for (const interval of [clopperPearson, wilson]) {
            const [low, high] = interval(k, n, alpha);
            expect(low).toBeLessThanOrEqual(k / n);
            expect(high).toBeGreaterThanOrEqual(k / n);
            expect(low).toBeGreaterThanOrEqual(0);
            expect(high).toBeLessThanOrEqual(1);
            expectNear(interval(n - k, n, alpha)[0], 1 - high, 1e-12);
          }
        },
      ),
    );
    let [choose, covered] = [1, 0];
    for (let k = 0; k <= 20; k++) {
      const [low, high] = clopperPearson(k, 20, 0.05);
      if (low <= 0.3 && 0.3 <= high) covered += choose * 0.3 ** k * 0.7 ** (20 - k);
      choose *= (20 - k) / (k + 1);
    }
    expect(covered).toBeGreaterThanOrEqual(0.95);
  });
});
