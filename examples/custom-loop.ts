/**
 * A training loop of one's own: `optimizer.minimize` instead of `model.fit`, watched by a monitor, and ended by it when
 * predictions hang on the red corner. The pictures are those of quickstart.ts.
 *
 *   node dist/examples/custom-loop.js [--store custom-loop.sqlite]
 */
import { parseArgs } from 'node:util';
import type { Scalar, Tensor2D } from '@tensorflow/tfjs';
import { channels, createMonitor } from 'satwatch';
// In a project of your own: import * as tf from '@tensorflow/tfjs-node';
import { loadBackend } from '../src/backend/index.js';
import { drawSquares, side, squaresProbe, toTensors } from './support/squares.js';

const { store } = parseArgs({ options: { store: { type: 'string', default: 'custom-loop.sqlite' } } }).values;
const { tf } = await loadBackend();
const epochs = 20;
const batchSize = 20;

// No softmax at the end: the loss takes logits, and so does satwatch.
const model = tf.sequential({
  layers: [
    tf.layers.conv2d({ inputShape: [side, side, 3], filters: 16, kernelSize: 3, activation: 'relu' }),
    tf.layers.globalMaxPooling2d({}),
    tf.layers.dense({ units: 2 }),
  ],
});
const optimizer = tf.train.adam(0.01);
const { xs, ys } = toTensors(tf, drawSquares(400, 1, [0, 0.9]));

const monitor = await createMonitor(tf, {
  probe: squaresProbe(),
  store,
  inputRange: [-1, 1],
  epochs,
  channels: [channels.console(), channels.stopTraining({ level: 'alarm' })],
});
await monitor.observe(model, { epoch: 0 });
for (let epoch = 1; epoch <= epochs; epoch++) {
  let sum = 0;
  const batches = xs.shape[0] / batchSize;
  for (let batch = 0; batch < batches; batch++) {
    const loss = tf.tidy(() => {
      const x = xs.slice(batch * batchSize, batchSize);
      const y = ys.slice(batch * batchSize, batchSize);
      return optimizer.minimize(() => {
        const logits = model.apply(x, { training: true }) as Tensor2D;
        return tf.losses.softmaxCrossEntropy(y, logits) as Scalar;
      }, true)!;
    });
    sum += (await loss.data())[0];
    loss.dispose();
  }
  const { stop } = await monitor.observe(model, { epoch, metrics: { loss: sum / batches } });
  console.log(`epoch ${epoch}: loss ${(sum / batches).toFixed(3)}`);
  if (stop) break;
}
await monitor.close();
