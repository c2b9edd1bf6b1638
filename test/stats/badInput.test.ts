import {
  benjaminiHochberg,
  bootstrapMeanRanks,
  clopperPearson,
  comparePairwise,
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

const good = [
  [1, 2, 3],
  [1, 3, 2],
];
const overTables: Record<string, (table: any) => unknown> = {
  friedman,
  kendallW,
  nemenyi,
  criticalDifference: (table) => criticalDifference(table, { test: 'nemenyi' }),
  'criticalDifference by pairs': (table) => criticalDifference(table, { test: 'wilcoxon-holm' }),
  bootstrapMeanRanks: (table) => bootstrapMeanRanks(table, { resamples: 10 }),
  comparePairwise,
};
const overPairs: Record<string, (x: any, y: any) => unknown> = {
  wilcoxonSignedRank,
  signTest,
  kendallTau,
  spearman,
  theilSen,
};

function refusal(call: () => unknown): any {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was refused');
}

function expectRefusal(call: () => unknown, message: RegExp, code = 'BAD_OPTION'): void {
  const error = refusal(call);
  expect(error).toMatchObject({ name: 'SatwatchError', code });
  expect(error.message).toMatch(message);
}

describe('says what came and what was expected', () => {
  it.each(Object.entries(overTables))('of a table: %s', (name, run) => {
    run(good);
    run(good.map((row) => Float64Array.from(row)));
    expectRefusal(
      () =>
        run([
          [1, 2],
          [1, 2, 3],
        ]),
      /row 1 has 3 values, row 0 has 2/,
    );
    expectRefusal(() => run([[1, 2]]), /table has 1 row; at least 2 images/);
    expectRefusal(() => run([]), /table has 0 rows/);
    expectRefusal(() => run([[1], [2]]), /1 column.*at least 2 segments/);
    expectRefusal(() => run([[], []]), /0 columns/);
    expectRefusal(() => run('12'), /table is string/);
    expectRefusal(() => run(undefined), /table is undefined/);
    expectRefusal(() => run([[1, 2], null]), /row 1/);
    expectRefusal(
      () =>
        run([
          [1, Number.POSITIVE_INFINITY],
          [1, 2],
        ]),
      /row 0, column 1 is Infinity.*finite/s,
    );
    if (name === 'comparePairwise') return;
    expectRefusal(
      () =>
        run([
          [1, 2],
          [1, Number.NaN],
        ]),
      /row 1, column 1 is NaN.*comparePairwise/s,
    );
    expectRefusal(
      () =>
        run([
          [1, 2],
          [null, 2],
        ]),
      /row 1, column 0 is null/,
    );
  });

  it.each(Object.entries(overPairs))('of pairs: %s', (_, run) => {
    run([1, 2], [2, 2]);
    expectRefusal(() => run([1, 2], [1, 2, 3]), /2 values.*3|3 values.*2/);
    expectRefusal(() => run([1, Number.POSITIVE_INFINITY], [1, 2]), /Infinity.*finite/);
    expectRefusal(() => run(undefined, [1]), /undefined/);
  });

  it('of pairs that may not have gaps', () => {
    for (const run of [wilcoxonSignedRank, signTest]) {
      expectRefusal(() => run([], []), /empty/);
      expectRefusal(() => run([1, Number.NaN], [1, 2]), /x holds NaN.*leave that pair out/);
    }
    expectRefusal(() => mannKendall([1, Number.NEGATIVE_INFINITY]), /-Infinity/);
  });

  it('of alpha', () => {
    for (const alpha of [0, 1, -0.1, 5, Number.NaN, '0.05' as any]) {
      const message = /alpha is .*between 0 and 1/;
      expectRefusal(() => clopperPearson(1, 2, alpha), message);
      expectRefusal(() => wilson(1, 2, alpha), message);
      expectRefusal(() => nemenyiCriticalDifference(3, 10, alpha), message);
      expectRefusal(() => criticalDifference(good, { test: 'nemenyi', alpha }), message);
      expectRefusal(() => comparePairwise(good, { alpha }), message);
      expectRefusal(() => bootstrapMeanRanks(good, { alpha }), message);
    }
  });

  it('of counts, probabilities and names', () => {
    expectRefusal(() => clopperPearson(3, 2, 0.05), /k is 3.*0 to 2/);
    expectRefusal(() => wilson(0, 0, 0.05), /n is 0.*at least 1/);
    expectRefusal(() => wilson(0.5, 2, 0.05), /k is 0.5.*whole/);
    expectRefusal(() => nemenyiCriticalDifference(1, 10, 0.05), /k is 1/);
    expectRefusal(() => nemenyiCriticalDifference(3, 1.5, 0.05), /n is 1.5/);
    expectRefusal(() => bootstrapMeanRanks(good, { resamples: 0 }), /resamples is 0/);
    expectRefusal(() => bootstrapMeanRanks(good, { seed: -1 }), /seed is -1/);
    expectRefusal(() => bootstrapMeanRanks(good, { seed: 2 ** 32 }), /seed is 4294967296.*4294967295/);
    expectRefusal(() => bootstrapMeanRanks(good, { resamples: 1e12 }), /resamples is 1000000000000/);
    expectRefusal(() => theilSen(new Float64Array(10_001)), /the number of points is 10001.*10000/);
    expectRefusal(
      () =>
        comparePairwise([
          ['x', 1],
          [1, 2],
        ] as any),
      /row 0, column 0 is 'x'/,
    );
    for (const adjust of [holm, benjaminiHochberg]) {
      expect(adjust([])).toEqual([]);
      expectRefusal(() => adjust([0.1, 1.2]), /p\[1\] is 1.2/);
      expectRefusal(() => adjust([Number.NaN]), /p\[0\] is NaN/);
      // What comparePairwise gives for a pair that it cannot test is no p of 0.
      expectRefusal(() => adjust([null as any, 0.2]), /p\[0\] is null/);
      expectRefusal(() => adjust(['0.1' as any]), /p\[0\] is 0.1/);
      expectRefusal(() => adjust(undefined as any), /p is undefined; give a list/);
    }
    expectRefusal(
      () => wilcoxonSignedRank([1], [2], { alternative: 'greatr' as any }),
      /did you mean 'greater'/,
    );
    expectRefusal(() => wilcoxonSignedRank([1], [2], { method: 'auot' as any }), /did you mean 'auto'/);
    expectRefusal(
      () => wilcoxonSignedRank([1], [2], { zeroMethod: 'zsplit' as any }),
      /wilcox, pratt|did you mean/,
    );
    expectRefusal(() => signTest([1], [2], { alternative: 'both' as any }), /two-sided/);
    expectRefusal(() => criticalDifference(good, { test: 'nemeny' as any }), /did you mean 'nemenyi'/);
    expectRefusal(() => criticalDifference(good, undefined as any), /test is 'undefined'.*nemenyi/);
    expectRefusal(
      () => comparePairwise(good, { alfa: 0.1 } as any),
      /did you mean 'alpha'/,
      'UNKNOWN_OPTION',
    );
    expectRefusal(() => signTest([1], [2], { method: 'exact' } as any), /method/, 'UNKNOWN_OPTION');
  });
});
