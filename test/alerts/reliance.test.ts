import { describe, expect, it } from 'vitest';
import { effectOf } from '../../src/alerts/reliance/effect.js';
import { confirmation, leastZ, levelOf } from '../../src/alerts/reliance/levels.js';
import {
  fillCost,
  measureFills,
  measurePair,
  type Pair,
  type Predict,
  pairCost,
  planPairs,
} from '../../src/alerts/reliance/measure.js';
import type { ProbeSet } from '../../src/types.js';
import { dice } from '../task.js';
import { literalReliance, literalZ } from './literalReliance.js';
import { type Box, draw, type Figure, model, side, times } from './scene.js';

const red: [number, number, number] = [1, 0, 0];
const grey: [number, number, number] = [0.5, 0.5, 0.5];
const corner: Box = [0, 0, 3, 3];
const pair = { segment: 'mark', className: 'cat' };
const marked = (label: number, box: Box = [0, 0, 2, 2]): Figure => ({
  label,
  ground: { box: corner, colour: grey },
  segments: { mark: { box, colour: red } },
});
const bare = (label: number, colour = grey): Figure => ({ label, ground: { box: corner, colour } });

/** Redness of the upper left 2×2 pixels, 0 where they are grey and 1 where they are pure red. */
const redness = (picture: Float32Array) =>
  [0, 1, side, side + 1].reduce((sum, p) => sum + picture[p * 3] - picture[p * 3 + 1], 0) / 4;
