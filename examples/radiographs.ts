/**
 * Radiographs of your own, with masks of lungs, heart, markers or whatever may matter: a small net learns their labels,
 * and is watched on those test pictures that have masks.
 *
 *   node dist/examples/radiographs.js --data DIR [--masks DIR] [--core NAME …] [--suspect NAME …]
 *     [--epochs 20] [--seed 1] [--side 96] [--images N] [--store radiographs.sqlite]
 *
 * DIR holds labels.csv with the columns file, label and perhaps split (train, test, probe; without it a quarter of each
 * class is the test), and the pictures, PNGs or JPEGs. Masks, by default in DIR/masks: either a folder for each part,
 * PART/NAME.png, white inside; or label PNGs, NAME.png, and labels.json, which names their grey values: { "1": "lungs" }.
 * NAME is a picture's name without its ending. --images N takes so many pictures of a class everywhere.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Tensor4D } from '@tensorflow/tfjs';
import { markdownReport, openStore, type ProbeImage, readReport, satCallback } from 'satwatch';
// In a project of your own: import * as tf from '@tensorflow/tfjs-node';
import { loadBackend } from '../src/backend/index.js';
import { printTable } from './support/printTable.js';
import { readRadiographs } from './support/radiographFolder.js';
import { seededRandom, shuffled } from './support/random.js';
import { createResidualNet } from './support/residualNet.js';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    masks: { type: 'string' },
    core: { type: 'string', multiple: true, default: [] },
    suspect: { type: 'string', multiple: true, default: [] },
    epochs: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    side: { type: 'string', default: '96' },
    images: { type: 'string', default: 'Infinity' },
    store: { type: 'string', default: 'radiographs.sqlite' },
  },
});
if (!options.data) throw new Error('--data DIR: the folder with labels.csv and the pictures');
const [epochs, seed, side, most] = [options.epochs, options.seed, options.side, options.images].map(Number);
const batchSize = 32;

const { tf, why } = await loadBackend();
console.log(why);
const { classNames, train, test, probe } = await readRadiographs({
  ...{ data: options.data, masks: options.masks ?? join(options.data, 'masks'), side, most },
  ...{ core: options.core, suspect: options.suspect },
});

console.log(
  `${train.length} training pictures, ${test.length} test pictures; ${probe.images.length} are watched:`,
);
const showing = (segment: string, label: number) =>
  probe.images.filter(
    (image) => image.label === label && image.segments.some(({ name }) => name === segment),
  );
printTable([
  ['segment', 'role', ...classNames],
  ...probe.segmentNames.map((segment) => [
    ...[segment, probe.roles[segment] ?? ''],
    ...classNames.map((_, label) => String(showing(segment, label).length)),
  ]),
]);
console.log('The reliance test needs 8 of a class that show a segment.\n');

const pixels = (list: ProbeImage[]) => {
  const values = new Float32Array(list.length * side * side * 3);
  for (const [i, image] of list.entries()) values.set(image.pixels, i * side * side * 3);
  return tf.tidy(() => tf.tensor4d(values, [list.length, side, side, 3]).div(127.5).sub(1) as Tensor4D);
};
const labels = (list: ProbeImage[]) =>
  tf.oneHot(
    list.map(({ label }) => label),
    classNames.length,
  );

/** The training pictures in random order, epoch after epoch, without end. Not mirrored: hearts and letters have a side. */
function* batches() {
  const random = seededRandom(seed);
  for (;;) {
    const order = shuffled(train.length, random);
    for (let start = 0; start < order.length; start += batchSize) {
      const batch = order.slice(start, start + batchSize).map((i) => train[i]);
      yield { xs: pixels(batch), ys: labels(batch) };
    }
  }
}

const model = createResidualNet(tf, { side, classes: classNames.length, seed });
model.compile({ optimizer: tf.train.adam(0.001), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
const store = openStore(options.store);
const run = `radiographs, seed ${seed}`;
const log = new tf.CustomCallback({
  onEpochEnd: async (epoch, logs = {}) => {
    const [accuracy, testAccuracy] = [logs.acc, logs.val_acc].map((share) => `${(100 * share).toFixed(1)} %`);
    console.log(`epoch ${epoch + 1}: training ${accuracy}, test ${testAccuracy}`);
  },
});
await model.fitDataset(tf.data.generator(batches), {
  epochs,
  batchesPerEpoch: Math.ceil(train.length / batchSize),
  validationData: [pixels(test), labels(test)],
  validationBatchSize: batchSize,
  verbose: 0,
  callbacks: [satCallback(tf, { probe, store, run, inputRange: [-1, 1] }), log],
});
console.log(`\n${markdownReport(readReport(store, run))}`);
store.close();
