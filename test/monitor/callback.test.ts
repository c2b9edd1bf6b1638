import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import {
  type Alert,
  channels,
  createMonitor,
  enableFastTraining,
  openStore,
  rules,
  satCallback,
} from 'satwatch';
import { beforeAll, describe, expect, it } from 'vitest';
import { markedTraining, net, pictures, probe, probeOf, side, temporaryFolder, tensors } from '../task.js';
import { backend } from '../tf.js';

let tf: typeof tfjs;
const folder = temporaryFolder();
let count = 0;
const file = () => join(folder, `store-${count++}.sqlite`);
const quiet = { inputRange: [0, 1] as [number, number], verbose: false, channels: [] };

beforeAll(async () => {
  tf = await backend();
  enableFastTraining(tf);
});

describe('fit', () => {
  it('stores the baseline and every epoch, and alarms at the shortcut', async () => {
    const store = file();
    const heard: Alert[] = [];
    const model = net(tf);
    const { xs, ys } = markedTraining(tf);
    const callback = satCallback(tf, {
      ...quiet,
      probe: probe(),
      store,
      run: 'first',
      channels: [(alert) => heard.push(alert)],
    });
    const history = await model.fit(xs, ys, { epochs: 5, batchSize: 16, verbose: 0, callbacks: [callback] });

    const read = openStore(store, { readonly: true });
    expect(read.run('first')).toMatchObject({
      state: 'done',
      epoch: 5,
      observations: 6,
      backend: tf.getBackend(),
    });
    const rows = read.trajectories('first');
    expect(rows.map((row) => row.epoch)).toEqual(
      [0, 1, 2, 3, 4, 5].flatMap((epoch) => [epoch, epoch, epoch]),
    );
    expect(rows.slice(0, 3).map((row) => row.segment)).toEqual(['background', 'mark', 'thing']);
    for (const row of rows) {
      expect(row.className).toBeNull();
      expect(row.n).toBe(row.segment === 'mark' ? 24 : 48);
      expect(row.meanRank).toBeGreaterThanOrEqual(1);
      expect(row.meanRank).toBeLessThanOrEqual(3);
      expect(row.chanceRank).toBeGreaterThanOrEqual(1);
      expect(row.step).toBe(row.epoch * 6);
    }
    const metrics = read.metrics('first');
    expect(metrics[0].metrics).toEqual({});
    expect(metrics.slice(1).map((m) => m.metrics.loss)).toEqual(history.history.loss);
    expect(metrics.slice(1).map((m) => m.metrics.acc)).toEqual(history.history.acc);
    expect(metrics.every((m) => m.probeAccuracy !== null && m.invalidImages === 0)).toBe(true);

    const alerts = read.alerts('first');
    const alarm = alerts.find(
      (alert) => alert.segment === 'mark' && alert.className === 'bright' && alert.level !== 'warning',
    )!;
    expect(alarm).toMatchObject({ rule: 'reliance' });
    expect(alarm.message).toMatch(
      /^Predictions move \d+ points towards 'bright' when 'mark' is present: \d+ % of the answers become 'bright', -?\d+ points of accuracy are lost \((alarm|severe) since epoch \d, /,
    );
    expect(heard.map((alert) => alert.id)).toEqual(alerts.map((alert) => alert.id));
    expect(read.effects('first').some((e) => e.segment === 'mark' && e.effect > 0.03)).toBe(true);
    read.close();
  });

  it('derives the charted ranks from the stored attributions', async () => {
    const store = file();
    const { xs, ys } = markedTraining(tf, 32);
    await net(tf).fit(xs, ys, {
      epochs: 1,
      verbose: 0,
      callbacks: [satCallback(tf, { ...quiet, probe: probe(), store, run: 'r' })],
    });
    const read = openStore(store, { readonly: true });
    const sats = read.sats('r', 'last').flatMap(({ sat }) => sat!.filter((row) => row.segment === 'mark'));
    const charted = read.trajectories('r').filter((row) => row.segment === 'mark' && row.epoch === 1)[0];
    expect(sats).toHaveLength(24);
    expect(sats.reduce((sum, row) => sum + row.rank, 0) / 24).toBeCloseTo(charted.meanRank!, 12);
    expect(sats.reduce((sum, row) => sum + row.attribution, 0) / 24).toBeCloseTo(
      charted.meanAttribution!,
      12,
    );
    read.close();
  });

  it('stands beside other callbacks and observes only what `every` asks for, and the end', async () => {
    const store = file();
    const { xs, ys } = markedTraining(tf, 32);
    const seen: number[] = [];
    const other = new tf.CustomCallback({ onEpochEnd: async (epoch) => void seen.push(epoch) });
    const every = satCallback(tf, { ...quiet, probe: probe(), store, run: 'every', every: 2 });
    await net(tf).fit(xs, ys, { epochs: 5, verbose: 0, callbacks: [other, every] });
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    const batches = satCallback(tf, {
      ...quiet,
      probe: probe(),
      store,
      run: 'batches',
      every: { batches: 3 },
    });
    await net(tf).fit(xs, ys, { epochs: 2, batchSize: 8, verbose: 0, callbacks: [batches] });
    const read = openStore(store, { readonly: true });
    expect(read.metrics('every').map((m) => m.epoch)).toEqual([0, 2, 4, 5]);
    expect(read.metrics('batches').map((m) => [m.epoch, m.step])).toEqual([
      [0, 0],
      [0.75, 3],
      [1, 4],
      [1.5, 6],
      [2, 8],
    ]);
    read.close();
  });

  it('goes on counting over a loop of fits, and observes no state twice', async () => {
    const store = file();
    const { xs, ys } = markedTraining(tf, 32);
    const model = net(tf);
    const callback = satCallback(tf, { ...quiet, probe: probe(), store, run: 'loop' });
    for (let i = 0; i < 3; i++) await model.fit(xs, ys, { epochs: 1, verbose: 0, callbacks: [callback] });
    await model.fit(xs, ys, { epochs: 5, initialEpoch: 3, verbose: 0, callbacks: [callback] });
    const read = openStore(store, { readonly: true });
    expect(read.metrics('loop').map((m) => m.epoch)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(read.run('loop').state).toBe('done');
    read.close();
  });

  it('resumes a run, keeps what is stored, and records it', async () => {
    const store = file();
    const { xs, ys } = markedTraining(tf, 32);
    const model = net(tf);
    const options = { ...quiet, probe: probe(), store, run: 'r' };
    await model.fit(xs, ys, { epochs: 3, verbose: 0, callbacks: [satCallback(tf, options)] });
    await expect(
      model.fit(xs, ys, { epochs: 1, verbose: 0, callbacks: [satCallback(tf, options)] }),
    ).rejects.toMatchObject({
      code: 'RUN_EXISTS',
      message: expect.stringMatching(/'r' is already.*resume: true/),
    });
    const before = openStore(store, { readonly: true });
    const kept = before.trajectories('r');
    before.close();
    await model.fit(xs, ys, {
      epochs: 5,
      initialEpoch: 3,
      verbose: 0,
      callbacks: [satCallback(tf, { ...options, resume: true })],
    });
    const read = openStore(store, { readonly: true });
    expect(read.trajectories('r').slice(0, kept.length)).toEqual(kept);
    expect(read.metrics('r').map((m) => [m.epoch, m.step])).toEqual([0, 1, 2, 3, 4, 5].map((e) => [e, e]));
    expect(read.events('r').map((event) => event.kind)).toEqual(['start', 'resume']);
    expect(read.runs()).toHaveLength(1);
    read.close();
  });

  it('starts a new series where the probe set has changed, and says so', async () => {
    const store = file();
    const { xs, ys } = markedTraining(tf, 32);
    const model = net(tf);
    const [a, b] = [probe(48, 2), probe(48, 3)];
    expect(a.id).not.toBe(b.id);
    await model.fit(xs, ys, {
      epochs: 2,
      verbose: 0,
      callbacks: [satCallback(tf, { ...quiet, probe: a, store, run: 'r' })],
    });
    await model.fit(xs, ys, {
      epochs: 3,
      initialEpoch: 2,
      verbose: 0,
      callbacks: [satCallback(tf, { ...quiet, probe: b, store, run: 'r', resume: true })],
    });
    const read = openStore(store, { readonly: true });
    expect(read.events('r').map((event) => event.kind)).toContain('probe-set');
    expect(read.probeSetsOf('r')).toEqual([a.id, b.id]);
    expect(read.metrics('r').map((m) => m.epoch)).toEqual([2, 3]);
    expect(read.metrics('r', { probeSet: a.id }).map((m) => m.epoch)).toEqual([0, 1, 2]);
    read.close();
  });

  it('stops the training where a channel asks for it', async () => {
    const store = file();
    const { xs, ys } = markedTraining(tf);
    const callback = satCallback(tf, {
      ...quiet,
      probe: probe(),
      store,
      run: 's',
      channels: [channels.stopTraining({ level: 'alarm' })],
    });
    const history = await net(tf).fit(xs, ys, {
      epochs: 40,
      batchSize: 16,
      verbose: 0,
      callbacks: [callback],
    });
    expect(history.epoch.length).toBeLessThan(40);
    const read = openStore(store, { readonly: true });
    expect(read.run('s').epoch).toBe(history.epoch.length);
    expect(read.alerts('s').some((alert) => alert.delivery.stopTraining === 'delivered')).toBe(true);
    read.close();
  });

  it('works with fitDataset, whose length and first epoch tfjs does not tell', async () => {
    const store = file();
    const { xs, ys } = markedTraining(tf, 32);
    const dataset = tf.data
      .zip({ xs: tf.data.array(tf.unstack(xs)), ys: tf.data.array(tf.unstack(ys)) })
      .batch(8);
    await net(tf).fitDataset(dataset as any, {
      epochs: 2,
      verbose: 0,
      callbacks: [satCallback(tf, { ...quiet, probe: probe(), store, run: 'd' })],
    });
    const read = openStore(store, { readonly: true });
    expect(read.metrics('d').map((m) => [m.epoch, m.step])).toEqual([
      [0, 0],
      [1, 4],
      [2, 8],
    ]);
    read.close();
  });

  it('watches a head through a frozen base', async () => {
    const store = file();
    const { xs, ys } = markedTraining(tf, 32);
    const base = tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [side, side, 3], filters: 4, kernelSize: 3, activation: 'relu' }),
        tf.layers.flatten(),
      ],
    });
    const head = tf.sequential({
      layers: [tf.layers.dense({ inputShape: [400], units: 2, activation: 'softmax' })],
    });
    head.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
    await head.fit(base.predict(xs) as tfjs.Tensor, ys, {
      epochs: 2,
      verbose: 0,
      callbacks: [
        satCallback(tf, {
          ...quiet,
          probe: probe(),
          store,
          run: 'h',
          features: (images) => base.predict(images) as tfjs.Tensor,
        }),
      ],
    });
    const read = openStore(store, { readonly: true });
    expect(read.run('h')).toMatchObject({ observations: 3, state: 'done' });
    read.close();
  });
});

