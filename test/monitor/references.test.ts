import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import {
  type Alert,
  createMonitor,
  enableFastTraining,
  type MonitorOptions,
  openStore,
  rules,
  SatwatchError,
  type Store,
  satCallback,
} from 'satwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { satwatch } from '../checkpoints/cli.js';
import { net, pictures, probe, probeOf, temporaryFolder, tensors } from '../task.js';
import { backend } from '../tf.js';

const folder = temporaryFolder();
const path = join(folder, 'runs.sqlite');
const images = probe();
let tf: typeof tfjs;
let store: Store;

const epochs = 4;
const clean = ['clean-1', 'clean-2', 'clean-3'];

/** A training on pictures of its own from weights of its own; `marks`: on which pictures the red corner is. */
async function train(
  run: string,
  seed: number,
  marks: (label: number, i: number) => boolean,
  more: Partial<MonitorOptions> = {},
): Promise<Alert[]> {
  const model = net(tf, { seed });
  const { xs, ys } = tensors(tf, pictures(96, 100 + seed, marks));
  const told: Alert[] = [];
  const watch = satCallback(tf, {
    probe: images,
    store,
    run,
    inputRange: [0, 1],
    verbose: false,
    channels: [(alert: Alert) => void told.push(alert)],
    ...more,
  });
  try {
    await model.fit(xs, ys, { epochs, batchSize: 16, verbose: 0, shuffle: false, callbacks: [watch] });
  } finally {
    tf.dispose([xs, ys]);
    model.dispose();
  }
  return told;
}

/** On half of both classes. */
const balanced = (_: number, i: number) => i % 4 < 2;

beforeAll(async () => {
  tf = await backend();
  enableFastTraining(tf);
  store = openStore(path);
  for (const [i, run] of clean.entries()) await train(run, i + 1, balanced);
});
afterAll(() => store.close());

describe('a run with references', () => {
  it('that has learned the mark stands out of clean ones; the alert is stored, delivered, and shown', async () => {
    const told = await train('marked', 7, (label) => label === 1, { reference: clean });
    const alerts = store.alerts('marked').filter(({ rule }) => rule === 'reference');
    expect(alerts.length).toBeGreaterThan(0);
    const alert = alerts.find(({ className }) => className === 'bright')!;
    expect(alert).toMatchObject({ level: 'warning', segment: 'mark', className: 'bright' });
    expect(alert.evidence).toMatchObject({ quantity: 'effect', references: 3, rate: 0.25 });
    expect(told.map(({ id }) => id)).toContain(alert.id);
    expect(store.run('marked').config).toMatchObject({ reference: clean });

    // The band that it is said against is what the store says of the references.
    const at = alert.evidence.comparedAt as number;
    const theirs = clean.map(
      (run) =>
        store.effects(run).findLast((e) => e.epoch <= at && e.segment === 'mark' && e.className === 'bright')!
          .effect,
    );
    if (alert.resolvedEpoch === null) {
      expect(alert.evidence.referencesFrom).toBeCloseTo(Math.min(...theirs), 12);
      expect(alert.evidence.referencesTo).toBeCloseTo(Math.max(...theirs), 12);
    }
    const check = satwatch(['check', path, 'marked', '--fail-on', 'warning']);
    expect(await check.code).toBe(1);
    expect(check.out).toMatch(
      /^WARNING epoch \d.*at its worst \d+ points at epoch \d\): At epoch \d predictions move \d+ points towards 'bright' when 'mark' is present, in the 3 reference runs .* as 1 in 4 clean runs would/m,
    );
    const shown = satwatch(['runs', path, 'marked']);
    expect(await shown.code).toBe(0);
    expect(shown.out).toContain('reference runs: clean-1, clean-2, clean-3');
  });

  it('that is one of them is silent', async () => {
    await train('another', 9, balanced, { reference: clean });
    expect(store.alerts('another').filter(({ rule }) => rule === 'reference')).toEqual([]);
    expect(store.run('another').config.rules).toContainEqual(expect.objectContaining({ name: 'reference' }));
  });

  it('takes ids and a single name, and a rule of the user’s own in place of the default one', async () => {
    const model = net(tf);
    const monitor = await createMonitor(tf, {
      probe: images,
      store,
      run: 'by id',
      inputRange: [0, 1],
      verbose: false,
      reference: store.run('clean-2').id,
      rules: [rules.reference({ role: 'suspect' })],
    });
    await monitor.start(model);
    await monitor.close();
    model.dispose();
    const { config } = store.run('by id');
    expect(config.reference).toEqual(['clean-2']);
    expect((config.rules as { name: string }[]).filter(({ name }) => name === 'reference')).toEqual([
      expect.objectContaining({ role: 'suspect' }),
    ]);
  });

  it('reads them once: what becomes of them later does not matter', async () => {
    const seen: number[] = [];
    const model = net(tf);
    const monitor = await createMonitor(tf, {
      probe: images,
      store,
      run: 'once',
      inputRange: [0, 1],
      verbose: false,
      channels: [],
      reference: ['clean-1'],
      rules: [
        {
          name: 'witness',
          options: {},
          consecutive: 1,
          cooldown: 0,
          evaluate({ references }) {
            seen.push(references![0].observed.length);
            return [];
          },
        },
      ],
    });
    await monitor.observe(model, { epoch: 0 });
    const more = { probe: images, store, run: 'clean-1', resume: true, verbose: false, channels: [] };
    const other = await createMonitor(tf, { ...more, inputRange: [0, 1] });
    await other.observe(model, { epoch: epochs + 1 });
    await other.close();
    await monitor.observe(model, { epoch: 1 });
    await monitor.close();
    model.dispose();
    expect(seen).toEqual([epochs + 1, epochs + 1]);
  });
});

