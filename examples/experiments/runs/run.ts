import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { LayersModel, Tensor2D } from '@tensorflow/tfjs';
import {
  type Alert,
  type Effect,
  openStore,
  type Role,
  type Store,
  satCallback,
  type TrajectoryRow,
} from 'satwatch';
import { Dice } from '../../../src/demo/dice.js';
import type { Tf } from '../../support/tf.js';
import { codeVersion, type RunConfig } from './config.js';
import { createData, type Data } from './data.js';
import { nets } from './nets.js';
import { type Recorded, recorder } from './record.js';
import { classifier, inputRange, planTruth, scaled, type Truth } from './truth.js';

interface EpochResult {
  /** Completed epochs; 0 is before training. */
  epoch: number;
  /** As `fit` logs them; null at epoch 0. */
  loss: number | null;
  trainAccuracy: number | null;
  /** On test pictures without the shortcut; null at epoch 0. */
  testAccuracy: number | null;
  probeAccuracy: number | null;
}

/** A run as it is cached: plain JSON. */
export interface RunResult {
  config: RunConfig;
  codeVersion: number;
  backend: string;
  classNames: string[];
  roles: Record<string, Role>;
  /** The segment that names the shortcut; null where there is none. */
  segment: string | null;
  epochs: EpochResult[];
  /** Relative ranks over all classes and for each. */
  ranks: TrajectoryRow[];
  /** What the reliance test measured; a pair that had no turn is absent at that epoch. An infinite z is null. */
  effects: (Omit<Effect, 'z'> & { z: number | null })[];
  alerts: Pick<
    Alert,
    'rule' | 'level' | 'segment' | 'className' | 'epoch' | 'to' | 'resolvedEpoch' | 'evidence'
  >[];
  /** What the effects would rest on, were every pair measured at every epoch. */
  recorded: Recorded;
  truth: Truth[];
  seconds: { drawing: number; training: number; watching: number; recording: number; truth: number };
}

const batchSize = 32;

/** Draws the pictures, trains a net on them with satwatch at its defaults beside it, and measures what is true. */
export async function run(tf: Tf, config: RunConfig): Promise<RunResult> {
  const started = performance.now();
  const data = createData(config);
  const truthOf = planTruth(data, config.seed);
  const drawn = performance.now();
  const { task, train, probe } = data;
  const [classes, dice] = [task.classNames.length, new Dice(config.seed, 9)];
  const model = nets[config.net](tf, { side: config.side, classes, seed: dice.seed() });
  const folder = mkdtempSync(join(tmpdir(), 'satwatch-run-'));
  const store = openStore(join(folder, 'run.sqlite'));
  const truth: Truth[] = [];
  const testAccuracy = new Map<number, number>();
  let [measuring, recording] = [0, 0];
  const classify = classifier(tf, model, config.side);
  const { recorded, record: recordAll } = recorder(tf, model, probe, config.seed);
  const record = config.record === false ? async () => {} : recordAll;
  const measure = async (epoch: number) => {
    const before = performance.now();
    const measured = truthOf(epoch, classify);
    truth.push(...measured.truth);
    testAccuracy.set(epoch, measured.testAccuracy);
    const between = performance.now();
    await record();
    measuring += between - before;
    recording += performance.now() - between;
  };
  const watched = satCallback(tf, {
    probe,
    store,
    inputRange,
    run: 'run',
    seed: config.seed,
    channels: [],
    verbose: false,
    ...(config.budget !== null && { reliance: { budget: config.budget } }),
  });
  try {
    await record();
    const begun = performance.now();
    await trainOn(tf, model, train, classes, {
      config,
      dice,
      callbacks: [watched, afterEachEpoch(tf, measure)],
    });
    const ended = performance.now();
    const stored = read(store, data);
    const watching = store.metrics('run').reduce((sum, { seconds }) => sum + seconds, 0);
    return {
      config,
      codeVersion,
      backend: tf.getBackend(),
      classNames: [...task.classNames],
      roles: { ...probe.roles },
      segment: data.shortcut?.segment(task) ?? null,
      epochs: stored.epochs.map((at) => ({ ...at, testAccuracy: testAccuracy.get(at.epoch) ?? null })),
      ranks: stored.ranks,
      effects: stored.effects,
      alerts: stored.alerts,
      recorded,
      truth,
      seconds: {
        drawing: (drawn - started) / 1000,
        training: (ended - begun - measuring - recording) / 1000 - watching,
        watching,
        recording: recording / 1000,
        truth: measuring / 1000,
      },
    };
  } finally {
    store.close();
    model.optimizer.dispose();
    model.dispose();
    rmSync(folder, { recursive: true });
  }
}

/** Fits on the pictures in an order that the dice decide. */
export async function trainOn(
  tf: Tf,
  model: LayersModel,
  train: Data['train'],
  classes: number,
  { config, dice, callbacks }: { config: RunConfig; dice: Dice; callbacks: any[] },
): Promise<void> {
  // `fit` shuffles with Math.random; an order of our own makes the run repeatable.
  const pictures = dice.order(train.length).map((i) => train[i]);
  const { side } = config;
  const xs = tf.tensor4d(scaled(pictures.map(({ pixels }) => pixels)), [train.length, side, side, 3]);
  const ys = tf.tidy(
    () =>
      tf
        .oneHot(
          pictures.map(({ label }) => label),
          classes,
        )
        .toFloat() as Tensor2D,
  );
  try {
    await model.fit(xs, ys, { epochs: config.epochs, batchSize, shuffle: false, verbose: 0, callbacks });
  } finally {
    tf.dispose([xs, ys]);
  }
}

/** A callback that gets the number of completed epochs. */
export function afterEachEpoch(tf: Tf, visit: (epoch: number) => Promise<void>) {
  return new tf.CustomCallback({ onEpochEnd: (epoch) => visit(epoch + 1) });
}

/** What satwatch's store holds of the run. */
function read(store: Store, { task }: Data) {
  const finite = (value: unknown) => (Number.isFinite(value) ? (value as number) : null);
  return {
    epochs: store.metrics('run').map(({ epoch, metrics, probeAccuracy }) => ({
      epoch,
      loss: finite(metrics.loss),
      trainAccuracy: finite(metrics.acc),
      probeAccuracy,
    })),
    ranks: [null, ...task.classNames].flatMap((className) => store.trajectories('run', { className })),
    effects: store.effects('run').map((effect) => ({ ...effect, z: finite(effect.z) })),
    alerts: store
      .alerts('run')
      .map(({ rule, level, segment, className, epoch, to, resolvedEpoch, evidence }) => ({
        rule,
        level,
        segment,
        className,
        epoch,
        to,
        resolvedEpoch,
        evidence,
      })),
  };
}
