/**
 * Transfer learning, watched down to the pixels: a network trained on ImageNet stays as it is, and only a small head on
 * its features learns the actions of BAR. The head is fitted on features computed once; satwatch gets the network as
 * `features`, so that its tables are of pictures. What came out: docs/bar.md.
 *
 *   node dist/examples/transfer.js --data DIR [--seed 1] [--epochs 20] [--every 5] [--budget N] [--store bar.sqlite]
 *     [--images N]
 *
 * DIR holds efficientnet-lite0 and bar. --every N observes every so many epochs: that is what takes the time. --budget N:
 * forward passes an observation for the reliance test; the default tests one or two pairs.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { SymbolicTensor, Tensor, Tensor2D } from '@tensorflow/tfjs';
import { openStore, satCallback } from 'satwatch';
// In a project of your own: import * as tf from '@tensorflow/tfjs-node';
import { loadBackend } from '../src/backend/index.js';
import { barProbes } from './support/barProbes.js';
import { reportBar } from './support/barReport.js';
import { loadModel } from './support/loadModel.js';
import { type Photograph, readPhotographs } from './support/photographs.js';
import { seededRandom, shuffled } from './support/random.js';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    seed: { type: 'string', default: '1' },
    epochs: { type: 'string', default: '20' },
    every: { type: 'string', default: '5' },
    budget: { type: 'string' },
    store: { type: 'string', default: 'bar.sqlite' },
    images: { type: 'string', default: 'Infinity' },
  },
});
if (!options.data) throw new Error('--data DIR: the folder with efficientnet-lite0 and bar');
const [seed, epochs, every, most] = [options.seed, options.epochs, options.every, options.images].map(Number);
const bar = join(options.data, 'bar');
const side = 224;

const { tf, why } = await loadBackend();
console.log(why);
const network = await loadModel(tf, join(options.data, 'efficientnet-lite0'));
const base = tf.model({
  inputs: network.inputs,
  outputs: network.getLayer('avg_pool').output as SymbolicTensor,
});
const preprocess = (bytes: Tensor) => bytes.sub(127).div(128);

/** The features [n, 1280] of photographs, one by one: they are computed once, and memory stays small. */
function featuresOf(photographs: Photograph[]): Tensor2D {
  const rows = photographs.map(({ pixels }) =>
    tf.tidy(() => {
      const image = tf.image.resizeBilinear(tf.tensor3d(pixels, [128, 128, 3]), [side, side]);
      return base.predict(preprocess(image).expandDims(0)) as Tensor2D;
    }),
  );
  const features = tf.concat(rows);
  tf.dispose(rows);
  return features;
}
const labelsOf = (photographs: Photograph[]) =>
  tf.oneHot(
    photographs.map(({ label }) => label),
    classNames.length,
  );

const read = (split: string) => readPhotographs(join(bar, 'images', split), { side: 128, most });
const { classNames, photographs } = await read('train');
const test = (await read('test')).photographs;
const order = shuffled(photographs.length, seededRandom(seed));
const training = order.map((i) => photographs[i]);
console.log(`computing the features of ${training.length + test.length} photographs`);
const [xs, ys] = [featuresOf(training), labelsOf(training)];
const validationData: [Tensor, Tensor] = [featuresOf(test), labelsOf(test)];

const head = tf.sequential({
  layers: [
    tf.layers.dropout({ inputShape: [xs.shape[1]], rate: 0.3, seed }),
    tf.layers.dense({
      units: classNames.length,
      activation: 'softmax',
      kernelInitializer: tf.initializers.glorotUniform({ seed }),
    }),
  ],
});
head.compile({ optimizer: tf.train.adam(0.001), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });

const store = openStore(options.store);
const watch = Object.entries(await barProbes(bar, { side, classNames, most })).map(([name, probe]) =>
  satCallback(tf, {
    probe,
    store,
    preprocess,
    every,
    ...(options.budget && { reliance: { budget: Number(options.budget) } }),
    run: `transfer ${name}, seed ${seed}`,
    features: (images) => base.predict(images) as Tensor,
  }),
);
const log = new tf.CustomCallback({
  onEpochEnd: async (epoch, { acc, val_acc } = {}) => {
    console.log(
      `epoch ${epoch + 1}: training ${(100 * acc).toFixed(1)} %, test ${(100 * val_acc).toFixed(1)} %`,
    );
  },
});
await head.fit(xs, ys, { epochs, shuffle: false, validationData, verbose: 0, callbacks: [...watch, log] });
reportBar(store, 'transfer');
store.close();
