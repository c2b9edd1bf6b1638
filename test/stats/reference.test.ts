import {
  benjaminiHochberg,
  clopperPearson,
  criticalDifference,
  friedman,
  holm,
  kendallTau,
  kendallW,
  mannKendall,
  nemenyi,
  nemenyiCriticalDifference,
  signTest,
  spearman,
  theilSen,
  wilcoxonSignedRank,
  wilson,
} from 'satwatch/stats';
import { describe, expect, it } from 'vitest';
import {
  betaPoint,
  chiSquareTail,
  fTail,
  normalTail,
  normalUpperPoint,
  studentTwoSided,
} from '../../src/stats/distributions.js';
import { studentizedRangeTail } from '../../src/stats/studentizedRange.js';
import { expectNear, reference } from './reference.js';

const zeros = (list: ArrayLike<number>) => new Float64Array(list.length);

describe('agrees with other libraries', () => {
  it('in the tails of the distributions, in all digits', () => {
    const { chi2sf, fsf, normsf, normisf, tsf, betaincinv } = reference('distributions');
    const sameDigits = (actual: number, expected: number) => expectNear(actual / expected, 1, 1e-12);
    for (const { x, df, sf } of chi2sf) sameDigits(chiSquareTail(x, df), sf);
    for (const { x, df1, df2, sf } of fsf) sameDigits(fTail(x, df1, df2), sf);
    for (const { z, sf } of normsf) sameDigits(normalTail(z), sf);
    for (const { p, z } of normisf) expectNear(normalUpperPoint(p), z, 1e-12);
    for (const { t, df, sf } of tsf) sameDigits(studentTwoSided(t, df), 2 * Math.min(sf, 1 - sf));
    for (const { p, a, b, x } of betaincinv) sameDigits(betaPoint(p, a, b), x);
  });

  it('in the studentized range', () => {
    const { qOverSqrt2, sf } = reference('studentized-range');
    for (const [alpha, points] of Object.entries<Record<string, number>>(qOverSqrt2))
      for (const [k, q] of Object.entries(points)) {
        expectNear(
          nemenyiCriticalDifference(Number(k), 24, Number(alpha)),
          q * Math.sqrt((Number(k) * (Number(k) + 1)) / 144),
        );
      }
    for (const { q, k, sf: tail } of sf) expectNear(studentizedRangeTail(q, k) / tail, 1);
  });

  it("in Friedman's test", () => {
    for (const c of reference('friedman').cases) {
      const result = friedman(c.data);
      expectNear(result.chi2, c.chi2);
      expect(result.df).toBe(c.df);
      expectNear(result.p, c.p);
      expectNear(result.kendallW, c.kendallW);
      expect(kendallW(c.data)).toBe(result.kendallW);
      const { F, df1, df2, p } = c.imanDavenport;
      if (F === null) expect(result.imanDavenport.f).toBe(Number.POSITIVE_INFINITY);
      else expectNear(result.imanDavenport.f, F);
      expect(result.imanDavenport).toMatchObject({ df1, df2 });
      expectNear(result.imanDavenport.p, p);
    }
  });

  it("in Nemenyi's test and its groups", () => {
    for (const c of reference('nemenyi').cases) {
      const result = nemenyi(c.data);
      for (const [i, row] of result.p.entries()) {
        expectNear(result.meanRanks[i], c.meanRanks[i]);
        for (const [j, p] of row.entries()) expectNear(p, c.p[i][j]);
      }
      for (const [alpha, { cd, bars }] of Object.entries<any>(c.alpha)) {
        const diagram = criticalDifference(c.data, { test: 'nemenyi', alpha: Number(alpha) });
        expectNear(diagram.cd!, cd);
        expect(diagram).toMatchObject({ order: c.order, bars, p: result.p, meanRanks: result.meanRanks });
        expect(new Set(diagram.maximalCliques.map(String))).toEqual(new Set(bars.map(String)));
      }
    }
  });

  it("in Wilcoxon's test of all pairs with Holm, and its groups", () => {
    for (const c of reference('wilcoxon-holm-groups').cases)
      for (const [alpha, groups] of Object.entries<any>(c.groups)) {
        const diagram = criticalDifference(c.data, { test: 'wilcoxon-holm', alpha: Number(alpha) });
        expect(diagram).toMatchObject({ order: c.order, ...groups });
        expect(diagram).not.toHaveProperty('cd');
        for (const [at, [i, j]] of c.pairs.entries()) {
          expectNear(diagram.p[i][j], c.holmP[at]);
          expect(diagram.p[j][i]).toBe(diagram.p[i][j]);
        }
      }
  });

  it('in the signed-rank test, by every method', () => {
    const { cases, exactWithTies } = reference('wilcoxon');
    for (const { d, results } of cases)
      for (const { statistic, p, ...options } of results) {
        const { zeroMethod, alternative, method, continuity } = options;
        const result = wilcoxonSignedRank(d, zeros(d), { zeroMethod, alternative, method, continuity });
        expectNear(result.statistic, statistic);
        expectNear(result.p, p);
        expect(result.n).toBe(d.filter((value: number) => value !== 0).length);
      }
    for (const { d, wPlus, greater, less, twoSided } of exactWithTies)
      for (const [alternative, p] of Object.entries({ greater, less, 'two-sided': twoSided } as const)) {
        const result = wilcoxonSignedRank(d, zeros(d), { method: 'exact', alternative } as any);
        expectNear(result.p, p);
        if (alternative !== 'two-sided') expect(result.statistic).toBe(wPlus);
      }
  });

  it('in adjusted p-values', () => {
    for (const c of reference('multiple-testing').cases) {
      for (const [i, p] of holm(c.p).entries()) expectNear(p, c.holm[i]);
      for (const [i, p] of benjaminiHochberg(c.p).entries()) expectNear(p, c.benjaminiHochberg[i]);
    }
  });

  it('in the sign test', () => {
    for (const { d, p } of reference('sign-test').cases)
      for (const alternative of ['two-sided', 'greater', 'less'] as const)
        expectNear(signTest(d, zeros(d), { alternative }).p, p[alternative]);
  });

  it('in correlations of ranks', () => {
    for (const { x, y, kendallTauB, kendallP, spearmanRho, spearmanP } of reference('correlation').cases) {
      const [kendall, rho] = [kendallTau(x, y), spearman(x, y)];
      expectNear(kendall.tau, kendallTauB);
      expectNear(kendall.p, kendallP);
      expectNear(rho.rho, spearmanRho);
      expectNear(rho.p, spearmanP);
    }
  });

  it('in intervals of proportions', () => {
    for (const { k, n, alpha, ...expected } of reference('proportion-intervals').cases)
      for (const end of [0, 1]) {
        expectNear(clopperPearson(k, n, alpha)[end], expected.clopperPearson[end]);
        expectNear(wilson(k, n, alpha)[end], expected.wilson[end]);
      }
  });

  it('in trends', () => {
    for (const { x, y, theilSen: line, mannKendall: trend } of reference('trend').cases) {
      for (const result of [theilSen(y), theilSen(y, x)])
        for (const key of ['slope', 'low', 'high'] as const) expectNear(result[key], line[key]);
      const { s, z, p } = mannKendall(y);
      expect(s).toBe(trend.S);
      expectNear(z, trend.z);
      expectNear(p, trend.p);
      expectNear(kendallTau(x, y).tau, trend.tauB);
    }
  });
});
