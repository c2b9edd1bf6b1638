import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { maskToBitmap } from 'satwatch';
import { describe, expect, it } from 'vitest';
import { type Detector, detectors } from '../../examples/experiments/judging/detectors.js';
import {
  auroc,
  bootstrap,
  cases,
  chooseThreshold,
  examineAll,
  falseAlarmRate,
  outcome,
  precisionRecall,
  recall,
  smallestDose,
} from '../../examples/experiments/judging/evaluate.js';
import { replay, watch } from '../../examples/experiments/judging/replay.js';
import { split } from '../../examples/experiments/judging/split.js';
import { configure } from '../../examples/experiments/runs/config.js';
import { createData } from '../../examples/experiments/runs/data.js';
import { flagTasks } from '../../examples/experiments/runs/known.js';
import { bitmapOf, drawPicture, type Picture } from '../../examples/experiments/runs/picture.js';
import type { RunResult } from '../../examples/experiments/runs/run.js';
import { shortcuts } from '../../examples/experiments/shortcuts/index.js';
import { tasks } from '../../examples/experiments/tasks/index.js';
import { Dice } from '../../src/demo/dice.js';
import { paint } from '../../src/demo/paint.js';
import { temporaryFolder } from '../task.js';

const side = 48;
const folder = temporaryFolder();

/** Pixels whose colour differs. */
function changed(a: Uint8Array, b: Uint8Array): number[] {
  const pixels = Array.from({ length: a.length / 3 }, (_, p) => p);
  return pixels.filter((p) => [0, 1, 2].some((k) => a[3 * p + k] !== b[3 * p + k]));
}
const inside = (bitmap: Uint8Array) => [...bitmap.keys()].filter((p) => bitmap[p] === 1);

describe.each([...Object.values(tasks), flagTasks[1]])('the task $name', (task) => {
  it("changes exactly inside a part's mask when only that part's colour changes", () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 10; seed++) {
      const label = seed % task.classNames.length;
      const plain = drawPicture(task, label, new Dice(seed), side);
      for (const { name, mask } of plain.segments) {
        seen.add(name);
        // A colour that no part has, so that every pixel it reaches differs.
        const layers = task
          .draw(label, new Dice(seed), side)
          .map((layer) => (layer.part === name ? { ...layer, colour: () => [255, 0, 255] as const } : layer));
        expect(changed(plain.pixels, paint(side, layers).pixels), `${name}, seed ${seed}`).toEqual(
          inside(maskToBitmap(mask)),
        );
      }
    }
    expect([...seen].sort()).toEqual(Object.keys(task.roles).sort());
  });

  it.each(Object.values(shortcuts))(
    'takes the shortcut $name, which stays inside its segment',
    (shortcut) => {
      for (let seed = 1; seed <= 4; seed++) {
        const plain = drawPicture(task, seed % task.classNames.length, new Dice(seed), side);
        const before = plain.pixels.slice();
        const stamped = shortcut.stamp(plain, task, new Dice(seed, 1), side);
        expect(plain.pixels).toEqual(before);
        const own = bitmapOf(stamped, shortcut.segment(task))!;
        const different = changed(plain.pixels, stamped.pixels);
        expect(different.filter((p) => !own[p])).toEqual([]);
        // A pixel may have had the colour by chance, or lie in a part without grain.
        expect(different.length).toBeGreaterThan(0.5 * inside(own).length);
        if (shortcut.role === 'suspect')
          for (const { name } of stamped.segments.filter(
            (segment) => segment.name !== shortcut.segment(task),
          ))
            expect(inside(bitmapOf(stamped, name)!).filter((p) => own[p])).toEqual([]);
      }
    },
  );
});

describe('the data of a run', () => {
  const of = (dose: number, seed = 3) =>
    createData(configure({ task: 'blocks', kind: 'patch', dose, net: 'plain', seed, train: 80 }, true));
  const carriers = (pictures: readonly Pick<Picture, 'segments' | 'label'>[]) =>
    pictures.flatMap(({ segments }, i) => (segments.some(({ name }) => name === 'patch') ? [i] : []));

  it('is the same for the same seed; a higher dose marks the same pictures and more, of one class only', () => {
    expect(of(0.5)).toEqual(of(0.5));
    expect(of(0.5).train[0].pixels).not.toEqual(of(0.5, 4).train[0].pixels);
    const [low, high] = [of(0.25).train, of(0.5).train];
    expect(carriers(low)).toHaveLength(5);
    expect(carriers(high)).toHaveLength(10);
    expect(carriers(high)).toEqual(expect.arrayContaining(carriers(low)));
    expect(carriers(high).every((i) => high[i].label === 0)).toBe(true);
    expect(carriers(of(0).train)).toEqual([]);
  });

  it('has the shortcut on half of the probe pictures of every class, on no test picture and on all stamped ones', () => {
    const { probe, test, stamped, task } = of(0.25);
    for (let label = 0; label < task.classNames.length; label++) {
      const own = probe.images.filter((image) => image.label === label);
      expect(carriers(own)).toHaveLength(own.length / 2);
    }
    expect(carriers(test)).toEqual([]);
    expect(carriers(stamped)).toHaveLength(test.length);
  });
});

