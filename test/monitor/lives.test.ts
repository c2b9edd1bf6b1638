import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import {
  type Alert,
  channels,
  createMonitor,
  enableFastTraining,
  openStore,
  type Rule,
  satCallback,
} from 'satwatch';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Database } from '../../src/store/database.js';
import { markedTraining, net, probe, temporaryFolder } from '../task.js';
import { backend } from '../tf.js';

// A run may live several times: over a loop of fits, or resumed by another process.

let tf: typeof tfjs;
const folder = temporaryFolder();
let count = 0;
const file = () => join(folder, `lives-${count++}.sqlite`);
const quiet = {
  inputRange: [0, 1] as [number, number],
  verbose: false,
  channels: [],
  reliance: { budget: 0 },
  run: 'r',
};
const few = probe(16);

beforeAll(async () => {
  tf = await backend();
  enableFastTraining(tf);
});

/** All that is said on standard error. */
function listen(): string[] {
  const lines: string[] = [];
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  onTestFinished(() => spy.mockRestore());
  return lines;
}

const train = (callback: tfjs.Callback, epochs: number, more: object = {}) => {
  const { xs, ys } = markedTraining(tf, 32);
  return net(tf).fit(xs, ys, { epochs, verbose: 0, callbacks: [callback], ...more });
};
const stored = (path: string) => {
  const store = openStore(path, { readonly: true });
  onTestFinished(() => store.close());
  return store;
};
/** Fires at an epoch, and every epoch after it. */
const firesFrom = (first: number, level: 'warning' | 'severe' = 'severe'): Rule => ({
  name: 'mine',
  options: {},
  consecutive: 1,
  cooldown: 0,
  evaluate: ({ observed }) =>
    observed.at(-1)!.epoch >= first
      ? [
          {
            segment: 'mark',
            className: null,
            from: 0,
            to: 1,
            severity: 1,
            level,
            message: 'fired',
            evidence: {},
          },
        ]
      : [],
});

describe('between two fits', () => {
  it('a store that is gone is told, and the training goes on', async () => {
    const lines = listen();
    const place = join(folder, 'gone');
    mkdirSync(place);
    const path = join(place, 'runs.sqlite');
    const callback = satCallback(tf, { ...quiet, probe: few, store: path });
    await train(callback, 2);
    rmSync(place, { recursive: true });
    expect((await train(callback, 2)).epoch).toHaveLength(2);
    expect(lines.filter((line) => line.includes('its folder does not exist'))).toHaveLength(1);
    expect(lines.join('')).toMatch(
      /the run could not be opened again: .*; the training goes on \(told once\)/,
    );
  });

  it('a lock that another program holds is waited out', async () => {
    listen();
    const path = file();
    const callback = satCallback(tf, { ...quiet, probe: few, store: path });
    await train(callback, 2);
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    // The first observation of the second fit finds the store free again.
    const release = new tf.CustomCallback({
      onEpochBegin: async () => void (other.inTransaction && other.exec('COMMIT')),
    });
    const { xs, ys } = markedTraining(tf, 32);
    await net(tf).fit(xs, ys, { epochs: 2, verbose: 0, callbacks: [callback, release] });
    other.close();
    expect(
      stored(path)
        .metrics('r')
        .map(({ epoch }) => epoch),
    ).toEqual([0, 1, 2, 3, 4]);
    expect(stored(path).run('r').state).toBe('done');
  });

  it('a run that was deleted is named', async () => {
    const lines = listen();
    const path = file();
    const callback = satCallback(tf, { ...quiet, probe: few, store: path });
    await train(callback, 1);
    const other = new Database(path);
    other.pragma('foreign_keys = ON');
    other.exec('DELETE FROM runs');
    other.close();
    expect((await train(callback, 2)).epoch).toHaveLength(2);
    expect(lines.join('')).toMatch(/run 'r' is no longer in .*deleted/);
    expect(lines.join('')).not.toContain('FOREIGN KEY');
  });

  it('a training that was stopped may be begun again', async () => {
    listen();
    const stop = channels.stopTraining();
    const callback = satCallback(tf, {
      ...quiet,
      probe: few,
      store: file(),
      channels: [stop],
      rules: [firesFrom(1)],
    });
    expect((await train(callback, 5)).epoch).toHaveLength(1);
    expect((await train(callback, 5)).epoch).toHaveLength(5);
  });

  it('a fit that threw leaves nothing behind that ends the next one as failed', async () => {
    const path = file();
    const script = `
      const { loadBackend } = await import('./dist/src/backend/index.js');
      const { satCallback, openStore, enableFastTraining } = await import('./dist/src/index.js');
      const { tf } = await loadBackend();
      enableFastTraining(tf);
      const { createProbeSet, maskFromBitmap } = await import('./dist/src/index.js');
      const mask = maskFromBitmap(Array.from({ length: 64 }, (_, p) => +(p < 20)), 8, 8);
      const probe = createProbeSet({ width: 8, height: 8, channels: 3, classNames: ['a', 'b'], images: [0, 1].map((label) =>
        ({ id: String(label), label, pixels: new Uint8Array(192).fill(50 + label), segments: [{ name: 's', mask }] })) });
      const model = tf.sequential({ layers: [tf.layers.flatten({ inputShape: [8, 8, 3] }), tf.layers.dense({ units: 2, activation: 'softmax' })] });
      model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
      const store = openStore(${JSON.stringify(path)});
      const callback = satCallback(tf, { probe, store, run: 'r', inputRange: [0, 1], verbose: false, channels: [] });
      const broken = new tf.CustomCallback({ onEpochEnd: async () => { throw new Error('mine'); } });
      const [xs, ys] = [tf.zeros([4, 8, 8, 3]), tf.oneHot([0, 1, 0, 1], 2)];
      await model.fit(xs, ys, { epochs: 1, verbose: 0, callbacks: [callback, broken] }).catch(() => {});
      await model.fit(xs, ys, { epochs: 2, verbose: 0, callbacks: [callback] });`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: join(import.meta.dirname, '../..'),
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    expect(stored(path).run('r')).toMatchObject({ state: 'done', error: null });
  });
});