describe('the training is left as it was', () => {
  /** Math.random seeded for the time of a training: a monitor that draws from it changes the shuffles. */
  async function seeded<T>(body: () => Promise<T>): Promise<T> {
    const kept = Math.random;
    let state = 1;
    Math.random = () => {
      state = (state * 16807) % 2147483647;
      return state / 2147483647;
    };
    try {
      return await body();
    } finally {
      Math.random = kept;
    }
  }
  const weights = (model: tfjs.LayersModel) => model.getWeights().map((w) => Array.from(w.dataSync()));
  const options = () => ({
    ...quiet,
    probe: probe(),
    store: file(),
    rules: [rules.rankThreshold({ rank: 2 })],
  });

  it('fit: all weights are equal bit by bit, with and without', async () => {
    const train = (callbacks: tfjs.Callback[]) =>
      seeded(async () => {
        const { xs, ys } = markedTraining(tf, 40);
        const model = net(tf, { stateful: true });
        const { history } = await model.fit(xs, ys, {
          epochs: 3,
          batchSize: 8,
          shuffle: true,
          verbose: 0,
          callbacks,
        });
        return {
          weights: weights(model),
          optimizer: (await model.optimizer.getWeights()).map((w) => Array.from(w.tensor.dataSync())),
          history,
        };
      });
    expect(await train([satCallback(tf, options())])).toEqual(await train([]));
  });

  it('fitDataset', async () => {
    const train = (callbacks: tfjs.Callback[]) =>
      seeded(async () => {
        const { xs, ys } = markedTraining(tf, 40);
        const model = net(tf, { stateful: true });
        const dataset = tf.data
          .zip({ xs: tf.data.array(tf.unstack(xs)), ys: tf.data.array(tf.unstack(ys)) })
          .batch(8);
        await model.fitDataset(dataset as any, { epochs: 2, verbose: 0, callbacks });
        return weights(model);
      });
    expect(await train([satCallback(tf, options())])).toEqual(await train([]));
  });

  it('a hand-written loop', async () => {
    const train = (watched: boolean) =>
      seeded(async () => {
        const { xs, ys } = markedTraining(tf, 40);
        const model = net(tf);
        const optimizer = tf.train.adam(0.01);
        const monitor = watched ? await createMonitor(tf, options()) : null;
        for (let epoch = 0; epoch <= 3; epoch++) {
          if (epoch > 0)
            optimizer.minimize(
              () =>
                tf.losses.softmaxCrossEntropy(
                  ys,
                  model.apply(xs, { training: true }) as tfjs.Tensor,
                ) as tfjs.Scalar,
            );
          const observation = await monitor?.observe(model, { epoch, step: epoch, metrics: { loss: 1 } });
          if (observation) expect(observation).toMatchObject({ epoch, step: epoch, stop: false });
        }
        await monitor?.close();
        return weights(model);
      });
    expect(await train(true)).toEqual(await train(false));
  });

  it('leaves no tensors behind', async () => {
    const model = net(tf);
    const monitor = await createMonitor(tf, options());
    await monitor.observe(model, { epoch: 0 });
    const before = tf.memory().numTensors;
    for (let epoch = 1; epoch < 5; epoch++) await monitor.observe(model, { epoch });
    expect(tf.memory().numTensors).toBe(before);
    await monitor.close();
  });

  it('goes on where the store fails in the middle, and tells it once', async () => {
    const path = file();
    const store = openStore(path);
    const { xs, ys } = markedTraining(tf, 32);
    const lines: string[] = [];
    const write = process.stderr.write;
    process.stderr.write = ((line: string) => lines.push(line) > 0) as typeof write;
    const cut = new tf.CustomCallback({ onEpochEnd: async (epoch) => void (epoch === 1 && store.close()) });
    try {
      const history = await net(tf).fit(xs, ys, {
        epochs: 5,
        verbose: 0,
        callbacks: [satCallback(tf, { ...quiet, probe: probe(), store, run: 'cut' }), cut],
      });
      expect(history.epoch).toHaveLength(5);
    } finally {
      process.stderr.write = write;
    }
    expect(lines.filter((line) => line.includes('could not be observed'))).toHaveLength(1);
    const read = openStore(path, { readonly: true });
    expect(read.metrics('cut').map((m) => m.epoch)).toEqual([0, 1, 2]);
    read.close();
  });

  it('counts images whose map is not finite and averages none of them', async () => {
    const store = file();
    const model = net(tf);
    const monitor = await createMonitor(tf, { ...quiet, probe: probe(), store, run: 'nan' });
    await monitor.observe(model, { epoch: 0 });
    model.setWeights(model.getWeights().map((w) => tf.fill(w.shape, Number.NaN)));
    await monitor.observe(model, { epoch: 1, metrics: { loss: Number.NaN } });
    await monitor.close();
    const read = openStore(store, { readonly: true });
    const [, last] = read.metrics('nan');
    expect(last).toMatchObject({ invalidImages: 48, probeAccuracy: null, metrics: { loss: null } });
    for (const row of read.trajectories('nan').filter((r) => r.epoch === 1))
      expect(row).toMatchObject({ n: 0, meanRank: null, meanAttribution: null, chanceRank: null });
    expect(read.sats('nan', 1).every(({ sat }) => sat === null)).toBe(true);
    read.close();
  });
});

