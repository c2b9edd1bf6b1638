import type { History, Observed, ProbeSet, Role } from 'satwatch';
import { describe, expect, it } from 'vitest';
import { fillCost, glanceCost, pairCost } from '../../src/alerts/reliance/measure.js';
import { measureEffects, pairsOf } from '../../src/alerts/reliance/schedule.js';
import { type Box, draw, type Figure, model, side } from './scene.js';

const boxes: Record<string, Box> = {
  mark: [0, 0, 2, 2],
  tag: [6, 0, 2, 2],
  sky: [2, 0, 4, 2],
  sand: [0, 6, 4, 2],
  grass: [4, 6, 4, 2],
  head: [3, 3, 2, 2],
};

/** 12 cats and 12 dogs; of each segment so many cats and dogs carry it, red on grey noise. */
function scene(carriers: Record<string, [cats: number, dogs: number]>, roles: Record<string, Role>) {
  const figures = Array.from({ length: 24 }, (_, i): Figure => {
    const label = i < 12 ? 0 : 1;
    const names = Object.keys(carriers).filter((name) => i % 12 < carriers[name][label]);
    return {
      label,
      segments: Object.fromEntries(names.map((name) => [name, { box: boxes[name], colour: [1, 0, 0] }])),
    };
  });
  return draw(figures, roles, ['cat', 'dog']);
}

const name = ({ segment, className }: { segment: string; className: string }) => `${segment}@${className}`;

interface Turn {
  tested: string[];
  pictures: number;
}

const indifferent = () => 0.5;
/** Says cat where the middle of the box is red. */
const seeing = (box: Box) => (picture: Float32Array) => {
  const pixel = (box[1] * side + box[0]) * 3;
  return 0.3 + 0.6 * Math.max(0, picture[pixel] - picture[pixel + 1]);
};

/** So many observations in turn, each seeing the effects of those before. */
async function observations(
  { probe, pixels }: { probe: ProbeSet; pixels: Float32Array[] },
  budget: number,
  count: number,
  p: (picture: Float32Array, epoch: number) => number = indifferent,
): Promise<Turn[]> {
  const observed: Observed[] = [];
  const turns: Turn[] = [];
  for (let epoch = 0; epoch < count; epoch++) {
    const { predict, batches } = model((picture) => p(picture, epoch), 2);
    const past: History = {
      probe: { ...probe, classCounts: [12, 12] },
      pairs: 1,
      observed: [...observed],
    };
    const answer = { logits: Float32Array.of(0, 0), probabilities: Float32Array.of(0.5, 0.5) };
    const asIs = probe.images.map(({ label }) => ({ predicted: label, margin: 1, answer }));
    const { effects } = await measureEffects(probe, pixels, past, predict, asIs, { budget, seed: 1 });
    observed.push({ epoch, step: null, metrics: {}, probeAccuracy: null, rows: [], effects });
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
  const roles: Record<string, Role> = {
    mark: 'suspect',
    tag: 'suspect',
    sky: 'context',
    sand: 'context',
    head: 'core',
  };
  const task = scene({ mark: [8, 0], tag: [8, 8], sky: [9, 9], sand: [8, 3], head: [9, 9] }, roles);
  const pairs = pairsOf(task.probe);
  const test = Math.max(
    ...pairs.map((pair) => pairCost(task.probe, pair) + fillCost(task.probe, pair.segment)),
  );
  const glances = pairs.reduce((sum, pair) => sum + glanceCost(task.probe, pair), 0);
  const all =
    pairs.reduce((sum, pair) => sum + pairCost(task.probe, pair), 0) +
    ['mark', 'tag', 'sky', 'sand'].reduce((sum, segment) => sum + fillCost(task.probe, segment), 0);

  it('tests every pair at every observation where that is cheap enough, suspects first', async () => {
    expect(pairs.map(name)).toEqual(['mark@cat', 'tag@cat', 'tag@dog', 'sand@cat', 'sky@cat', 'sky@dog']);
    for (const { tested, pictures } of await observations(task, all, 3)) {
      expect(tested).toEqual(pairs.map(name));
      expect(pictures).toBe(all);
    }
  });

  it.each([
    ['tag@cat', boxes.tag],
    ['sand@cat', boxes.sand],
    ['sky@cat', boxes.sky],
  ])('follows up the glance that shows something: %s', async (pair, box) => {
    // Half of it for glances at all pairs, the other half for one whole test.
    const budget = 2 * Math.max(glances, test);
    expect(budget).toBeLessThan(all);
    const turns = await observations(task, budget, 9, seeing(box));
    turns.forEach(({ tested, pictures }, epoch) => {
      expect(tested[0]).toBe(pair);
      // Every fourth observation one more, whatever it costs.
      expect(pictures).toBeLessThanOrEqual(epoch % 4 === 0 ? budget + test : budget);
    });
  });

  it('tests again what its last test found, that it may end, though a glance shows nothing any more', async () => {
    const budget = 2 * glances + 2 * test;
    expect(budget).toBeLessThan(all);
    const [tag, sand] = [seeing(boxes.tag), seeing(boxes.sand)];
    const turns = await observations(task, budget, 4, (picture, epoch) =>
      epoch < 2 ? (tag(picture) + sand(picture)) / 2 : tag(picture),
    );
    const tested = turns.map((turn) => turn.tested.slice(0, 2).toSorted());
    expect(tested[1]).toEqual(['sand@cat', 'tag@cat']);
    expect(tested[2]).toEqual(['sand@cat', 'tag@cat']);
    expect(tested[3]).toEqual(['tag@cat']);
  });

  it('shares its tests among all that show much: the largest does not take every turn', async () => {
    const budget = 2 * Math.max(glances, test);
    const [tag, sand, sky] = [seeing(boxes.tag), seeing(boxes.sand), seeing(boxes.sky)];
    const turns = await observations(
      task,
      budget,
      20,
      (picture) => 0.5 * tag(picture) + 0.3 * sand(picture) + 0.2 * sky(picture),
    );
    const first = turns.map(({ tested }) => tested[0]);
    for (const pair of ['tag@cat', 'sand@cat', 'sky@cat']) {
      expect(first.filter((one) => one === pair).length, pair).toBeGreaterThanOrEqual(2);
      expect(first.indexOf(pair), pair).toBeLessThan(10);
    }
    expect(first.filter((one) => one === 'tag@cat').length).toBeGreaterThanOrEqual(10);
  });

  it('glances at all pairs in turn where it cannot at once', async () => {
    const one = glanceCost(task.probe, pairs[0]);
    const turns = await observations(task, 2 * one, 8, seeing(boxes.sky));
    expect(turns.map(({ tested }) => tested.length)).toEqual([2, 1, 1, 1, 2, 1, 1, 1]);
    expect(turns.findIndex(({ tested }) => tested[0] === 'sky@cat')).toBe(pairs.map(name).indexOf('sky@cat'));
  });

  it('lets no pair wait for ever', async () => {
    for (const p of [indifferent, seeing(boxes.mark)])
      expect(longestWait(await observations(task, 1, 60, p), pairs.map(name))).toBeLessThanOrEqual(4 * 6);
  });

  it('has nothing to do where there is no pair', async () => {
    const bare = scene({ head: [9, 9] }, { head: 'core' });
    expect(await observations(bare, 1000, 2)).toEqual([
      { tested: [], pictures: 0 },
      { tested: [], pictures: 0 },
    ]);
  });
});