describe('in the middle', () => {
  it.each([
    ['deleted', (path: string) => rmSync(path), /deleted or moved/],
    ['moved', (path: string) => renameSync(path, `${path}.old`), /deleted or moved/],
  ])('a file that is %s is told, not written to without a word', async (_, away, words) => {
    const lines = listen();
    const path = file();
    const cut = new tf.CustomCallback({ onEpochEnd: async (epoch) => void (epoch === 1 && away(path)) });
    const { xs, ys } = markedTraining(tf, 32);
    const callback = satCallback(tf, { ...quiet, probe: few, store: path });
    const { epoch } = await net(tf).fit(xs, ys, { epochs: 4, verbose: 0, callbacks: [callback, cut] });
    expect(epoch).toHaveLength(4);
    expect(lines.filter((line) => words.test(line))).toHaveLength(1);
  });

  it('what cannot be stored is told all the same, once, and may stop the training', async () => {
    const lines = listen();
    const path = file();
    const store = openStore(path);
    const heard: Alert[] = [];
    const callback = satCallback(tf, {
      ...quiet,
      probe: few,
      store,
      channels: [(alert) => void heard.push(alert), channels.stopTraining({ level: 'severe' })],
      rules: [firesFrom(2, 'warning'), { ...firesFrom(4), name: 'graver' }],
    });
    const cut = new tf.CustomCallback({ onEpochEnd: async (epoch) => void (epoch === 0 && store.close()) });
    const { xs, ys } = markedTraining(tf, 32);
    const { epoch } = await net(tf).fit(xs, ys, { epochs: 9, verbose: 0, callbacks: [callback, cut] });
    const own = heard.filter(({ rule }) => rule !== 'probeAccuracy');
    expect(own.map(({ rule, level }) => `${rule} ${level}`)).toEqual(['mine warning', 'graver severe']);
    expect(epoch).toHaveLength(4);
    expect(lines.filter((line) => line.includes('could not be observed'))).toHaveLength(1);
    expect(
      stored(path)
        .metrics('r')
        .map((m) => m.epoch),
    ).toEqual([0, 1]);
  });
});