it('holds half of the kinds and tasks back', () => {
  const { development, 'held-out': heldOut } = split;
  expect([...development.tasks, ...heldOut.tasks].sort()).toEqual(Object.keys(tasks).sort());
  expect([...development.kinds, ...heldOut.kinds].sort()).toEqual(Object.keys(shortcuts).sort());
});

/** A run of two classes whose segment 'patch' costs class b what `lost` says, epoch by epoch. */
function result(lost: number[], dose = 0.5): RunResult {
  const truth = (segment: string, how: 'stamp' | 'paste', values: number[]) =>
    values.map((value, i) => ({
      ...{ segment, className: 'a', how, epoch: i + 1, images: 100 },
      ...{ before: 0.9, after: 0.9 - value, towardBefore: 0.1, towardAfter: 0.1 + value },
    }));
  return {
    config: configure({ task: 'stripes', kind: 'patch', dose, net: 'plain', seed: 1 }),
    ...{ codeVersion: 1, backend: 'none', classNames: ['a', 'b'], segment: 'patch' },
    roles: { patch: 'suspect', sky: 'context' },
    ...{ epochs: [], ranks: [], effects: [], alerts: [] },
    truth: [
      ...truth('patch', 'stamp', lost),
      ...truth(
        'sky',
        'paste',
        lost.map(() => 0),
      ),
    ],
    recorded: { labels: [], pairs: [], fills: [] },
    seconds: { drawing: 0, training: 0, watching: 0, recording: 0, truth: 0 },
  };
}

/** A detector that says these scores of patch and sky from epoch 1 on; with `alarm`, that one and more are alarms. */
const says = (patch: number[], sky: number[] = [], alarm?: number): Detector => ({
  name: 'says',
  look: () =>
    [
      ...patch.map((score, i) => ['patch', i + 1, score] as const),
      ...sky.map((score, i) => ['sky', i + 1, score] as const),
    ].map(([segment, epoch, score]) => ({
      ...{ segment, className: 'a', epoch, score },
      ...(alarm !== undefined && { alerted: score >= alarm }),
    })),
});
const examineOne = async (run: RunResult, detector: Detector, clean?: RunResult) =>
  (await examineAll(clean ? [run, clean] : [run], [detector])).get(detector.name)![0];

