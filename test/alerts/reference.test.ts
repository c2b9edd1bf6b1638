import { type History, type ReferenceRun, rules } from 'satwatch';
import { clopperPearson } from 'satwatch/stats';
import { describe, expect, it } from 'vitest';
import { deviations, type Panel } from '../../src/alerts/reference/deviations.js';
import { dice } from '../task.js';
import { history, observed, type Ranks } from './history.js';
import { literalDeviations, literalScore } from './literalReference.js';

const panel = (x: number[][][], least = 0.1): Panel => ({
  runs: x.map((run) => Float64Array.from(run.flat())),
  cells: x[0].length,
  epochs: x[0][0].length,
  least,
});

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/**
 * Runs that differ by luck only: every segment has its own spread and its own course, neighbouring epochs are alike, some
 * segments go together, tails are heavy, and some values are missing.
 */
function exchangeable(
  random: () => number,
  { runs, cells, epochs, missing = 0 }: { runs: number; cells: number; epochs: number; missing?: number },
): number[][][] {
  const spread = Array.from({ length: cells }, () => Math.exp(normal(random)));
  const course = spread.map(() => Array.from({ length: epochs }, () => 3 * normal(random)));
  return Array.from({ length: runs }, () => {
    const common = normal(random);
    return spread.map((s, k) => {
      let state = normal(random);
      return Array.from({ length: epochs }, (_, t) => {
        state = 0.8 * state + 0.6 * normal(random) * (random() < 0.05 ? 5 : 1);
        const value = course[k][t] + s * (state + 0.5 * common) * (1 + t / epochs);
        return random() < missing ? Number.NaN : value;
      });
    });
  });
}

describe('deviations', () => {
  it.each([1, 2, 3, 5, 12])('are those of the definition, with %i references', (n) => {
    const random = dice(n);
    for (let round = 0; round < 20; round++) {
      const x = exchangeable(random, { runs: n + 1, cells: 4, epochs: 5, missing: round % 2 ? 0.2 : 0 });
      const literal = literalDeviations(x, 0.1);
      for (let now = 0; now < 5; now++) {
        const { own } = deviations(panel(x), now);
        own.forEach((value, k) => {
          if (Number.isNaN(value)) expect(literal[0][k][now]).toBeNaN();
          else expect(value).toBeCloseTo(literal[0][k][now], 9);
        });
      }
      // At the end nothing is to come: the bar is the largest score of a reference.
      const scores = literal.slice(1).map(literalScore);
      expect(deviations(panel(x), 4).bar).toBeCloseTo(Math.max(...scores), 9);
    }
  });

  it('set a bar that no reference passes, however the run goes on', () => {
    const random = dice(7);
    let nearest = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 300; round++) {
      const n = 2 + (round % 5);
      const x = exchangeable(random, { runs: n + 1, cells: 3, epochs: 4, missing: round % 3 ? 0 : 0.15 });
      const now = round % 3;
      const { bar } = deviations(panel(x), now);
      // What comes of the watched run: anything at all, most of it made to drag the others' mean along.
      for (let k = 0; k < 3; k++)
        for (let t = now + 1; t < 4; t++)
          x[0][k][t] =
            round % 7 === 0
              ? Number.NaN
              : Math.min(...x.slice(1).map((run) => run[k][t] || 0)) - 4 * random();
      const final = Math.max(...literalDeviations(x, 0.1).slice(1).map(literalScore));
      expect(final).toBeLessThanOrEqual(bar + 1e-9);
      nearest = Math.min(nearest, bar - final);
    }
    // The bound is not a loose one.
    expect(nearest).toBeLessThan(0.05);
  });

  it('wait for the end with a single reference, which has nothing else to be compared with', () => {
    const x = exchangeable(dice(3), { runs: 2, cells: 2, epochs: 3 });
    expect(deviations(panel(x), 1).bar).toBe(Number.POSITIVE_INFINITY);
    expect(deviations(panel(x), 2).bar).toBeLessThan(Number.POSITIVE_INFINITY);
  });
});

/** Whether any look at all epochs alarms. */
function everAlarms(x: number[][][]): boolean {
  const epochs = x[0][0].length;
  return Array.from({ length: epochs }, (_, now) => now).some((now) => {
    const { own, bar } = deviations(panel(x), now);
    return own.some((value) => value > bar);
  });
}

