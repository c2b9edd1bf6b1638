/**
 * Six actions in photographs, each tied to one place in the training pictures (climbing to rock, diving to water): does
 * a net that learns them look at the place? It is watched on test pictures, which show other places, and on training
 * pictures, which show the place. What came out: docs/bar.md.
 *
 *   node dist/examples/bar.js --data DIR [--seed 1] [--epochs 30] [--store bar.sqlite] [--methods A,B…] [--images N]
 *
 * DIR holds images/train, images/test, probe and probe-train. --methods ranks by other methods too, every tenth epoch.
 * --images N takes so many pictures of a class everywhere.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Tensor4D } from '@tensorflow/tfjs';
import { openStore, satCallback } from 'satwatch';
// In a project of your own: import * as tf from '@tensorflow/tfjs-node';
import { loadBackend } from '../src/backend/index.js';
import { augment } from './support/augment.js';
import { barProbes } from './support/barProbes.js';
import { reportBar } from './support/barReport.js';
import { type Photograph, readPhotographs } from './support/photographs.js';
import { seededRandom, shuffled } from './support/random.js';
import { createResidualNet } from './support/residualNet.js';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    seed: { type: 'string', default: '1' },
    epochs: { type: 'string', default: '30' },
    store: { type: 'string', default: 'bar.sqlite' },
    methods: { type: 'string', default: '' },
    images: { type: 'string', default: 'Infinity' },
  },
});
if (!options.data)
  throw new Error('--data DIR: the folder with images/train, images/test, probe and probe-train');
const [seed, epochs, most] = [options.seed, options.epochs, options.images].map(Number);
const side = 96;
const batchSize = 32;

const { tf, why } = await loadBackend();
console.log(why);
const read = (split: string) => readPhotographs(join(options.data!, 'images', split), { side: 128, most });
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

const store = openStore(options.store);
const methods = options.methods.split(',').filter(Boolean);
const watch = Object.entries(await barProbes(options.data, { side, classNames, most })).flatMap(
  ([name, probe]) => {
    const [run, inputRange] = [`bar ${name}, seed ${seed}`, [-1, 1] as [number, number]];
    return [
      satCallback(tf, { probe, store, run, inputRange }),
      ...methods.map((method) =>
        satCallback(tf, {
          ...{ probe, store, run: `${run}, ${method}`, inputRange, method, every: 10 },
          ...{ reliance: { budget: 0 }, channels: [], verbose: false },
        }),
      ),
    ];
  },
);
let started = performance.now();
const log = new tf.CustomCallback({
  onEpochBegin: async (epoch) =>
    optimizer.setLearningRate(0.025 * (1 + Math.cos((Math.PI * epoch) / epochs))),
  onEpochEnd: async (epoch, logs = {}) => {
    const [accuracy, testAccuracy] = [logs.acc, logs.val_acc].map((share) => `${(100 * share).toFixed(1)} %`);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    console.log(`epoch ${epoch + 1}: training ${accuracy}, test ${testAccuracy}, ${seconds} s`);
    started = performance.now();
  },
});

await model.fitDataset(tf.data.generator(batches), {
  epochs,
  batchesPerEpoch: Math.ceil(photographs.length / batchSize),
  validationData: [
    tf.tidy(() => scaled(tf.image.resizeBilinear(pictures(test), [side, side]))),
    oneHot(test),
  ],
  validationBatchSize: batchSize,
  verbose: 0,
  callbacks: [...watch, log],
});
reportBar(store, 'bar');
store.close();
