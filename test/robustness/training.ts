import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type * as tfjs from '@tensorflow/tfjs';
import { enableFastTraining, rules, satCallback } from 'satwatch';
import { Database } from '../../src/store/database.js';
import { markedTraining, net, pictures, probeOf } from '../task.js';
import { backend } from '../tf.js';
import { say } from './say.js';

/** What comes first at the end of an epoch: the observation, or the checkpoint. */
export type Order = 'observe-first' | 'save-first';

export interface TrainingOptions {
  store: string;
  run: string;
  epochs: number;
  every?: number | { batches: number };
  /** A file: the model and its optimizer after every so many epochs; where it exists, the training goes on from there. */
  checkpoint?: string;
  saveEvery?: number;
  order?: Order;
  /** The process kills itself after so many epochs or more, between an observation and a checkpoint. */
  dieBetween?: number;
}

/**
 * A user's training with checkpoints, repeatable: `fit` on WASM, no shuffling, an optimizer whose whole state tfjs
 * saves (Adam's powers of beta are not in it, so that Adam goes on a little differently). Says `training` before the
 * first batch and `committed EPOCH` after each observation.
 */
export async function train(options: TrainingOptions): Promise<void> {
  const { store, run, epochs, every = 1, checkpoint, saveEvery = 1 } = options;
  const { order = 'observe-first', dieBetween } = options;
  const tf = await backend();
  enableFastTraining(tf);
  const { model, epoch: initialEpoch } = await begin(tf, checkpoint);
  if (checkpoint && initialEpoch === 0) forget(store, run);
  const { xs, ys } = markedTraining(tf);

  const watch = satCallback(tf, {
    probe: probeOf(
      pictures(48, 2, (_, i) => i % 4 < 2),
      { thing: 'core', mark: 'suspect', background: 'context' },
    ),
    store,
    run,
    resume: checkpoint !== undefined,
    inputRange: [0, 1],
    every,
    keepMaps: 3,
    rules: [
      rules.rankThreshold({ rank: 1.6, consecutive: 2 }),
      rules.rankShift({ by: 0.2, perClass: true, cooldown: 3 }),
    ],
    channels: [],
    verbose: false,
  });
  const tell = new tf.CustomCallback({
    onEpochBegin: async (epoch) => {
      if (epoch === initialEpoch) say(`committed ${epoch}`);
    },
    onEpochEnd: async (epoch) => say(`committed ${epoch + 1}`),
  });
  const save = new tf.CustomCallback({
    onEpochEnd: async (epoch) => {
      if (checkpoint && (epoch + 1) % saveEvery === 0) await saveCheckpoint(tf, model, epoch + 1, checkpoint);
    },
  });
  const die = new tf.CustomCallback({
    onEpochEnd: async (epoch) => {
      if (epoch + 1 >= (dieBetween ?? Number.POSITIVE_INFINITY) && (epoch + 1) % saveEvery === 0)
        process.kill(process.pid, 'SIGKILL');
    },
  });
  say(`training ${initialEpoch}`);
  await model.fit(xs, ys, {
    epochs,
    initialEpoch,
    batchSize: 16,
    shuffle: false,
    verbose: 0,
    callbacks: order === 'observe-first' ? [watch, tell, die, save] : [save, die, watch, tell],
  });
  say('ended');
}

async function begin(
  tf: typeof tfjs,
  checkpoint: string | undefined,
): Promise<{ model: tfjs.LayersModel; epoch: number }> {
  if (checkpoint && existsSync(checkpoint)) {
    const { epoch, weights, ...artifacts } = JSON.parse(readFileSync(checkpoint, 'utf8'));
    const weightData = new Uint8Array(Buffer.from(weights, 'base64')).buffer;
    return { model: await tf.loadLayersModel(tf.io.fromMemory({ ...artifacts, weightData })), epoch };
  }
  const model = net(tf);
  const optimizer = tf.train.momentum(0.005, 0.9);
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return { model, epoch: 0 };
}

/** Under its name only when it is whole. */
async function saveCheckpoint(
  tf: typeof tfjs,
  model: tfjs.LayersModel,
  epoch: number,
  file: string,
): Promise<void> {
  const handler = tf.io.withSaveHandler(async ({ weightData, ...artifacts }) => {
    const weights = Buffer.from(weightData as ArrayBuffer).toString('base64');
    writeFileSync(`${file}.part`, JSON.stringify({ epoch, weights, ...artifacts }));
    renameSync(`${file}.part`, file);
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  });
  await model.save(handler, { includeOptimizer: true });
}

/** A training that begins anew under an old name would be counted on; docs/store.md says how to delete a run. */
function forget(store: string, run: string): void {
  if (!existsSync(store)) return;
  const db = new Database(store, { timeout: 5000 });
  db.pragma('foreign_keys = ON');
  const runs = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'runs'").get();
  if (runs) db.prepare('DELETE FROM runs WHERE name = ?').run(run);
  db.close();
}
