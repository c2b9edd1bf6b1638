import type { Browser, Page } from 'playwright-core';
import { criticalDifferenceSvg } from 'satwatch';
import { type CriticalDifference, criticalDifference } from 'satwatch/stats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/random.js';
import { launchBrowser } from '../browser.js';

const words = [
  'watermark',
  'eyes',
  'left front paw',
  'background',
  'W',
  'MWMWMWMWMW',
  'Übergröße',
  '<b>&amp;"',
  'iii',
];
const longName = 'a segment name that somebody wrote down without a thought for figures in papers';

/** Small whole numbers tie often; `spread` pulls the columns apart. */
function randomTable(random: () => number, k: number, spread: number, n = 6 + 60 * random()): number[][] {
  return Array.from({ length: Math.floor(n) }, () =>
    Array.from({ length: k }, (_, j) => Math.round(j * spread + random() * 12)),
  );
}

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launchBrowser();
  page = await browser.newPage({ locale: 'en-US', viewport: { width: 1600, height: 900 } });
});
afterAll(() => browser.close());

interface Drawn {
  width: number;
  height: number;
  texts: { text: string; x: number; y: number; right: number; bottom: number }[];
  leaders: { x: number; top: number; y: number; end: number }[];
  bars: [number, number][][];
  dashed: number;
}

/** What the browser makes of each picture, in the picture's own pixels. */
async function draw(pictures: string[]): Promise<Drawn[]> {
  await page.setContent(pictures.join(''));
  return page.locator('svg').evaluateAll((all) =>
    all.map((svg) => {
      const frame = svg.getBoundingClientRect();
      const thick = (width: string) => [...svg.querySelectorAll(`path[stroke-width="${width}"]`)];
      const numbers = (path: Element) =>
        path
          .getAttribute('d')!
          .match(/[\d.]+/g)!
          .map(Number);
      return {
        width: frame.width,
        height: frame.height,
        texts: [...svg.querySelectorAll('text')].map((text) => {
          const box = text.getBoundingClientRect();
          return {
            text: text.firstChild?.textContent ?? '',
            x: box.x - frame.x,
            y: box.y - frame.y,
            right: box.right - frame.x,
            bottom: box.bottom - frame.y,
          };
        }),
        leaders: thick('0.8').map((path) => {
          const [x, top, y, end] = numbers(path);
          return { x, top, y, end };
        }),
        bars: thick('3.5').map((path) => {
          const d = numbers(path);
          return Array.from({ length: d.length / 3 }, (_, i): [number, number] => [d[3 * i], d[3 * i + 2]]);
        }),
        dashed: svg.querySelectorAll('path[stroke-dasharray]').length,
      };
    }),
  );
}

/** Labels that meet each other, the edge or a line, and leader lines that cross. */
function collisions({ width, height, texts, leaders }: Drawn): string[] {
  const found: string[] = [];
  const seen = texts.filter(({ text }) => text !== '');
  for (const [i, a] of seen.entries()) {
    if (Math.min(a.x, a.y, width - a.right, height - a.bottom) <= 0)
      found.push(`'${a.text}' leaves the picture`);
    for (const b of seen.slice(0, i))
      if (a.x < b.right && b.x < a.right && a.y < b.bottom && b.y < a.bottom)
        found.push(`'${a.text}' meets '${b.text}'`);
    for (const { x, top, y, end } of leaders) {
      const [from, to] = [Math.min(x, end), Math.max(x, end)];
      const across = a.y < y && y < a.bottom && a.x < to && from < a.right;
      const down = a.x < x && x < a.right && top < a.bottom && a.y < y;
      if (across || down) found.push(`a line strikes '${a.text}'`);
    }
  }
  // A leader line may start where another does, and never crosses one.
  for (const a of leaders)
    for (const b of leaders)
      if (Math.min(a.x, a.end) < b.x && b.x < Math.max(a.x, a.end) && b.y > a.y)
        found.push('leader lines cross');
  return found;
}

/** The leaders are drawn in the order of the labels, a rank and a name each. */
function labelled({ texts, leaders }: Drawn) {
  return texts.slice(-2 * leaders.length).flatMap((rank, i, all) => {
    if (i % 2) return [];
    return [{ rank: rank.text, name: all[i + 1].text, ...leaders[i / 2] }];
  });
}

