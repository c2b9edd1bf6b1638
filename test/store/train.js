/**
 * A user's own loop with a monitor, in a process of its own: `node train.js STORE RUN exit|throw|never`. Says every
 * epoch, and ends itself after epoch 2 or never.
 */
import * as tf from '@tensorflow/tfjs';
import { createMonitor, createProbeSet, maskFromBitmap } from 'satwatch';

const [store, run, end] = process.argv.slice(2);
await tf.setBackend('cpu');

const half = (from) =>
  maskFromBitmap(
    Array.from({ length: 16 }, (_, p) => Number(p >= from && p < from + 8)),
    4,
    4,
  );
const probe = createProbeSet({
  width: 4,
  height: 4,
  channels: 1,
  classNames: ['dark', 'bright'],
  images: [0, 1, 0, 1].map((label, i) => ({
    id: `i${i}`,
    label,
    pixels: new Uint8Array(16).fill(40 + 90 * label + i),
    segments: [
      { name: 'upper', mask: half(0) },
      { name: 'lower', mask: half(8) },
    ],
  })),
});
const model = tf.sequential({
  layers: [
    tf.layers.flatten({ inputShape: [4, 4, 1] }),
    tf.layers.dense({ units: 2, activation: 'softmax' }),
  ],
});

const monitor = await createMonitor(tf, { probe, store, run, inputRange: [0, 1], verbose: false });
for (let epoch = 0; ; epoch++) {
  await monitor.observe(model, { epoch, step: epoch });
  process.stdout.write(`epoch ${epoch}\n`);
  if (epoch === 2 && end === 'exit') process.exit(3);
  if (epoch === 2 && end === 'throw') throw new Error('the training broke');
}
