import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor4D } from '@tensorflow/tfjs';
import { openStore, type Store, satCallback } from 'satwatch';
import { augment } from '../../support/augment.js';
import { barProbes } from '../../support/barProbes.js';
import { type Photograph, readPhotographs } from '../../support/photographs.js';
import { seededRandom, shuffled } from '../../support/random.js';
import { createResidualNet } from '../../support/residualNet.js';
import type { Tf } from '../../support/tf.js';
import { say } from '../options.js';
import { codeVersion } from '../runs/config.js';
import { hashOf } from '../runs/pool.js';

/** A net that learns the actions, watched with both probe sets. */
export interface BarConfig {
  /** Folder with images/train, images/test, probe and probe-train. */
  data: string;
  seed: number;
  epochs: number;
  /** Ranked by these too, every tenth epoch. */
  methods: readonly string[];
  /** At most so many pictures of a class everywhere. */
  most?: number;
}

export const probeNames = ['probe-train', 'probe'] as const;
export type ProbeName = (typeof probeNames)[number];

/** The name of a run in its store. */
export const runName = (probe: ProbeName, seed: number, method?: string) =>
  [`bar ${probe}, seed ${seed}`, ...(method ? [method] : [])].join(', ');

/** The store of a net, named by all that decides it; the photographs count by their names. */
export function storeFile(cache: string, { data, ...config }: BarConfig): string {
  const photographs = readdirSync(data, { recursive: true, encoding: 'utf8' }).sort();
  const plain = JSON.stringify(Object.entries({ codeVersion, photographs, ...config }).sort());
  return join(cache, `bar-seed-${config.seed}-${hashOf(plain)}.sqlite`);
}

/** Trains a net and leaves the store of what was watched in the file: whole, or not at all. */
export async function barRun(tf: Tf, config: BarConfig, file: string): Promise<void> {
  const part = `${file}.part`;
  for (const end of ['', '-shm', '-wal']) rmSync(`${part}${end}`, { force: true });
  const store = openStore(part);
  try {
    await train(tf, config, store);
    const failed = store.runs().find(({ state }) => state !== 'done');
    if (failed) throw new Error(`${failed.name}: ${failed.error ?? failed.state}`);
  } finally {
    store.close();
  }
  renameSync(part, file);
}

const side = 96;
const batchSize = 32;

async function train(tf: Tf, { data, seed, epochs, methods, most }: BarConfig, store: Store): Promise<void> {
  const read = (split: string) => readPhotographs(join(data, 'images', split), { side: 128, most });
  const { classNames, photographs } = await read('train');
  const test = (await read('test')).photographs;
  const random = seededRandom(seed);

  const pictures = (list: Photograph[]) => {
    const bytes = new Float32Array(list.length * list[0].pixels.length);
    for (const [i, { pixels }] of list.entries()) bytes.set(pixels, i * pixels.length);
    return tf.tensor4d(bytes, [list.length, 128, 128, 3]);
  };
  const scaled = (bytes: Tensor4D) => bytes.div(127.5).sub(1) as Tensor4D;
  const oneHot = (list: Photograph[]) =>
    tf.oneHot(
      list.map(({ label }) => label),
      classNames.length,
    );

  /** The training pictures in random order, each a little different every time; epoch after epoch, without end. */
  function* batches() {
    for (;;) {
      const order = shuffled(photographs.length, random);
      for (let start = 0; start < order.length; start += batchSize) {
        const batch = order.slice(start, start + batchSize).map((i) => photographs[i]);
        yield { xs: tf.tidy(() => scaled(augment(tf, pictures(batch), side, random))), ys: oneHot(batch) };
      }
    }
  }

  const model = createResidualNet(tf, { side, classes: classNames.length, seed });
  const optimizer = tf.train.momentum(0.05, 0.9);
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });

  const probes = await barProbes(data, { side, classNames, most: most ?? Number.POSITIVE_INFINITY });
  const quietly = { store, inputRange: [-1, 1] as [number, number], channels: [], verbose: false };
  const watch = probeNames.flatMap((name) => [
    satCallback(tf, { ...quietly, probe: probes[name], run: runName(name, seed) }),
    ...methods.map((method) =>
      satCallback(tf, {
        ...{ ...quietly, probe: probes[name], run: runName(name, seed, method), method },
        ...{ every: Math.min(10, epochs), reliance: { budget: 0 } },
      }),
    ),
  ]);
  const schedule = new tf.CustomCallback({
    onEpochBegin: async (epoch) =>
      optimizer.setLearningRate(0.025 * (1 + Math.cos((Math.PI * epoch) / epochs))),
    onEpochEnd: async (epoch, logs = {}) => {
      const [accuracy, testAccuracy] = [logs.acc, logs.val_acc].map((share) => (100 * share).toFixed(1));
      say(`seed ${seed}, epoch ${epoch + 1} of ${epochs}: training ${accuracy} %, test ${testAccuracy} %`);
    },
  });
  const validationData: [Tensor4D, ReturnType<typeof oneHot>] = [
    tf.tidy(() => scaled(tf.image.resizeBilinear(pictures(test), [side, side]))),
    oneHot(test),
  ];
  try {
    await model.fitDataset(tf.data.generator(batches), {
      epochs,
      batchesPerEpoch: Math.ceil(photographs.length / batchSize),
      validationData,
      validationBatchSize: batchSize,
      verbose: 0,
      callbacks: [...watch, schedule],
    });
  } finally {
    tf.dispose(validationData);
    optimizer.dispose();
    model.dispose();
  }
}
