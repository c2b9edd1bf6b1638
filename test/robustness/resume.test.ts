import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { enableFastTraining, rules, satCallback } from 'satwatch';
import { beforeAll, describe, expect, it } from 'vitest';
import { markedTraining, net, pictures, probeOf, temporaryFolder } from '../task.js';
import { backend } from '../tf.js';
import { differences, forgiven, rowsOf } from './rows.js';

let tf: typeof tfjs;
const folder = temporaryFolder();
let count = 0;
const file = () => join(folder, `${count++}.sqlite`);

beforeAll(async () => {
  tf = await backend();
  enableFastTraining(tf);
});

const watch = (store: string, resume = false, every: number | { batches: number } = 1) =>
  satCallback(tf, {
    probe: probeOf(
      pictures(48, 2, (_, i) => i % 4 < 2),
      { thing: 'core', mark: 'suspect', background: 'context' },
    ),
    store,
    run: 'r',
    resume,
    every,
    inputRange: [0, 1],
    keepMaps: 2,
    rules: [rules.rankThreshold({ rank: 1.6, consecutive: 2 })],
    channels: [],
    verbose: false,
  });

/** Stateless, so that the weights are the whole checkpoint. */
function compiled(weights?: tfjs.Tensor[]): tfjs.LayersModel {
  const model = net(tf);
  const optimizer = tf.train.sgd(0.03);
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  if (weights) model.setWeights(weights);
  return model;
}

/** Trains to `to`; the weights as they are after `keep` epochs come back. */
async function train(
  model: tfjs.LayersModel,
  callback: tfjs.Callback | undefined,
  [from, to]: [number, number],
  keep = to,
): Promise<tfjs.Tensor[]> {
  const { xs, ys } = markedTraining(tf);
  let kept = model.getWeights().map((w) => w.clone());
  const keeper = new tf.CustomCallback({
    onEpochEnd: async (epoch) => {
      if (epoch + 1 === keep) kept = model.getWeights().map((w) => w.clone());
    },
  });
  await model.fit(xs, ys, {
    initialEpoch: from,
    epochs: to,
    batchSize: 16,
    shuffle: false,
    verbose: 0,
    callbacks: callback ? [callback, keeper] : [keeper],
  });
  return kept;
}

describe('a training that goes on from a checkpoint has the rows of an uninterrupted one', () => {
  it.each([1, { batches: 4 }])('from one older than its last observations (every: %o)', async (every) => {
    const [whole, resumed] = [file(), file()];
    await train(compiled(), watch(whole, false, every), [0, 7]);
    const rows = rowsOf(whole, 'r');
    const epochs = rows.alerts.map((line) => JSON.parse(line).epoch as number);
    for (const checkpoint of [1, 3]) {
      const path = `${resumed}-${checkpoint}`;
      const weights = await train(compiled(), watch(path, false, every), [0, 5], checkpoint);
      // Something was raised meanwhile: it must neither end before its time nor be raised again.
      expect(epochs.some((epoch) => epoch > 1 && epoch <= 5)).toBe(true);
      await train(compiled(weights), watch(path, true, every), [checkpoint, 7]);
      expect(differences(rows, rowsOf(path, 'r'))).toEqual([]);
    }
  });

  it('from one younger than its last observation, whose metrics nobody has any more', async () => {
    const [whole, resumed] = [file(), file()];
    await train(compiled(), watch(whole), [0, 4]);
    const weights = await train(compiled(), undefined, [0, 3]);
    await train(compiled(), watch(resumed), [0, 2]);
    await train(compiled(weights), watch(resumed, true), [3, 4]);
    const { expected, found, missing } = forgiven(rowsOf(whole, 'r'), rowsOf(resumed, 'r'), new Set([3]));
    expect(missing).toBe(1);
    expect(differences(expected, found)).toEqual([]);
  });

  it('from the last one, which the process did not live to observe', async () => {
    const [whole, resumed] = [file(), file()];
    await train(compiled(), watch(whole), [0, 3]);
    const weights = await train(compiled(), undefined, [0, 3]);
    await train(compiled(), watch(resumed), [0, 2]);
    await train(compiled(weights), watch(resumed, true), [3, 3]);
    const { expected, found } = forgiven(rowsOf(whole, 'r'), rowsOf(resumed, 'r'), new Set([3]));
    expect(differences(expected, found)).toEqual([]);
  });
});

it('with fitDataset, whose length nobody knows, a younger checkpoint replaces no observation', async () => {
  const store = file();
  const { xs, ys } = markedTraining(tf);
  const dataset = tf.data
    .zip({ xs: tf.data.array(tf.unstack(xs)), ys: tf.data.array(tf.unstack(ys)) })
    .batch(16);
  const trained = (callback: tfjs.Callback, initialEpoch: number, epochs: number) =>
    compiled().fitDataset(dataset as any, { initialEpoch, epochs, verbose: 0, callbacks: [callback] });
  await trained(watch(store), 0, 2);
  await trained(watch(store, true), 3, 4);
  const epochs = rowsOf(store, 'r').metrics.map((line) => JSON.parse(line).epoch);
  expect(epochs).toEqual([0, 1, 2, 3, 4]);
});
