// A training step on the WASM backend: satwatch's kernels against the least that makes it train at all, which is the
// filter gradient as a plain convolution beside tfjs's own kernels. Arms are interleaved; a ratio below 1 is faster.
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { enableWasmTraining } from 'satwatch';
import { installed, interleave, openBench, times } from './frame.js';

const [size, batch, goal] = [64, 32, { most: 0.4 }];
const bench = openBench('training', {
  ...{ title: 'A training step on WASM, batches of 32; ms an image', backend: 'wasm' },
  versions: installed('@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'),
});

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

const step = (kernels) => async () => {
  use(kernels);
  await model.trainOnBatch(xs, ys);
};
const taken = await interleave(
  {
    satwatch: step(ours),
    plain: step(plain),
    forward: () => {
      use(ours);
      model.predictOnBatch(xs).dispose();
    },
  },
  { rounds: times(15), warmUps: 3 },
);
for (const [clock, title] of [
  ['wall', 'clock'],
  ['cpu', 'processor time'],
]) {
  const per = { per: batch, clock };
  bench.ratio(`${title}, over tfjs with a plain filter gradient`, taken.satwatch, taken.plain, {
    ...per,
    goal,
  });
  bench.ratio(`${title}, over a forward pass`, taken.satwatch, taken.forward, per);
}
bench.close();