describe('refuses', () => {
  const started = async (more: Partial<MonitorOptions>, model = net(tf)) => {
    let caught: unknown;
    try {
      const monitor = await createMonitor(tf, {
        probe: images,
        store,
        run: 'refused',
        inputRange: [0, 1],
        verbose: false,
        ...more,
      });
      await monitor.start(model);
    } catch (error) {
      caught = error;
    }
    model.dispose();
    expect(caught).toBeInstanceOf(SatwatchError);
    // Nothing has begun.
    expect(store.hasRun('refused')).toBe(false);
    const { code, message } = caught as SatwatchError;
    return { code, message };
  };

  it('a run that is not there', async () => {
    const { code, message } = await started({ reference: ['clean-1', 'claen-2'] });
    expect(code).toBe('RUN_UNKNOWN');
    expect(message).toContain("did you mean 'clean-2'?");
  });

  it('one that was measured in another way, saying all that differs', async () => {
    const { code, message } = await started({
      reference: clean,
      method: { name: 'integrated-gradients', steps: 4 },
      score: 'logit',
      inputRange: [-1, 1],
      reliance: { budget: 100 },
      every: 2,
    });
    expect(code).toBe('REFERENCE_INVALID');
    expect(message).toMatch(/^reference: run 'clean-1' cannot be compared with this run: /);
    expect(message).toContain('method was "input-x-gradient", here it is "integrated-gradients"');
    expect(message).toContain('score was "margin", here it is "logit"');
    expect(message).toContain('inputRange was [0,1], here it is [-1,1]');
    expect(message).toContain('reliance.budget was null, here it is 100');
    expect(message).toContain('every was 1, here it is 2');
  });

  it('one of another probe set or architecture', async () => {
    const other = probeOf(pictures(24, 5, balanced));
    const { code, message } = await started(
      { reference: ['clean-2'], probe: other },
      net(tf, { stateful: true }),
    );
    expect(code).toBe('REFERENCE_INVALID');
    expect(message).toContain(
      `its probe set was ${images.id.slice(0, 12)}, here it is ${other.id.slice(0, 12)}`,
    );
    expect(message).toMatch(/layers was .* here it is/);
    expect(message).toMatch(/parameters was \d+, here it is \d+/);
  });

  it('one that is not finished, or was never observed in its training', async () => {
    const model = net(tf);
    const options = { probe: images, store, inputRange: [0, 1] as [number, number], verbose: false };
    const begun = await createMonitor(tf, { ...options, run: 'begun' });
    await begun.observe(model, { epoch: 0 });
    expect((await started({ reference: 'begun' })).message).toContain('it is running, not done');
    await begun.close();
    expect((await started({ reference: 'begun' })).message).toContain('never observed after epoch 0');
    model.dispose();
  });

  it('one named twice, itself, and what is no run', async () => {
    const twice = await started({ reference: ['clean-2', store.run('clean-2').id] });
    expect(twice).toMatchObject({ code: 'REFERENCE_INVALID' });
    expect(twice.message).toContain("run 'clean-2' is named twice");
    const itself = await createMonitor(tf, {
      probe: images,
      store,
      run: 'clean-3',
      resume: true,
      reference: ['clean-3'],
      inputRange: [0, 1],
    });
    await expect(itself.start(net(tf))).rejects.toThrow(/is this very run/);
    expect((await started({ reference: [null] as unknown as string[] })).code).toBe('BAD_OPTION');
    const alone = await started({ rules: [rules.reference()] });
    expect(alone.message).toMatch(/none for rules\.reference, expected the runs to compare with/);
    const unknown = await started({ reference: 'clean-2', rules: [rules.reference({ segment: 'marks' })] });
    expect(unknown.message).toContain("did you mean 'mark'?");
  });
});
