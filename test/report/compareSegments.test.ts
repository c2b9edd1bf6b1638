import { compareSegments, criticalDifferenceSvg, type SatRow } from 'satwatch';
import { comparePairwise } from 'satwatch/stats';
import { expect, it } from 'vitest';
import { seededRandom } from '../../src/random.js';
import { comparisonWords } from '../../src/report/index.js';

/** An image's table from names and ranks; a rank of null is an absent segment. */
const sat = (names: readonly string[], ranks: readonly (number | null)[]): SatRow[] =>
  names.flatMap((segment, i) => {
    const rank = ranks[i];
    return rank === null ? [] : [{ segment, area: 1, attribution: 1 / rank, rank }];
  });

it('joins just the pairs that comparePairwise does not tell apart, in the order of the mean ranks', () => {
  const random = seededRandom(4);
  const names = Array.from({ length: 9 }, (_, i) => `s${i}`);
  const sats = Array.from({ length: 60 }, () =>
    sat(
      names,
      names.map((_, i) => (random() < 0.25 ? null : 1 + Math.round(i * 0.4 + random() * 5))),
    ),
  );
  const compared = compareSegments([...sats, null], names);
  expect(compared.images).toBe(60);
  expect([...compared.names].sort()).toEqual(names);
  const { meanRanks, maximalCliques, p } = compared.result!;
  expect(meanRanks).toEqual([...meanRanks].sort((a, b) => a - b));
  for (const [i, name] of compared.names.entries()) {
    const ranks = sats.flatMap((rows) =>
      rows.filter(({ segment }) => segment === name).map(({ rank }) => rank),
    );
    expect(meanRanks[i]).toBeCloseTo(ranks.reduce((a, b) => a + b, 0) / ranks.length, 12);
  }
  const table = sats.map((rows) =>
    compared.names.map((name) => rows.find(({ segment }) => segment === name)?.rank ?? null),
  );
  const pairs = comparePairwise(table as number[][]);
  const verdicts = new Set(pairs.map(({ verdict }) => verdict));
  expect(verdicts).toEqual(new Set(['different', 'no difference found']));
  for (const pair of pairs) {
    expect(p[pair.a][pair.b]).toBe(pair.p);
    const joined = maximalCliques.some((group) => group.includes(pair.a) && group.includes(pair.b));
    expect(joined).toBe(pair.verdict !== 'different');
  }
});

it('says where the images that show both have another order than the mean ranks', () => {
  const names = ['often', 'seldom'];
  // Where both are shown 'seldom' leads; alone, 'often' is first.
  const sats = Array.from({ length: 60 }, (_, i) => sat(names, i < 20 ? [9, 5] : [1, null]));
  const { names: order, reversed, result } = compareSegments(sats, names);
  expect(order).toEqual(['often', 'seldom']);
  expect(result!.maximalCliques).toEqual([]);
  expect(reversed).toEqual([{ a: 'seldom', b: 'often' }]);
});

it('goes by the test and not by the mean where they say the opposite', () => {
  const others = Array.from({ length: 20 }, (_, i) => `f${i}`);
  const names = ['a', 'b', ...others];
  // b is just before a in 45 images and far behind it in 5, which moves its mean.
  const sats = Array.from({ length: 50 }, (_, i) => {
    const rest = [...others.slice(i % 20), ...others.slice(0, i % 20)];
    const order = i < 45 ? ['b', 'a', ...rest] : ['a', ...rest, 'b'];
    return sat(
      names,
      names.map((name) => order.indexOf(name) + 1),
    );
  });
  const { names: order, reversed } = compareSegments(sats, names);
  expect(order.slice(0, 2)).toEqual(['a', 'b']);
  expect(reversed).toContainEqual({ a: 'b', b: 'a' });
});

it('joins neighbours alone where pairs that no image shows would make thousands of groups', () => {
  // Each class has parts of its own, told apart among themselves.
  const names = Array.from({ length: 10 }, (_, label) => [
    `${label}-head`,
    `${label}-body`,
    `${label}-legs`,
  ]).flat();
  const sats = Array.from({ length: 150 }, (_, image) => {
    const first = 3 * (image % 10);
    return sat(
      names,
      names.map((_, i) => (i >= first && i < first + 3 ? i - first + 1 : null)),
    );
  });
  const compared = compareSegments(sats, names);
  expect(compared.simplified).toBe(true);
  expect(compared.result!.maximalCliques).toEqual(compared.result!.bars);
  const svg = criticalDifferenceSvg(compared.names, compared.result!);
  expect(Number(/height="(\d+)"/.exec(svg)![1])).toBeLessThan(800);
  expect(svg.length).toBeLessThan(30_000);
  expect(comparisonWords(compared).join(' ')).toMatch(/more than 40 groups.*need not differ/);
});

it('leaves out what too few images show, and what ranks behind the thirty best', () => {
  const names = Array.from({ length: 36 }, (_, i) => `s${i}`);
  const sats = Array.from({ length: 40 }, (_, image) =>
    sat(
      names,
      names.map((_, i) => (i === 3 && image >= 9 ? null : i + 1)),
    ),
  );
  const compared = compareSegments(sats, names);
  expect(compared.tooFew).toEqual([{ segment: 's3', images: 9 }]);
  expect(compared.behind).toBe(5);
  expect(compared.names).toEqual(names.filter((_, i) => i !== 3 && i < 31));
  expect(compared.tests).toBe((30 * 29) / 2);
  // The ranks go up to 31, beyond the number of those compared: the axis does too.
  const svg = criticalDifferenceSvg(compared.names, compared.result!);
  const end = Number(/H([\d.]+)M[^"]*" stroke-width="1.2"/.exec(svg)![1]);
  const starts = [...svg.matchAll(/d="M([\d.]+)[^"]*" stroke-width="0.8"/g)].map(([, x]) => Number(x));
  expect(starts).toHaveLength(30);
  expect(Math.max(...starts)).toBeCloseTo(end, 1);
});

it('compares nothing where fewer than two segments are shown by ten images', () => {
  const names = ['a', 'b'];
  const sats = Array.from({ length: 12 }, (_, i) => sat(names, [1, i < 9 ? 2 : null]));
  expect(compareSegments(sats, names)).toMatchObject({ result: null, tests: 0, names: ['a'] });
  expect(compareSegments([null, null], names)).toMatchObject({ result: null, images: 0, names: [] });
});