describe('the evaluation', () => {
  it('finds what is relied on, when it began, and what an alarm is worth', async () => {
    const run = result([0, 0.06, 0.01, 0.08, 0.3, 0.1]);
    const one = await examineOne(
      run,
      says([0, 0, 0, 0, 0.2, 0.2], [0, 0], 0.1),
      result([0, 0, 0, 0, 0, 0], 0),
    );
    const [patch, sky] = one.truths;
    expect(patch.lost).toMatchObject({ peak: expect.closeTo(0.3), peakEpoch: 5, onset: 4 });
    expect(sky).toMatchObject({ lost: { peak: 0, onset: null }, learned: null });
    const found = outcome(one, 0);
    expect(found).toMatchObject({
      reliances: {
        lost: [{ alarm: 5, delay: 1, beforePeak: true }],
        learned: [{ alarm: 5, delay: 1, beforePeak: true }],
      },
      falseAlarms: [],
    });
    expect(recall([found], 'learned')).toMatchObject({ count: 1, of: 1 });
    expect(recall([found], 'learned', { from: 0.1, to: 0.2 })).toBe(null);
    const missed = outcome(await examineOne(run, says([0, 0], [], 0.1)), 0);
    expect(missed.reliances).toMatchObject({
      lost: [{ alarm: null, delay: null, beforePeak: false }],
      learned: [],
    });

    // Once is no reliance, yet no alarm there is false.
    const once = outcome(await examineOne(result([0, 0.06, 0]), says([0, 0.2], [], 0.1)), 0);
    expect(once).toMatchObject({ reliances: { lost: [] }, falseAlarms: [] });
    const quiet = outcome(await examineOne(result([0, 0.01]), says([0, 0.2], [], 0.1)), 0);
    expect(quiet).toMatchObject({ reliances: { lost: [] }, falseAlarms: [{ segment: 'patch', epoch: 2 }] });
    expect(falseAlarmRate([quiet, found])).toMatchObject({ count: 1, of: 2 });
  });

  it("takes the clean twin's loss off what was learned", async () => {
    const clean = result([0.05, 0.1, -0.1], 0);
    const one = await examineOne(result([0.2, 0.13, 0.1]), says([0.3, 0.3]), clean);
    const { learned } = one.truths[0];
    expect([...learned!.byEpoch.values()]).toEqual([0.15, 0.03, 0.1].map((value) => expect.closeTo(value)));
    expect(learned!.onset).toBe(null);
    // Neither relied on for long in that sense, nor never: no case.
    expect(cases([one], 'learned', 'pair')).toEqual([]);
    expect(cases([one], 'lost', 'pair')).toEqual([{ score: 0.3, reliant: true }]);
  });

  it('counts an alarm on the region that the shortcut replaces as one on the shortcut', async () => {
    const swap = (values: number[]): RunResult => {
      const run = result(values);
      const named = (name: string) => ({ patch: 'sand', sky: 'grass' })[name]!;
      return {
        ...run,
        config: { ...run.config, kind: 'swap' },
        segment: 'sand',
        truth: run.truth.map((row) => ({ ...row, segment: named(row.segment) })),
      };
    };
    const grass: Detector = {
      name: 'grass',
      look: () => [{ segment: 'grass', className: 'a', epoch: 1, score: 1, alerted: true }],
    };
    expect(outcome(await examineOne(swap([0.2, 0.2]), grass), 0).falseAlarms).toEqual([]);
    expect(outcome(await examineOne(swap([0, 0]), grass), 0).falseAlarms).toHaveLength(1);
  });

  it('knows AUROC with ties, and average precision', () => {
    const list = [
      [0.9, true],
      [0.8, false],
      [0.7, true],
      [0.7, false],
      [0.1, false],
    ].map(([score, reliant]) => ({ score: Number(score), reliant: Boolean(reliant) }));
    expect(auroc(list)).toBeCloseTo((3 + 1.5) / 6);
    const { curve, averagePrecision } = precisionRecall(list);
    expect(curve.map(({ recall }) => recall)).toEqual([0.5, 0.5, 1, 1]);
    expect(averagePrecision).toBeCloseTo(0.5 * 1 + 0.5 * (2 / 4));
  });

  it('chooses the lowest threshold that keeps to the rate, and the smallest dose that is found from there on', async () => {
    const clean = await Promise.all(
      [0.01, 0.02, 0.03, 0.04].map((score) => examineOne(result([0, 0], 0), says([0, score]))),
    );
    expect(chooseThreshold(clean, 0)).toBeCloseTo(0.04);
    expect(chooseThreshold(clean, 0.25)).toBeCloseTo(0.03);
    expect(chooseThreshold([await examineOne(result([0, 0], 0), says([0], [], 1))], 0)).toBe(null);
    const runs = await Promise.all(
      [
        [0.05, 0.3],
        [0.1, 0.02],
        [0.2, 0.2],
        [0.5, 0.2],
      ].map(([dose, score]) => examineOne(result([0, 0.2], dose), says([0, score]))),
    );
    expect(smallestDose(runs, 0.04)).toBe(0.2);
  });

  it('bootstraps whole runs, the same at every call', () => {
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [low, high] = bootstrap([1, 2, 3, 4, 5, 6, 7, 8], mean);
    expect([low, high]).toEqual(bootstrap([1, 2, 3, 4, 5, 6, 7, 8], mean));
    expect(low).toBeGreaterThan(2);
    expect(low).toBeLessThan(4);
    expect(high).toBeGreaterThan(5);
    expect(high).toBeLessThan(7);
  });
});