describe('in a real browser', () => {
  it('no two labels meet and none leaves the picture, for 2 to 30 segments', async () => {
    const random = seededRandom(8);
    const results: CriticalDifference[] = [];
    const pictures: string[] = [];
    for (let k = 2; k <= 30; k++)
      for (const [test, spread] of [
        ['nemenyi', 0],
        ['nemenyi', 0.8],
        ['wilcoxon-holm', 0.4],
        ['wilcoxon-holm', 2],
      ] as const) {
        // Two images leave a critical difference beyond all ranks.
        const images = spread === 0 ? 2 : undefined;
        const result = criticalDifference(randomTable(random, k, spread, images), { test });
        const names = Array.from({ length: k }, (_, i) =>
          i % 11 === 10 ? longName + i : words[(i * 4 + k) % 9],
        );
        results.push(result);
        pictures.push(criticalDifferenceSvg(names, result, { rankOne: k % 2 ? 'left' : 'right' }));
      }
    const drawn = await draw(pictures);
    expect(drawn).toHaveLength(29 * 4);
    expect(drawn.flatMap(collisions)).toEqual([]);
    expect(drawn.flatMap(({ texts }) => texts).length).toBeGreaterThan(4000);
    // Ties, dashed bars and critical differences of every size were among them.
    expect(results.some(({ meanRanks }) => new Set(meanRanks).size < meanRanks.length)).toBe(true);
    expect(results.some(({ cd, meanRanks }) => cd! > meanRanks.length - 1)).toBe(true);
    expect(drawn.some(({ dashed }) => dashed > 0)).toBe(true);
  }, 120_000);

  it('every name stands at its rank, and a bar joins those of its group alone', async () => {
    const random = seededRandom(9);
    for (const [k, test, spread] of [
      [3, 'nemenyi', 2],
      [8, 'nemenyi', 1],
      [13, 'wilcoxon-holm', 0.8],
      [30, 'wilcoxon-holm', 0.7],
    ] as const) {
      // Not rounded: a tie in the mean rank would stand in one place.
      const table = randomTable(random, k, spread).map((row) => row.map((v) => v + random()));
      const result = criticalDifference(table, { test });
      const names = Array.from({ length: k }, (_, i) => `segment ${i}`);
      for (const rankOne of ['left', 'right'] as const) {
        const [picture] = await draw([criticalDifferenceSvg(names, result, { rankOne })]);
        const labels = labelled(picture);
        expect(labels.map(({ name }) => name).sort()).toEqual([...names].sort());
        const at = (i: number) => labels.find(({ name }) => name === names[i])!;
        for (const i of names.keys()) expect(at(i).rank).toBe(result.meanRanks[i].toFixed(2));

        const [best, worst] = [result.order[0], result.order[k - 1]];
        const unit = (at(worst).x - at(best).x) / (result.meanRanks[worst] - result.meanRanks[best]);
        expect(Math.sign(unit)).toBe(rankOne === 'left' ? 1 : -1);
        for (const i of names.keys())
          expect(at(i).x).toBeCloseTo(at(best).x + unit * (result.meanRanks[i] - result.meanRanks[best]), 1);

        const joined = picture.bars.map((runs) =>
          [...names.keys()].filter((i) => runs.some(([from, to]) => from < at(i).x && at(i).x < to)),
        );
        expect(new Set(joined.map(String))).toEqual(new Set(result.maximalCliques.map(String)));
        const shown = picture.texts.find(({ text }) => text.startsWith('CD'))?.text;
        expect(shown).toBe(result.cd === undefined ? undefined : `CD = ${result.cd.toFixed(2)}`);
      }
    }
  }, 60_000);
});

describe('as a document', () => {
  const result = criticalDifference(
    [
      [1, 2, 3],
      [1, 3, 2],
      [1, 2, 3],
    ],
    { test: 'nemenyi' },
  );

  it('is well-formed whatever the names, and nothing in them is markup', async () => {
    const names = ['</text><script>alert(1)</script>', '"&\'<>\u0000\ud800\uFFFF', longName];
    const svg = criticalDifferenceSvg(names, result);
    const [root, texts, scripts, title, spoken] = await page.evaluate((source) => {
      const document = new DOMParser().parseFromString(source, 'image/svg+xml');
      return [
        document.documentElement.localName,
        [...document.querySelectorAll('text')].map((text) => text.firstChild!.nodeValue),
        document.querySelectorAll('script, parsererror').length,
        document.querySelector('title')!.textContent,
        document.documentElement.getAttribute('aria-label'),
      ];
    }, svg);
    expect([root, scripts, title]).toEqual(['svg', 0, longName]);
    expect(texts).toEqual(
      expect.arrayContaining([
        names[0],
        '"&\'<>\uFFFD\uFFFD\uFFFD',
        expect.stringMatching(/^a segment name .*….* in papers$/),
      ]),
    );
    expect(spoken).toMatch(/^Critical difference diagram\. Mean ranks: <\/text>.* 1\.00, .*Not told apart: /);
  });

  it('is a function of what it is given, and refuses what it cannot draw', () => {
    const names = ['a', 'b', 'c'];
    expect(criticalDifferenceSvg(names, result)).toBe(criticalDifferenceSvg(names, result));
    expect(() => criticalDifferenceSvg(['a', 'b'], result)).toThrow('2 names for 3 columns');
    expect(() => criticalDifferenceSvg(names, result, { rankOne: 'top' as any })).toThrow("rankOne is 'top'");
    expect(() => criticalDifferenceSvg(names, result, { rankone: 'left' } as any)).toThrow(
      "did you mean 'rankOne'",
    );
  });
});
