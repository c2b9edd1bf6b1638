// A training step on the WASM backend: satwatch's kernels against the least that makes it train at all, which is the
// filter gradient as a plain convolution beside tfjs's own kernels. Arms are interleaved; a ratio below 1 is faster.
import { createRequire } from 'node:module';
import { loadavg } from 'node:os';
import { dirname, join, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { enableWasmTraining } from 'satwatch';

const [size, batch, rounds, warmUps, target] = [64, 32, 15, 3, 0.4];

tf.env().set('PROD', true);
setWasmPaths(join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')), sep));
await tf.setBackend('wasm');

/** ∂/∂w as a convolution of transposed tensors, and nothing else. */
const plainFilterGradient = {
  kernelName: 'Conv2DBackpropFilter',
  backendName: 'wasm',
  kernelFunc: ({ inputs: { x, dy }, attrs: { strides, pad, filterShape } }) =>
    tf.tidy(() => {
      const { padInfo } = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad);
      const [fh, fw, c, k] = filterShape;
      const images = tf.pad(tf.transpose(x, [3, 1, 2, 0]), [
        [0, 0],
        [padInfo.top, padInfo.bottom],
        [padInfo.left, padInfo.right],
        [0, 0],
      ]);
      return tf
        .conv2d(images, tf.transpose(dy, [1, 2, 0, 3]), 1, 'valid', 'NHWC', strides)
        .slice([0, 0, 0, 0], [c, fh, fw, k])
        .transpose([1, 2, 0, 3]);
    }),
};

const conv = (filters) => tf.layers.conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu' });
const pool = () => tf.layers.maxPooling2d({ poolSize: 2 });
const model = tf.sequential({
  layers: [
    tf.layers.inputLayer({ inputShape: [size, size, 3] }),
    conv(16),
    pool(),
    conv(32),
    pool(),
    conv(64),
    tf.layers.globalAveragePooling2d({}),
    tf.layers.dense({ units: 2, activation: 'softmax' }),
  ],
});
model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
const xs = tf.randomUniform([batch, size, size, 3], 0, 1, 'float32', 1);
const ys = tf.oneHot(
  tf.tensor1d(
    Array.from({ length: batch }, (_, i) => i % 2),
    'int32',
  ),
  2,
);

const registered = () =>
  new Map(tf.getKernelsForBackend('wasm').map((kernel) => [kernel.kernelName, kernel]));
const stock = registered();
enableWasmTraining(tf);
const ours = registered();
const changed = [...ours.keys()].filter((name) => ours.get(name) !== stock.get(name));
const plain = new Map(stock).set(plainFilterGradient.kernelName, plainFilterGradient);

/** Makes `kernels` the registered ones, where satwatch changed any. */
function use(kernels) {
  const now = registered();
  for (const name of changed) {
    if (now.has(name)) tf.unregisterKernel(name, 'wasm');
    if (kernels.has(name)) tf.registerKernel(kernels.get(name));
  }
}

/** Milliseconds of the clock and of the processor: the second hardly minds what else runs. */
async function measure(body) {
  const [start, used] = [performance.now(), process.cpuUsage()];
  await body();
  const { user, system } = process.cpuUsage(used);
  return { wall: performance.now() - start, cpu: (user + system) / 1000 };
}

const arms = { satwatch: ours, plain };
const steps = { satwatch: [], plain: [] };
const forwards = { satwatch: [], plain: [] };
for (let round = -warmUps; round < rounds; round++)
  for (const name of round % 2 ? ['satwatch', 'plain'] : ['plain', 'satwatch']) {
    use(arms[name]);
    const trained = await measure(() => model.trainOnBatch(xs, ys));
    const predicted = await measure(() => tf.dispose(model.predictOnBatch(xs)));
    if (round < 0) continue;
    steps[name].push(trained);
    forwards[name].push(predicted);
  }

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const fastest = (values) => Math.min(...values);
console.log(`load average ${loadavg()[0].toFixed(2)}; ms an image`);
for (const [kind, title] of [
  ['wall', 'clock'],
  ['cpu', 'processor'],
]) {
  const [own, other] = [steps.satwatch, steps.plain].map((all) => all.map((one) => one[kind] / batch));
  for (const [name, summary] of [
    ['median', median],
    ['fastest', fastest],
  ])
    console.log(
      `${title.padEnd(9)} ${name.padEnd(7)} satwatch ${summary(own).toFixed(2)}, plain ${summary(other).toFixed(2)}: ratio ${(summary(own) / summary(other)).toFixed(3)} (to reach: ${target})`,
    );
}
const forward = ['wall', 'cpu'].map((kind) =>
  median(forwards.satwatch.map((one) => one[kind] / batch)).toFixed(2),
);
console.log(`beside it, a forward pass: clock ${forward[0]}, processor ${forward[1]}`);
