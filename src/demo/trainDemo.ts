import type { LayersModel, Tensor2D } from '@tensorflow/tfjs';
import { satCallback } from '../../callbacks/index.js';
import type { Tf } from '../backend/types.js';
import type { Store } from '../store/index.js';
import { Dice } from './dice.js';
import { createNet } from './net.js';
import type { Picture } from './pictures.js';
import { createDemoTask, type DemoTask, type DemoTaskOptions, inputRange, toTensors } from './task.js';

/** Right answers' share by true class, on the bare test pictures and on the same ones with the watermark. */
interface Accuracies {
  clean: number[];
  stamped: number[];
}

export interface DemoEpoch extends Accuracies {
  /** Completed epochs. */
  epoch: number;
  /** As `fit` logs them. */
  loss: number;
  accuracy: number;
}

interface DemoTraining extends DemoTaskOptions {
  epochs: number;
  store: Store;
  onBatch?: (progress: { epoch: number; batch: number; batches: number }) => void;
  onEpoch?: (epoch: DemoEpoch) => void;
}

const batchSize = 32;

/** Draws the task and trains a net on it, watched by a `satCallback` with nothing but the roles set. */
export async function trainDemo(
  tf: Tf,
  { epochs, store, onBatch, onEpoch, ...options }: DemoTraining,
): Promise<{ task: DemoTask; history: DemoEpoch[] }> {
  const task = createDemoTask(options);
  const dice = new Dice(options.seed, 5);
  const model = createNet(tf, { side: task.side, classes: task.classNames.length, seed: dice.seed() });
  // `fit` shuffles with Math.random; an order of our own makes the run repeatable.
  const { xs, ys } = toTensors(
    tf,
    dice.order(task.train.length).map((i) => task.train[i]),
  );
  const batches = Math.ceil(task.train.length / batchSize);
  const history: DemoEpoch[] = [];
  let current = 0;
  const progress = new tf.CustomCallback({
    onEpochBegin: async (epoch) => {
      current = epoch;
    },
    onBatchEnd: async (batch) => onBatch?.({ epoch: current, batch: batch + 1, batches }),
    onEpochEnd: async (epoch, logs = {}) => {
      const accuracies = testAccuracies(tf, model, task);
      const entry = {
        epoch: epoch + 1,
        loss: logs.loss as number,
        accuracy: logs.acc as number,
        ...accuracies,
      };
      history.push(entry);
      onEpoch?.(entry);
    },
  });
  try {
    await model.fit(xs, ys, {
      epochs,
      batchSize,
      shuffle: false,
      verbose: 0,
      callbacks: [satCallback(tf, { probe: task.probe, store, inputRange }), progress],
    });
  } finally {
    tf.dispose([xs, ys]);
    model.dispose();
  }
  return { task, history };
}

/** On the test pictures, which no training picture is; a mark of its own for every stamped one. */
function testAccuracies(tf: Tf, model: LayersModel, task: DemoTask): Accuracies {
  const byClass = (pictures: readonly Picture[]) => {
    const found = predictedLabels(tf, model, pictures);
    return task.classNames.map((_, label) => {
      const mine = pictures.flatMap((picture, i) => (picture.label === label ? [found[i] === label] : []));
      return mine.filter(Boolean).length / mine.length;
    });
  };
  return { clean: byClass(task.test), stamped: byClass(task.stamped) };
}

function predictedLabels(tf: Tf, model: LayersModel, pictures: readonly Picture[]): ArrayLike<number> {
  return tf.tidy(() => {
    const { xs } = toTensors(tf, pictures);
    return (model.predict(xs, { batchSize: 64 }) as Tensor2D).argMax(1).dataSync();
  });
}
