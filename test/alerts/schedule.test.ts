import type { History, Observed, ProbeSet, Role } from 'satwatch';
import { describe, expect, it } from 'vitest';
import { fillCost, pairCost, planPairs } from '../../src/alerts/reliance/measure.js';
import { measureEffects, pairsOf } from '../../src/alerts/reliance/schedule.js';
import { type Box, draw, type Figure, model } from './scene.js';

const boxes: Record<string, Box> = {
  mark: [0, 0, 2, 2],
  tag: [6, 0, 2, 2],
  sky: [2, 0, 4, 2],
  sand: [0, 6, 4, 2],
  grass: [4, 6, 4, 2],
  head: [3, 3, 2, 2],
};

/** 12 cats and 12 dogs; of each segment so many cats and dogs carry it. */
function scene(carriers: Record<string, [cats: number, dogs: number]>, roles: Record<string, Role>) {
  const figures = Array.from({ length: 24 }, (_, i): Figure => {
    const label = i < 12 ? 0 : 1;
    const names = Object.keys(carriers).filter((name) => i % 12 < carriers[name][label]);
    return { label, segments: Object.fromEntries(names.map((name) => [name, { box: boxes[name] }])) };
  });
  return draw(figures, roles, ['cat', 'dog']);
}

const name = ({ segment, className }: { segment: string; className: string }) => `${segment}@${className}`;

interface Turn {
  tested: string[];
  pictures: number;
}

/** So many observations in turn, each seeing the effects of those before. */
async function observations(
  { probe, pixels }: { probe: ProbeSet; pixels: Float32Array[] },
  budget: number,
  count: number,
  rows: Observed['rows'] = [],
): Promise<Turn[]> {
  const observed: Observed[] = [];
  const turns: Turn[] = [];
  for (let epoch = 0; epoch < count; epoch++) {
    const { predict, batches } = model(() => 0.5, 2);
    const past: History = {
      probe: { ...probe, classCounts: [12, 12] },
      planned: count,
      pairs: 1,
      observed: [...observed],
    };
    const answer = { logits: Float32Array.of(0, 0), probabilities: Float32Array.of(0.5, 0.5) };
    const asIs = probe.images.map(({ label }) => ({ predicted: label, margin: 1, answer }));
    const { effects } = await measureEffects(probe, pixels, past, rows, predict, asIs, { budget, seed: 1 });
    observed.push({ epoch, step: null, metrics: {}, probeAccuracy: null, rows, effects });
    turns.push({ tested: effects.map(name), pictures: batches.reduce((a, b) => a + b, 0) });
  }
  return turns;
}

/** The most observations that any of the pairs waited for a test. */
function longestWait(turns: Turn[], pairs: string[]): number {
  const waits = pairs.flatMap((pair) => {
    const at = turns.flatMap(({ tested }, i) => (tested.includes(pair) ? i : []));
    return [...at, turns.length].map((turn, i) => turn - (i === 0 ? -1 : at[i - 1]));
  });
  return Math.max(...waits);
}