describe('rules of the user', () => {
  it('a threshold in one line: raised once, resolved, its peak kept', async () => {
    const store = file();
    const model = net(tf);
    const monitor = await createMonitor(tf, {
      ...quiet,
      probe: probe(),
      store,
      run: 't',
      reliance: { budget: 0 },
      rules: [rules.rankThreshold({ segment: 'mark', rank: 3 })],
    });
    const first = await monitor.observe(model, { epoch: 0 });
    const second = await monitor.observe(model, { epoch: 1 });
    await monitor.close();
    expect(first.alerts.map((a) => [a.rule, a.segment, a.level])).toEqual([
      ['rankThreshold', 'mark', 'alarm'],
    ]);
    expect(second.alerts).toEqual([]);
    const read = openStore(store, { readonly: true });
    expect(read.alerts('t')).toHaveLength(1);
    expect(read.effects('t')).toEqual([]);
    read.close();
  });

  it('warns where pictures reach the model in another range than the training’s', async () => {
    const store = file();
    const model = net(tf);
    const { xs, ys } = tensors(
      tf,
      pictures(96, 1, () => false),
    );
    const monitor = await createMonitor(tf, {
      ...quiet,
      inputRange: [1, 0],
      probe: probeOf(
        pictures(48, 5, () => false),
        { thing: 'core' },
      ),
      store,
      run: 'range',
    });
    const { history } = await model.fit(xs, ys, { epochs: 12, verbose: 0, shuffle: true });
    expect(Number(history.acc.at(-1))).toBeGreaterThan(0.9);
    for (let epoch = 1; epoch <= 2; epoch++) await monitor.observe(model, { epoch, metrics: { acc: 0.95 } });
    await monitor.close();
    const read = openStore(store, { readonly: true });
    expect(read.alerts('range').map((a) => [a.rule, a.epoch])).toContainEqual(['probeAccuracy', 2]);
    read.close();
  });
});