describe('the experiments as programs', { timeout: 120_000 }, () => {
  /** Started in a folder of its own; `until` ends it (`end`) once a line matches. */
  function start(program: string, place: string, options: string[] = []) {
    const cwd = join(folder, place);
    mkdirSync(cwd, { recursive: true });
    const script = join(import.meta.dirname, `../../dist/examples/experiments/${program}.js`);
    const child = spawn(process.execPath, [script, '--quick', '--workers', '1', ...options], { cwd });
    const told = { text: '' };
    const heard: (() => void)[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        told.text += chunk;
        for (const listener of heard) listener();
      });
    const line = (pattern: RegExp) =>
      new Promise<RegExpMatchArray>((resolve, reject) => {
        const look = () => {
          const match = told.text.match(pattern);
          if (match) resolve(match);
        };
        heard.push(look);
        child.on('exit', () => reject(new Error(`ended without ${pattern}:\n${told.text}`)));
        look();
      });
    return { cwd, told, line, child, ended: code(child) };
  }
  const code = (child: ChildProcess) =>
    new Promise<number | null>((resolve) => {
      child.on('close', resolve);
    });
  /** Without what differs from one computation to the next. */
  const cached = (cwd: string) =>
    readdirSync(join(cwd, 'experiments-cache'))
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => {
        const { seconds, ...rest } = JSON.parse(
          readFileSync(join(cwd, 'experiments-cache', name), 'utf8'),
        ) as RunResult;
        expect(seconds.training).toBeGreaterThan(0);
        return { name, ...rest };
      });

  it('prevalence: goes on where it was killed, and comes to the same numbers', async () => {
    const killed = start('prevalence', 'killed');
    await killed.line(/1 of 2/);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const again = start('prevalence', 'killed');
    await again.line(/2 runs, 1 of them to be computed/);
    expect(await again.ended, again.told.text).toBe(0);

    // Here a worker dies, and its run is taken by another one.
    const other = start('prevalence', 'other');
    const [, worker] = await other.line(/process (\d+): backend/);
    process.kill(Number(worker), 'SIGKILL');
    expect(await other.ended, other.told.text).toBe(0);
    expect(other.told.text.match(/process \d+: backend/g)).toHaveLength(2);

    const runs = cached(again.cwd);
    expect(runs).toEqual(cached(other.cwd));
    expect(runs).toHaveLength(2);
    for (const { truth, effects, ranks, epochs, segment } of runs) {
      expect(segment).toBe('watermark');
      expect(truth).toContainEqual(expect.objectContaining({ segment, how: 'stamp', images: 24 }));
      expect(truth).toContainEqual(expect.objectContaining({ segment: 'sky', how: 'paste' }));
      expect(effects).toContainEqual(expect.objectContaining({ segment, effect: expect.any(Number) }));
      expect(ranks).toContainEqual(
        expect.objectContaining({ segment, epoch: 1, chanceRank: expect.any(Number) }),
      );
      expect(epochs.map(({ epoch }) => epoch)).toEqual([0, 1]);
      expect(epochs[1]).toMatchObject({
        trainAccuracy: expect.any(Number),
        testAccuracy: expect.any(Number),
      });
    }
    // What is replayed from the recorded answers is what the run's own monitor measured, pair for pair.
    for (const run of runs) {
      const full = { ...run, seconds: { drawing: 0, training: 0, watching: 0, recording: 0, truth: 0 } };
      const told = ({ segment, className, epoch }: { segment: string; className: string; epoch: number }) =>
        `${segment} ${className} ${epoch}`;
      const own = await watch(full, 5 * run.config.probe);
      expect(own.map(told).sort()).toEqual(run.effects.map(told).sort());
      expect(own.length).toBeLessThan(replay(full).flat().length);
      for (const effect of run.effects) {
        const { effect: again } = replay(full)[effect.epoch].find(
          ({ effect: e }) => told(e) === told(effect),
        )!;
        for (const name of ['effect', 'fill', 'blur', 'flipped', 'lost'] as const)
          expect(Math.abs(again[name]! - effect[name]!)).toBeLessThan(2e-3);
        expect([again.receivers, again.givers]).toEqual([effect.receivers, effect.givers]);
      }
    }
    const { nets } = JSON.parse(readFileSync(join(again.cwd, 'experiments-quick/prevalence.json'), 'utf8'));
    expect(nets[0].detectors.map(({ detector }: { detector: string }) => detector)).toEqual(
      detectors.map(({ name }) => name),
    );
    expect(readFileSync(join(again.cwd, 'experiments-quick/prevalence-plain.svg'), 'utf8')).toMatch(
      /^<svg .*satwatch alarm.*<\/svg>\n$/s,
    );
  });

  it('classes: tests few pairs within the default budget, and all where it is told to', async () => {
    const run = start('classes', 'classes');
    expect(await run.ended, run.told.text).toBe(0);
    const { cells } = JSON.parse(readFileSync(join(run.cwd, 'experiments-quick/classes.json'), 'utf8'));
    expect(cells).toMatchObject([
      { classes: 2, budget: 'default', runs: 2 },
      { classes: 2, budget: 'every pair', testsAnObservation: 10 },
      { classes: 8, budget: 'default', probe: 128 },
      { classes: 8, budget: 'every pair' },
    ]);
    // A class of few carriers of a part has no test of it.
    expect(cells[3].testsAnObservation).toBeGreaterThan(35);
    expect(cells[2].testsAnObservation).toBeLessThan(4);
    // Whether it is watched much or little, it is the same training.
    expect(cells[3].testAccuracy).toBe(cells[2].testAccuracy);
    expect(cells[0].levels.map(({ level }: { level: string }) => level)).toEqual(['warning', 'alarm']);
  });

  it('givers: says of probe sets with few givers what the test says at least', async () => {
    const run = start('givers', 'givers');
    expect(await run.ended, run.told.text).toBe(0);
    const { errors, reached, nets } = JSON.parse(
      readFileSync(join(run.cwd, 'experiments-quick/givers.json'), 'utf8'),
    );
    expect(nets).toMatchObject([{ task: 'houses', kind: 'date', effect: expect.any(Number) }]);
    expect(errors.map(({ givers, way }: { givers: number; way: string }) => `${way} ${givers}`)).toEqual(
      [8, 16].flatMap((n) =>
        ['clustered', 'bootstrap of givers', 'bootstrap of both'].map((w) => `${w} ${n}`),
      ),
    );
    for (const { tooMuch, margin } of errors) {
      expect(margin).toBeGreaterThan(0);
      expect(tooMuch.mean).toBeLessThanOrEqual(0.5);
    }
    // Student's quantile for 8 is larger than what 8 givers drawn anew can show.
    expect(errors[0].margin).toBeGreaterThan(errors[1].margin);
    // The net has its place in one row of each level.
    const placed = (level: string) =>
      reached
        .filter((row: { level: string }) => row.level === level)
        .map(({ nets: n }: { nets: number }) => n)
        .filter(Boolean);
    expect([placed('warning'), placed('alarm')]).toEqual([[1], [1]]);
  });

  it('carriers: unnamed ones receive, and take from the effect what they are', async () => {
    const run = start('carriers', 'carriers');
    expect(await run.ended, run.told.text).toBe(0);
    const { cells, nets } = JSON.parse(
      readFileSync(join(run.cwd, 'experiments-quick/carriers.json'), 'utf8'),
    );
    expect(nets).toMatchObject([{ task: 'houses', kind: 'date', effect: expect.any(Number) }]);
    // 64 of a class, 32 carry it: all named and a quarter, in every class, in its class alone, and with the rest left out.
    expect(cells.map(({ receivers }: { receivers: number }) => receivers)).toEqual([32, 56, 64, 64, 32, 32]);
    expect(cells.map(({ expected }: { expected: number }) => expected)).toEqual([1, 0.57143, 0.5, 0.5, 1, 1]);
    // A quarter of 32.
    for (const i of [1, 3, 5]) expect(cells[i].givers).toBe(8);
    for (const { effect, expected } of cells) expect(Math.abs(effect.mean - expected)).toBeLessThan(0.25);
    const page = readFileSync(join(run.cwd, 'experiments-quick/carriers.md'), 'utf8');
    expect(page).toMatch(/^\| 32 of 64, left out \| 25 % \| 8 \| .* \|$/m);
    expect(page).toContain('](carriers.svg)');
  });

  it('detection: judges every detector, and will not judge the held-out half without thresholds', async () => {
    const run = start('detection', 'detection');
    expect(await run.ended, run.told.text).toBe(0);
    const { about, detectors: judged } = JSON.parse(
      readFileSync(join(run.cwd, 'experiments-quick/detection-development.json'), 'utf8'),
    );
    expect(about).toMatchObject({ half: 'development', runs: 2, clean: 1 });
    expect(judged[1]).toMatchObject({ detector: 'satwatch alarm', falseAlarms: { all: { of: 2 } } });
    expect(run.told.text).toMatch(/satwatch alarm +/);
    const page = readFileSync(join(run.cwd, 'experiments-quick/detection-development.md'), 'utf8');
    expect(page).toMatch(/^# The detection benchmark: the development half$/m);
    expect(page).toContain('`node dist/examples/experiments/detection.js --quick`');
    expect(page).toContain('](detection-development.svg)');
    expect(page).toMatch(/^\| satwatch alarm \| .* of .*\|$/m);
    const wrong = start('detection', 'detection', ['--half', 'heldout']);
    expect(await wrong.ended).not.toBe(0);
    expect(wrong.told.text).toContain('--half heldout: expected development or held-out');
  });
});