describe('within a budget of forward passes', () => {
  const roles: Record<string, Role> = { mark: 'suspect', sky: 'context', sand: 'context', head: 'core' };
  const task = scene({ mark: [8, 0], sky: [9, 9], sand: [8, 3], head: [9, 9] }, roles);
  const pairs = pairsOf(task.probe);
  const filling = (...segments: string[]) =>
    segments.reduce((sum, segment) => sum + fillCost(task.probe, segment), 0);
  const all =
    pairs.reduce((sum, pair) => sum + pairCost(task.probe, pair), 0) + filling('mark', 'sand', 'sky');

  it('tests every pair at every observation where that is cheap enough', async () => {
    expect(pairs.map(name)).toEqual(['mark@cat', 'sand@cat', 'sky@cat', 'sky@dog']);
    for (const { tested, pictures } of await observations(task, all, 3)) {
      expect(tested.toSorted()).toEqual(pairs.map(name));
      expect(pictures).toBe(all);
    }
  });

  it('tests suspects first, and the rest in turn with what is left', async () => {
    const [mark, ...rest] = pairs.map((pair) => pairCost(task.probe, pair) + filling(pair.segment));
    const budget = mark + Math.max(...rest);
    const turns = await observations(task, budget, 12);
    for (const { tested, pictures } of turns) {
      expect(tested[0]).toBe('mark@cat');
      expect(pictures).toBeLessThanOrEqual(budget);
    }
    expect(longestWait(turns, pairs.map(name))).toBe(3);
  });

  it('tests one pair at least', async () => {
    const turns = await observations(task, 1, 8);
    expect(turns.map(({ tested }) => tested[0])).toEqual(Array(8).fill('mark@cat'));
    expect(turns.map(({ tested }) => tested.length)).toEqual([2, 1, 1, 1, 2, 1, 1, 1]);
  });

  it('lets no pair wait for ever where suspects take it all', async () => {
    const turns = await observations(task, 1, 40);
    expect(longestWait(turns, pairs.map(name))).toBeLessThanOrEqual(4 * 3);
  });

  it('takes turns among suspects that do not all fit', async () => {
    const suspects = scene(
      { mark: [8, 0], tag: [9, 9], sky: [9, 0] },
      { mark: 'suspect', tag: 'suspect', sky: 'context' },
    );
    const names = pairsOf(suspects.probe).map(name);
    expect(names).toEqual(['mark@cat', 'sky@cat', 'tag@cat', 'tag@dog']);
    const turns = await observations(suspects, 1, 24);
    expect(longestWait(turns, ['mark@cat', 'tag@cat', 'tag@dog'])).toBe(3);
    expect(longestWait(turns, names)).toBeLessThanOrEqual(4);
  });

  it('lets no dear pair wait for ever behind a cheap one that always fits', async () => {
    const uneven = scene(
      { mark: [8, 0], sand: [8, 0], grass: [8, 12] },
      { mark: 'suspect', sand: 'context', grass: 'context' },
    );
    const [grass, , mark, sand] = planPairs(uneven.probe);
    expect([grass, mark, sand].map(name)).toEqual(['grass@cat', 'mark@cat', 'sand@cat']);
    const price = (pair: typeof mark) => pairCost(uneven.probe, pair) + fillCost(uneven.probe, pair.segment);
    const budget = price(mark) + price(sand);
    expect(price(mark) + price(grass)).toBeGreaterThan(budget);
    const turns = await observations(uneven, budget, 24);
    expect(longestWait(turns, planPairs(uneven.probe).map(name))).toBeLessThanOrEqual(4 * 3);
  });

  it('prefers the segment whose rank is further above its chance rank', async () => {
    const row = (segment: string, className: string, meanRank: number) => ({
      segment,
      className,
      aggregation: 'relative' as const,
      n: 9,
      meanRank,
      chanceRank: 3,
      meanAttribution: 0,
    });
    const contexts = scene({ sky: [9, 9], sand: [8, 3] }, { sky: 'context', sand: 'context' });
    const first = async (...rows: Observed['rows']) => (await observations(contexts, 1, 1, rows))[0].tested;
    expect(await first(row('sky', 'cat', 2.5), row('sky', 'dog', 1.2), row('sand', 'cat', 2))).toEqual([
      'sky@dog',
    ]);
    expect(await first(row('sky', 'cat', 2.5), row('sky', 'dog', 3.2), row('sand', 'cat', 2))).toEqual([
      'sand@cat',
    ]);
  });

  it('has nothing to do where there is no pair', async () => {
    const bare = scene({ head: [9, 9] }, { head: 'core' });
    expect(await observations(bare, 1000, 2)).toEqual([
      { tested: [], pictures: 0 },
      { tested: [], pictures: 0 },
    ]);
  });
});