describe('the rate per run, over all segments and with a look at every epoch', () => {
  it.each([
    [1, 2000],
    [3, 2000],
    [5, 2000],
    [19, 600],
  ])('of exchangeable runs is at most 1 / (%i + 1)', (n, trials) => {
    const random = dice(100 + n);
    let alarms = 0;
    for (let trial = 0; trial < trials; trial++)
      if (everAlarms(exchangeable(random, { runs: n + 1, cells: 6, epochs: 8, missing: 0.05 }))) alarms++;
    const [low] = clopperPearson(alarms, trials, 0.01);
    expect(low, `${alarms} of ${trials}`).toBeLessThanOrEqual(1 / (n + 1));
    expect(alarms / trials).toBeGreaterThan(0.4 / (n + 1));
  });

  it('is 1 / (n + 1) exactly where only the end is looked at', () => {
    const random = dice(11);
    const trials = 4000;
    let above = 0;
    for (let trial = 0; trial < trials; trial++) {
      const scores = literalDeviations(exchangeable(random, { runs: 4, cells: 3, epochs: 4 }), 0.1).map(
        literalScore,
      );
      if (scores[0] > Math.max(...scores.slice(1))) above++;
    }
    const [low, high] = clopperPearson(above, trials, 0.01);
    expect(low).toBeLessThan(0.25);
    expect(high).toBeGreaterThan(0.25);
  });

  it('would be larger if each look were compared with what the references had shown by then', () => {
    const random = dice(12);
    let looked = 0;
    const trials = 1500;
    for (let trial = 0; trial < trials; trial++) {
      const all = literalDeviations(exchangeable(random, { runs: 4, cells: 6, epochs: 8 }), 0.1);
      const upTo = (now: number) => all.map((run) => literalScore(run.map((cell) => cell.slice(0, now + 1))));
      const alarms = Array.from({ length: 8 }, (_, now) => upTo(now)).some(
        ([own, ...others]) => own > Math.max(...others),
      );
      if (alarms) looked++;
    }
    expect(clopperPearson(looked, trials, 0.01)[0]).toBeGreaterThan(0.25);
  });
});

type Course = Ranks[];
const run = (...course: Course): ReferenceRun => ({
  name: 'clean',
  observed: course.map((ranks, epoch) => observed(epoch, { ranks })),
});

/** Epochs 0 … of the watched run, with references. */
const compared = (references: ReferenceRun[], ...course: Course): History => ({
  ...history(...course.map((ranks, epoch) => observed(epoch, { ranks }))),
  references,
});

it('the rule keeps its rate over ranks and effects together, also where pairs are tested in turn', () => {
  const random = dice(21);
  const trials = 700;
  let alarms = 0;
  for (let trial = 0; trial < trials; trial++) {
    const courses = exchangeable(random, { runs: 4, cells: 4, epochs: 5 }).map(([mark, sky, cat, dog]) =>
      mark.map((_, t) =>
        observed(t + 1, {
          ranks: { mark: 3 - 0.3 * mark[t], sky: 3 - 0.2 * sky[t] },
          effects: [
            ...(random() < 0.6 ? [{ className: 'cat', effect: 0.02 * cat[t] }] : []),
            ...(random() < 0.6 ? [{ className: 'dog', effect: 0.02 * dog[t] }] : []),
          ],
        }),
      ),
    );
    const [own, ...others] = courses;
    const references = others.map((course) => ({ name: 'clean', observed: course }));
    const looks = own.map((_, t) => ({ ...history(...own.slice(0, t + 1)), references }));
    if (looks.some((past) => rules.reference().evaluate(past).length > 0)) alarms++;
  }
  expect(clopperPearson(alarms, trials, 0.01)[0], `${alarms}`).toBeLessThanOrEqual(0.25);
  expect(alarms / trials).toBeGreaterThan(0.1);
});

const clean = [3, 3.1, 2.9, 3.05].map((mark, i) =>
  run(
    { mark: 1, sky: 3, head: 1 },
    { mark, sky: 2 + 0.1 * i, head: 1.5 },
    { mark: mark + 0.05, sky: 2, head: 1.4 + 0.1 * i },
  ),
);
const rule = rules.reference();
const subjects = (past: History, r = rule) => r.evaluate(past).map((f) => `${f.segment}@${f.className}`);

