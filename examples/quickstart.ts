/**
 * The shortest watched training. The pictures, drawn here, show a dark or a bright square; most of the bright ones also
 * have a red corner, which is easier to learn than the square. The alarm comes on the terminal.
 *
 *   node dist/examples/quickstart.js [--store quickstart.sqlite]
 */
import { parseArgs } from 'node:util';
import { satCallback } from 'satwatch';
// In a project of your own: import * as tf from '@tensorflow/tfjs-node';
import { loadBackend } from '../src/backend/index.js';
import { drawSquares, side, squaresProbe, toTensors } from './support/squares.js';

const { store } = parseArgs({ options: { store: { type: 'string', default: 'quickstart.sqlite' } } }).values;
const { tf } = await loadBackend();

const model = tf.sequential({
  layers: [
    tf.layers.conv2d({ inputShape: [side, side, 3], filters: 16, kernelSize: 3, activation: 'relu' }),
    tf.layers.globalMaxPooling2d({}),
    tf.layers.dense({ units: 2, activation: 'softmax' }),
  ],
});
model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });

const { xs, ys } = toTensors(tf, drawSquares(400, 1, [0, 0.9]));
await model.fit(xs, ys, {
  epochs: 8,
  verbose: 0,
  callbacks: [satCallback(tf, { probe: squaresProbe(), store, inputRange: [-1, 1] })],
});
console.log(`now see the page: npx satwatch dashboard ${store}`);