describe('resumed', () => {
  it('with other batches an epoch, it replaces what came after the checkpoint', async () => {
    const path = file();
    const own = (more: object = {}) => satCallback(tf, { ...quiet, probe: few, store: path, ...more });
    await train(own(), 4, { batchSize: 4 });
    await train(own({ resume: true }), 4, { initialEpoch: 2, batchSize: 16 });
    const store = stored(path);
    expect(store.metrics('r').map(({ epoch, step }) => [epoch, step])).toEqual([
      [0, 0],
      [1, 8],
      [2, 16],
      [3, 18],
      [4, 20],
    ]);
    expect(store.images('r', 'last')!.step).toBe(20);
  });

  it('on another probe set, it counts on from the epochs that were trained', async () => {
    const path = file();
    const [a, b] = [probe(16, 2), probe(16, 3)];
    await train(satCallback(tf, { ...quiet, probe: a, store: path }), 2);
    await train(satCallback(tf, { ...quiet, probe: b, store: path, resume: true }), 2);
    expect(
      stored(path)
        .metrics('r')
        .map(({ epoch, step }) => [epoch, step]),
    ).toEqual([
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
  });

  it('measured otherwise, it says so and writes it down', async () => {
    const lines = listen();
    const path = file();
    const options = { ...quiet, probe: few, store: path };
    await train(satCallback(tf, options), 1);
    const other = { method: 'gradient', score: 'logit' as const, resume: true, verbose: true };
    await train(satCallback(tf, { ...options, ...other }), 1);
    const [event] = stored(path)
      .events('r')
      .filter(({ kind }) => kind === 'options');
    expect(event.message).toBe(
      'measured otherwise from here on: method was "input-x-gradient", here it is "gradient"; methodOptions was {"baseline":0}, here it is {}; score was "margin", here it is "logit"',
    );
    expect(lines.join('')).toContain('measured otherwise from here on: method was');
    await train(satCallback(tf, { ...options, ...other, verbose: false }), 1);
    expect(
      stored(path)
        .events('r')
        .filter(({ kind }) => kind === 'options'),
    ).toHaveLength(1);
  });
});

it('whole numbers from preprocess are values, and no bytes', async () => {
  const [path, model] = [file(), net(tf)];
  const preprocess = (x: tfjs.Tensor) => x.sub(128).toInt();
  const { inputRange: _, ...options } = quiet;
  const own = { ...options, probe: few, store: path };
  const monitors = [
    await createMonitor(tf, { ...own, run: 'whole', preprocess: preprocess as any }),
    await createMonitor(tf, { ...own, run: 'real', preprocess: (x: any) => preprocess(x).toFloat() as any }),
  ];
  for (const monitor of monitors) {
    await monitor.observe(model, { epoch: 0 });
    await monitor.close();
  }
  const store = stored(path);
  expect(store.metrics('whole')[0].invalidImages).toBe(0);
  expect(store.trajectories('whole')).toEqual(store.trajectories('real'));
});

describe('observe', () => {
  it.each([
    [{}, /observe, epoch: got undefined, expected completed epochs from 0/],
    [{ epoch: Number.NaN }, /epoch: got NaN/],
    [{ epoch: -1 }, /epoch: got -1/],
    [{ epoch: 0, step: 0.5 }, /step: got 0.5/],
    [{ epoch: 0, metric: { loss: 1 } }, /unknown option 'metric'; did you mean 'metrics'/],
  ])('refuses %j at the first call', async (options, words) => {
    const path = file();
    const monitor = await createMonitor(tf, { ...quiet, probe: few, store: path });
    await expect(monitor.observe(net(tf), options as any)).rejects.toThrow(words);
  });

  it('tells what it is given wrong later, and the training goes on', async () => {
    const lines = listen();
    const path = file();
    const model = net(tf);
    const monitor = await createMonitor(tf, { ...quiet, probe: few, store: path });
    await monitor.observe(model, { epoch: 0 });
    await monitor.observe(model, { epoch: Number.NaN });
    await monitor.observe(model, { epoch: 2 });
    await monitor.close();
    expect(lines.filter((line) => line.includes('epoch: got NaN'))).toHaveLength(1);
    expect(
      stored(path)
        .metrics('r')
        .map(({ epoch }) => epoch),
    ).toEqual([0, 2]);
  });
});