describe('the rule', () => {
  it('finds the segment that stands out of the references, and says what that is worth', () => {
    const past = compared(
      clean.slice(0, 3),
      { mark: 3, sky: 3, head: 2 },
      { mark: 1.4, sky: 2.1, head: 1.5 },
    );
    const [finding, ...more] = rule.evaluate(past);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      segment: 'mark',
      className: null,
      level: 'warning',
      to: 1.4,
      evidence: {
        quantity: 'rank',
        references: 3,
        rate: 0.25,
        referencesFrom: 2.9,
        referencesTo: 3.1,
        comparedAt: 1,
      },
    });
    expect(finding.from).toBeCloseTo(3, 12);
    const { deviation, bar } = finding.evidence as { deviation: number; bar: number };
    expect(finding.severity).toBe(deviation);
    expect(deviation).toBeGreaterThan(bar);
    expect(finding.message).toBe(
      `'mark' ranks 1.4 at epoch 1, in the 3 reference runs 2.9 to 3.1; this run stands out more than all 3 references ` +
        `(${deviation.toFixed(1)}, theirs at most ${bar.toFixed(1)}), as 1 in 4 clean runs would; ` +
        'look for what its training pictures have and theirs have not',
    );
    expect(finding.message).not.toMatch(/caus|learn/);
  });

  it('is silent where the run is one among them, and on the other side', () => {
    expect(subjects(compared(clean, { mark: 3 }, { mark: 3.02, sky: 2.1, head: 1.5 }))).toEqual([]);
    expect(subjects(compared(clean, { mark: 3 }, { mark: 4, sky: 2.9, head: 1.5 }))).toEqual([]);
  });

  it('leaves out core segments and epoch 0, unless a core segment is asked for', () => {
    expect(subjects(compared(clean, { mark: 1, sky: 1, head: 1 }))).toEqual([]);
    const past = compared(clean, { mark: 3 }, { mark: 3, sky: 2.1, head: 0.2 });
    expect(subjects(past)).toEqual([]);
    expect(subjects(past, rules.reference({ role: 'core' }))).toEqual(['head@null']);
    expect(subjects(past, rules.reference({ segment: 'mark' }))).toEqual([]);
  });

  it('compares effects too, in points, and an effect that was not measured again as it last was', () => {
    const effects = (...values: (number | null)[]) =>
      values.map((effect, epoch) =>
        observed(epoch, { effects: effect === null ? [] : [{ effect, className: 'dog' }] }),
      );
    const references = [-0.001, 0.02, 0.015].map((e) => ({
      name: 'clean',
      observed: effects(0.3, e, null, e),
    }));
    const past = { ...history(...effects(0, 0.17, null)), references };
    const [finding, ...more] = rule.evaluate(past);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ segment: 'mark', className: 'dog', to: 0.17 });
    expect(finding.message).toMatch(
      /^At epoch 2 predictions move 17 points towards 'dog' when 'mark' is present, in the 3 reference runs 0 to 2;/,
    );
    expect(finding.evidence).toMatchObject({ quantity: 'effect', comparedAt: 2 });
    // What was measured before training is not carried on.
    expect(subjects({ ...history(...effects(0.5, null, null)), references })).toEqual([]);
  });

  it('has the level that its rate allows', () => {
    const many = (n: number) =>
      Array.from({ length: n }, (_, i) =>
        run({}, { mark: 3 + 0.02 * Math.sin(i), sky: 2 }, { mark: 3, sky: 2 }),
      );
    const level = (n: number) => rule.evaluate(compared(many(n), {}, { mark: 1, sky: 2 }))[0]?.level;
    expect([2, 3, 18, 19, 98, 99].map(level)).toEqual([
      'warning',
      'warning',
      'warning',
      'alarm',
      'alarm',
      'severe',
    ]);
  });

  it('with one reference speaks at its last epoch', () => {
    const [twin] = clean;
    expect(subjects(compared([twin], {}, { mark: 1, sky: 2 }))).toEqual([]);
    const [finding] = rule.evaluate(compared([twin], {}, { mark: 3, sky: 2 }, { mark: 1, sky: 2 }));
    expect(finding.message).toMatch(
      /in the reference run 3\.0; this run stands out more than the reference .* 1 in 2 clean/,
    );
  });

  it('keeps to the last epoch that the references have too', () => {
    const past = compared(clean, {}, { mark: 1.4, sky: 2.1 }, { mark: 1.4, sky: 2.1 }, { mark: 3, sky: 3 });
    expect(rule.evaluate(past)[0].evidence).toMatchObject({ comparedAt: 2 });
    const between = {
      ...past,
      observed: [...past.observed.slice(0, 2), { ...past.observed[3], epoch: 1.5 }],
    };
    expect(rule.evaluate(between)[0].evidence).toMatchObject({ comparedAt: 1 });
  });

  it('says nothing without references, or where they share no epoch', () => {
    expect(rule.evaluate(compared([], {}, { mark: 1 }))).toEqual([]);
    const elsewhere = clean.map(({ name, observed: all }) => ({
      name,
      observed: all.map((one) => ({ ...one, epoch: one.epoch * 10 })),
    }));
    expect(subjects(compared(elsewhere, {}, { mark: 1, sky: 1 }))).toEqual([]);
  });

  it('refuses what it does not know', () => {
    expect(() => rules.reference({ rank: 3 } as object)).toThrow(/unknown option 'rank'/);
    // The level goes by what they find.
    for (const rule of [rules.reference, rules.reliance])
      expect(() => rule({ level: 'severe' } as object)).toThrow(/unknown option 'level'/);
    expect(() => rules.reference({ role: 'suspcet' as 'suspect' })).toThrow(/role/);
  });
});