/** A pair as an observation measures it, alone. */
async function measured(
  probe: ProbeSet,
  pixels: readonly Float32Array[],
  pair: Pair,
  predict: Predict,
  seed: number,
) {
  const pastes = await measurePair(probe, pixels, pair, predict, seed);
  const fills = await measureFills(probe, pixels, pair.segment, predict, seed);
  return effectOf(probe, pair, pastes, fills);
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** A smooth model of every pixel, so that no two pictures give the same. */
function everyPixel() {
  const random = dice(9);
  const weights = Float64Array.from({ length: side * side * 3 }, () => random() - 0.5);
  return (picture: Float32Array) =>
    sigmoid(2 * picture.reduce((sum, v, k) => sum + (v - 0.5) * weights[k], 0));
}

const mixed = draw([
  ...times(9, marked(0)),
  ...times(5, bare(0, [0.2, 0.6, 0.4])),
  ...times(12, bare(1, [0.4, 0.3, 0.9])),
  ...times(3, marked(1, [1, 1, 2, 2])),
  ...times(10, bare(2, [0.7, 0.7, 0.1])),
  ...times(2, marked(2, [0, 1, 3, 1])),
]);

/** Every picture has its sky, of this height in pixels. */
const skiesOf = (cats: number, others: number) =>
  draw(
    [0, 1, 2].flatMap((label) =>
      times(10, {
        label,
        segments: {
          mark: {
            box: [0, 0, side, label === 0 ? cats : others],
            colour: [0.2, 0.3 + 0.2 * label, 0.9 - 0.2 * label],
          },
        },
      }),
    ),
    { mark: 'context' },
  );
const skies = skiesOf(4, 3);
/** Two of each other class, with skies of their own: what a control takes is seen, and there is one to take it from. */
const twins = draw(
  [...Array(10).fill(0), 1, 1, 2, 2].map((label, i): Figure => {
    const shade = label === 0 ? 0.1 : i / 20;
    const height = label === 0 ? 2 : 3;
    return { label, segments: { mark: { box: [0, 0, side, height], colour: [shade, 1 - shade, shade] } } };
  }),
  { mark: 'context' },
);

describe('the formula, against a literal re-implementation', () => {
  // In these scenes all givers and all controls of a receiver look alike inside the mask: no draw changes the result.
  it.each([
    ['some pictures of every class carry it', mixed],
    ["every picture has it, the class' is larger", skies],
    ["every picture has it, the class' is smaller", skiesOf(2, 3)],
    ["every picture has it, each another's", twins],
    [
      'all of the class carry it, none of the others',
      draw([...times(9, marked(0)), ...times(12, bare(1)), ...times(3, bare(2))]),
    ],
  ])('%s', async (_, { probe, pixels }) => {
    const p = everyPixel();
    const expected = literalReliance(probe, pixels, 'mark', 0, (picture) => Math.fround(p(picture)));
    const got = await measured(probe, pixels, pair, model(p).predict, 1);
    expect(got.effect).toBeCloseTo(expected.effect, 6);
    const pastes = await measurePair(probe, pixels, pair, model(p).predict, 1);
    const zs = pastes[0].controls.map((_, k) =>
      literalZ(
        pastes.map(({ receiver, giver, pasted, controls }) => ({
          receiver,
          giver,
          rise: pasted.probabilities[0] - controls[k].probabilities[0],
        })),
      ),
    );
    expect(got.z).toBeCloseTo(Math.min(...zs), 6);
    if (expected.fill === null) expect(got.fill).toBeNull();
    else expect(got.fill).toBeCloseTo(expected.fill, 6);
    expect(got).toMatchObject({ receivers: expected.receivers, givers: expected.givers });
    expect(Math.abs(got.effect)).toBeGreaterThan(1e-3);
  });

  it('another class of the same pictures', async () => {
    const figures = [
      ...times(9, marked(1)),
      ...times(4, bare(1)),
      ...times(9, bare(0)),
      ...times(3, marked(0)),
      ...times(9, bare(2)),
    ];
    const { probe, pixels } = draw(figures);
    const p = everyPixel();
    const dog = await measured(probe, pixels, { segment: 'mark', className: 'dog' }, model(p).predict, 1);
    const expected = literalReliance(probe, pixels, 'mark', 1, (picture) =>
      Math.fround((1 - Math.fround(p(picture))) / 2),
    );
    expect(dog.effect).toBeCloseTo(expected.effect, 6);
    expect(dog.fill).toBeCloseTo(expected.fill!, 6);
  });
});

describe('what it finds', () => {
  it('a model that looks at the mark alone: effect and fill are the whole rise', async () => {
    const { probe, pixels } = draw([
      ...times(10, marked(0)),
      ...times(10, bare(0)),
      ...times(12, bare(1)),
      ...times(6, marked(1)),
      ...times(6, bare(2)),
      ...times(2, marked(2)),
    ]);
    const found = await measured(probe, pixels, pair, model((x) => 0.2 + 0.6 * redness(x)).predict, 1);
    expect(found.effect).toBeCloseTo(0.6, 5);
    // Twelve dogs and six birds without the mark; where the two are as likely the answer is the dog.
    expect(found).toMatchObject({ flipped: 1, lost: expect.closeTo(12 / 18, 9), receivers: 18 });
    // The ring reaches two noisy pixels beyond the grey corner.
    expect(found.fill).toBeCloseTo(0.6, 3);
    expect(found.blur).toBeGreaterThan(0.3);
    expect(found.z).toBeGreaterThan(4);
    expect(levelOf(found)).toEqual({ level: 'alarm', by: 'effect' });
  });

  it('nothing where the model looks elsewhere', async () => {
    const elsewhere = (picture: Float32Array) => picture[picture.length - 1];
    const found = await measured(mixed.probe, mixed.pixels, pair, model(elsewhere).predict, 1);
    expect(found).toMatchObject({ effect: 0, z: 0, fill: 0 });
    expect(levelOf(found, found)).toBeNull();
  });

  it("nothing where the class' pictures without the mark do the same: the smaller control counts", async () => {
    // The cats' own corner is as red as the mark: it is the class' colour that moves predictions, not the mark.
    const { probe, pixels } = draw([
      ...times(10, marked(0)),
      ...times(10, bare(0, red)),
      ...times(20, bare(1)),
      ...times(5, bare(2)),
    ]);
    const found = await measured(probe, pixels, pair, model(redness).predict, 1);
    expect(found.effect).toBe(0);
    expect(levelOf(found)).toBeNull();
  });

  it("the receiver's own classmates stand against what any paste does", async () => {
    const { probe, pixels } = draw([
      ...times(10, marked(0)),
      ...times(10, bare(0)),
      ...times(20, bare(1, red)),
      ...times(5, bare(2, red)),
    ]);
    const found = await measured(probe, pixels, pair, model(redness).predict, 1);
    expect(found.effect).toBe(0);
  });

  it('takes pictures without the mark as receivers, where there are eight', async () => {
    const marks = [...times(10, marked(0)), ...times(10, bare(0)), ...times(20, marked(1))];
    const eight = draw([...marks, ...times(8, bare(2))]);
    const seven = draw([...marks, ...times(7, bare(2))]);
    const of = ({ probe, pixels }: typeof eight) =>
      measurePair(probe, pixels, pair, model(redness).predict, 1).then((pastes) => [
        ...new Set(pastes.map(({ receiver }) => receiver)),
      ]);
    expect((await of(eight)).toSorted((a, b) => a - b)).toEqual([40, 41, 42, 43, 44, 45, 46, 47]);
    expect(await of(seven)).toHaveLength(27);
  });

  it('the top givers: where few of the class carry what sways the model, their effect and not the mean', async () => {
    const figures = [
      ...times(4, marked(0)),
      ...times(28, { ...marked(0), segments: { mark: { box: [0, 0, 2, 2], colour: grey } } } as Figure),
      ...times(10, bare(0)),
      ...times(32, bare(1)),
    ];
    const { probe, pixels } = draw(figures);
    const found = await measured(probe, pixels, pair, model((x) => 0.2 + 0.6 * redness(x)).predict, 1);
    expect(found.effect).toBeLessThan(0.15);
    expect(found.top).toBeCloseTo(0.6, 5);
    // Where the givers' marks differ in nothing, some are the highest by chance in one half of their pastes only.
    const alike = draw([...times(32, marked(0)), ...times(10, bare(0)), ...times(32, bare(1))]);
    const noise = await measured(alike.probe, alike.pixels, pair, model(everyPixel()).predict, 1);
    expect(Math.abs(noise.top! - noise.effect)).toBeLessThan(0.05);
    const few = draw([...times(7, marked(0)), ...times(3, bare(0)), ...times(20, bare(1))]);
    expect((await measured(few.probe, few.pixels, pair, model(redness).predict, 1)).top).toBeNull();
  });

  it('a fall is no alarm', async () => {
    const found = await measured(
      mixed.probe,
      mixed.pixels,
      pair,
      model((x) => 0.8 - 0.5 * redness(x)).predict,
      1,
    );
    expect(found.effect).toBeLessThan(-0.2);
    expect(found.z).toBeLessThan(0);
    expect(levelOf(found, found)).toBeNull();
  });

  it('probabilities that are not finite give no level', async () => {
    const found = await measured(mixed.probe, mixed.pixels, pair, model(() => Number.NaN).predict, 1);
    expect(found.effect).toBeNaN();
    expect(levelOf(found, found)).toBeNull();
    expect(confirmation(found)).toBe('not confirmed');
  });

  it('passes on the failure of the model', async () => {
    const broken = async () => Promise.reject(new Error('out of memory'));
    await expect(measured(mixed.probe, mixed.pixels, pair, broken, 1)).rejects.toThrow('out of memory');
  });

  it('null for the fill where no other class carries the mark, or nothing is around it', async () => {
    const none = draw([...times(8, marked(0)), ...times(2, bare(0)), ...times(9, bare(1))]);
    expect((await measured(none.probe, none.pixels, pair, model(redness).predict, 1)).fill).toBeNull();
    const whole: Figure = { label: 1, segments: { mark: { box: [0, 0, side, side], colour: red } } };
    const full = draw([...times(8, marked(0)), ...times(9, bare(1)), ...times(2, whole)]);
    expect((await measured(full.probe, full.pixels, pair, model(redness).predict, 1)).fill).toBeNull();
  });

  it('leaves the pictures as they were', async () => {
    const before = mixed.pixels.map((picture) => picture.slice());
    await measured(mixed.probe, mixed.pixels, pair, model(redness).predict, 1);
    expect(mixed.pixels).toEqual(before);
  });
});

describe('pairs', () => {
  const plan = (figures: Figure[], roles = {}) =>
    planPairs(draw(figures, { mark: 'suspect', ...roles }).probe).map((p) => `${p.segment}@${p.className}`);

  it('need eight givers', () => {
    const others = [...times(9, bare(1)), ...times(9, bare(2))];
    expect(plan([...times(8, marked(0)), ...others])).toEqual(['mark@cat']);
    expect(plan([...times(7, marked(0)), ...times(20, bare(0)), ...others])).toEqual([]);
  });

  it('need somebody to receive, and something to compare with', () => {
    expect(plan([...times(9, marked(0)), ...times(3, bare(0))])).toEqual([]);
    // The only dog has no classmate, so it receives nothing; the others do.
    expect(plan([...times(9, marked(0)), ...times(2, bare(2)), bare(1)])).toEqual(['mark@cat']);
    // Nobody has a classmate, and every cat carries the mark: no control is left.
    expect(plan([...times(9, marked(0)), bare(2), bare(1)])).toEqual([]);
    expect(plan([...times(9, marked(0)), bare(0), bare(2), bare(1)])).toEqual(['mark@cat']);
  });

  it('are of suspect and context segments only', () => {
    const figure: Figure = {
      label: 0,
      segments: {
        mark: { box: [0, 0, 2, 2] },
        head: { box: [3, 3, 2, 2] },
        sky: { box: [0, 5, 8, 2] },
        tail: { box: [6, 0, 1, 1] },
      },
    };
    expect(plan([...times(8, figure), ...times(9, bare(1))], { head: 'core', sky: 'context' })).toEqual([
      'mark@cat',
      'sky@cat',
    ]);
  });
});

describe('the forward passes', () => {
  it.each([
    ['mixed', mixed],
    ['skies', skies],
    [
      '100 receivers',
      draw([...times(9, marked(0)), ...times(3, bare(0)), ...times(60, bare(1)), ...times(40, bare(2))]),
    ],
  ])('are as many as the cost says, in batches of at most 64: %s', async (_, { probe, pixels }) => {
    const { predict, batches } = model(redness);
    await measured(probe, pixels, pair, predict, 1);
    // Alone it asks for the pictures as they are, too, which an observation knows.
    const filled = 1.5 * fillCost(probe, pair.segment);
    expect(batches.reduce((a, b) => a + b)).toBe(pairCost(probe, pair) + filled);
    expect(Math.max(...batches)).toBeLessThanOrEqual(64);
  });

  it('are three for a paste, 2 to 8 of them for a receiver, and two for a picture that shows the segment', () => {
    const { probe } = draw([...times(8, marked(0)), bare(0), ...times(5, bare(1)), ...times(3, bare(2))]);
    expect(pairCost(probe, pair)).toBe(8 * 8 * 3);
    expect(fillCost(probe, 'mark')).toBe(2 * 8);
    expect(pairCost(skies.probe, pair)).toBe(20 * 6 * 2);
    expect(fillCost(draw(times(200, marked(0))).probe, 'mark')).toBe(2 * 64);
  });

  it('are for 64 receivers at most, each once', async () => {
    const { probe, pixels } = draw([
      ...times(9, marked(0)),
      ...times(3, bare(0)),
      ...times(70, bare(1)),
      ...times(30, bare(2)),
    ]);
    const { predict, asked } = model(redness);
    const { receivers, givers } = await measured(probe, pixels, pair, predict, 1);
    expect([receivers, givers]).toEqual([64, 9]);
    // Outside the corner a picture is its receiver's own.
    expect(
      new Set(
        asked.map((picture) =>
          picture
            .split(',')
            .slice(3 * side * 3)
            .join(),
        ),
      ).size,
      // and the nine that are filled
    ).toBe(64 + 9);
  });

  it('skip a receiver whose own mark no giver can reach', async () => {
    const { probe, pixels } = draw([
      ...times(9, marked(0)),
      ...times(3, bare(0)),
      ...times(6, bare(1)),
      ...times(2, marked(1, [6, 6, 2, 2])),
    ]);
    const { predict, batches } = model(redness);
    expect(await measured(probe, pixels, pair, predict, 1)).toMatchObject({ receivers: 6 });
    expect(batches.reduce((a, b) => a + b)).toBeLessThan(
      pairCost(probe, pair) + 1.5 * fillCost(probe, 'mark'),
    );
  });

  it('show the same pictures at every observation, and others with another seed', async () => {
    const pictures = async (seed: number) => {
      const { predict, asked } = model(redness);
      await measured(mixed.probe, mixed.pixels, pair, predict, seed);
      return asked;
    };
    const first = await pictures(1);
    expect(await pictures(1)).toEqual(first);
    expect(await pictures(2)).not.toEqual(first);
  });
});

describe('levels', () => {
  it('need the t quantile for as many receivers or givers as there are, whichever are fewer', () => {
    // Tables of Student's t: t(.99; 9) = 2.821, t(.99; 7) = 2.998, t(.99; 30) = 2.457, t(.99; 60) = 2.390.
    expect(leastZ({ receivers: 64, givers: 10 })).toBeCloseTo(2.821, 3);
    expect(leastZ({ receivers: 64, givers: 8 })).toBeCloseTo(2.998, 3);
    expect(leastZ({ receivers: 31, givers: 64 })).toBeCloseTo(2.457, 3);
    expect(leastZ({ receivers: 61, givers: 64 })).toBeCloseTo(2.39, 3);
    expect(leastZ({ receivers: 1, givers: 1 })).toBeGreaterThan(30);
  });

  const at = (effect: number, z: number, givers = 64, top: number | null = 0) => ({
    ...{ effect, z, top, receivers: 64, givers },
  });
  const few = (top: number | null) => at(0.03, 1, 64, top);
  it.each([
    [at(0.0599, 9), undefined, null],
    [at(0.06, 2.38), undefined, null],
    [at(0.06, 2.39), undefined, 'warning'],
    [at(0.06, 2.9, 8), undefined, null],
    [at(0.06, 3, 8), undefined, 'warning'],
    [at(0.199, 9), undefined, 'warning'],
    [at(0.2, 2.38), undefined, null],
    [at(0.2, 2.39), undefined, 'alarm'],
    [at(0.3, 2.39), at(0.3, 2.39), 'severe'],
    [at(0.3, 2.39), at(0.299, 9), 'alarm'],
    [at(0.3, 2.39), at(0.3, 2.38), 'alarm'],
    [at(0.2, Number.POSITIVE_INFINITY), undefined, 'alarm'],
    [at(Number.NaN, Number.NaN), undefined, null],
    [at(Number.NaN, Number.NaN, 64, 0.9), undefined, null],
    [few(0.349), undefined, null],
    [few(null), undefined, null],
    [few(0.35), undefined, 'warning by top'],
    [few(0.4), undefined, 'alarm by top'],
    [few(0.6), few(0.6), 'severe by top'],
    [few(0.6), few(0.5), 'alarm by top'],
    [at(0.1, 9, 64, 0.4), undefined, 'alarm by top'],
  ])('%j after %j: %s', (now, before, expected) => {
    const reached = levelOf(now, before);
    expect(reached && reached.level + (reached.by === 'top' ? ' by top' : '')).toBe(expected);
  });

  it.each([
    [0.03, 0.03, 'confirmed'],
    [0.029, 0.5, 'not confirmed'],
    [0.5, -0.1, 'not confirmed'],
    [null, null, 'untestable'],
    [0.2, null, 'untestable'],
  ])('fills that take back %s and %s: %s', (fill, blur, expected) => {
    expect(confirmation({ fill, blur })).toBe(expected);
  });
});
