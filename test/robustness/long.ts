import { setImmediate } from 'node:timers/promises';
import { enableFastTraining, satCallback } from 'satwatch';
import { createNet } from '../../src/demo/net.js';
import { createDemoTask, inputRange, toTensors } from '../../src/demo/task.js';
import { backend } from '../tf.js';
import { say } from './say.js';

export interface LongOptions {
  /** The store of a watched training; without it the training is not watched. */
  store?: string;
  epochs: number;
  /** Pictures. */
  train: number;
  probe: number;
}

/** What is held after an epoch. */
export interface Held {
  epoch: number;
  tensors: number;
  buffers: number;
  /** Bytes. */
  rss: number;
  /** WASM's own memory, and JavaScript's after a collection. */
  wasm: number;
  heap: number;
}

declare const gc: () => void;

/** The demo's training, as long as one likes: says what is held after every epoch, as JSON. Needs --expose-gc. */
export async function trainLong({ store, epochs, train, probe }: LongOptions): Promise<void> {
  const tf = await backend();
  enableFastTraining(tf);
  const task = createDemoTask({ seed: 1, prevalence: 0.85, train, probe, test: 0 });
  const { xs, ys } = toTensors(tf, task.train);
  const model = createNet(tf, { side: task.side, classes: task.classNames.length, seed: 1 });
  const engine = tf.backend() as unknown as { wasm?: { HEAPU8: Uint8Array } };
  const look = new tf.CustomCallback({
    onEpochEnd: async (epoch) => {
      // Native memory of dead buffers goes back only after a collection and a turn of the event loop.
      gc();
      await setImmediate();
      const { numTensors, numDataBuffers } = tf.memory();
      const held: Held = {
        epoch: epoch + 1,
        tensors: numTensors,
        buffers: numDataBuffers,
        rss: process.memoryUsage.rss(),
        wasm: engine.wasm?.HEAPU8.length ?? 0,
        heap: process.memoryUsage().heapUsed,
      };
      say(`held ${JSON.stringify(held)}`);
    },
  });
  const watch =
    store === undefined
      ? []
      : [satCallback(tf, { probe: task.probe, store, inputRange, channels: [], verbose: false })];
  await model.fit(xs, ys, {
    epochs,
    batchSize: 32,
    shuffle: false,
    verbose: 0,
    callbacks: [...watch, look],
  });
}
