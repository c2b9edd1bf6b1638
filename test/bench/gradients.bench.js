// The gradient of images on satwatch's kernels and gradients over that on tfjs's own, and a training step likewise.
// tfjs's WASM backend has no gradient of filters, so that nothing trains on it: beside it stands the least that mends
// this, a plain convolution, and nets with depthwise convolutions are left out.
import { enableFastTraining } from 'satwatch';
import { withInputGradients } from '../../dist/src/backend/index.js';
import { eachBackend } from './backends.js';
import { interleave, openBench, times } from './frame.js';
import { netA, netB, netC } from './nets.js';

const { tf, name, versions } = await eachBackend(import.meta.url, { stock: true });
const bench = openBench(`gradients-${name}`, {
  title: 'Gradients: satwatch over stock tfjs',
  backend: tf.getBackend(),
  versions,
});
if (name === 'wasm') tf.registerKernel(plainFilterGradient());
const goals = { native: 0.45, wasm: 0.35 };

const batch = 32;
const nets = { A: netA, C: netC, ...(name === 'native' && { B: netB }) };
for (const [letter, net] of Object.entries(nets)) {
  const side = letter === 'B' ? 128 : 64;
  const { logits } = net(tf, { side });
  const x = tf.randomUniform([batch, side, side, 3], 0, 1, 'float32', 1);
  const forward = () => tf.tidy(() => void logits.apply(x).dataSync());
  const gradient = () =>
    tf.tidy(
      () =>
        void tf
          .grad((y) => logits.apply(y).sum())(x)
          .dataSync(),
    );
  const ours = () => withInputGradients(tf, gradient);
  const convolutions = convolutionsOf(ours);
  const arms = { forward, stock: gradient, ours, convolutions: convolutions.run };
  const samples = await interleave(arms, { rounds: times(25) });
  const per = { per: batch };
  const goal = letter === 'C' ? { most: goals[name] } : undefined;
  bench.ratio(`net ${letter}: gradient of images`, samples.ours, samples.stock, { ...per, goal });
  bench.ratio(`net ${letter}: the same over a forward pass`, samples.ours, samples.forward, per);
  bench.ratio(`net ${letter}: its convolutions alone, over stock`, samples.convolutions, samples.stock, per);
  convolutions.dispose();
  x.dispose();
}

// Training: the registry is switched between the arms, as `enableFastTraining` leaves it.
const stock = registered();
enableFastTraining(tf);
const ours = registered();
for (const [letter, net] of Object.entries({ A: netA, C: netC })) {
  const { model } = net(tf);
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
  const xs = tf.randomUniform([batch, 64, 64, 3], 0, 1, 'float32', 1);
  const classes = Int32Array.from({ length: batch }, (_, i) => i % 2);
  const ys = tf.oneHot(tf.tensor1d(classes, 'int32'), 2);
  const step = (entries) => async () => {
    use(entries);
    await model.trainOnBatch(xs, ys);
  };
  const samples = await interleave({ ours: step(ours), stock: step(stock) }, { rounds: times(15) });
  const goal = letter === 'A' && name === 'wasm' ? { most: 0.4 } : undefined;
  bench.ratio(`net ${letter}: training step`, samples.ours, samples.stock, { per: batch, goal });
}
bench.close();

/** The convolutions that `body` meets, forward and backward: what no gradient of satwatch's shortens on tfjs-node. */
function convolutionsOf(body) {
  const names = ['Conv2D', 'FusedConv2D', 'Conv2DBackpropInput', 'DepthwiseConv2dNative'];
  const kernels = [...names, 'DepthwiseConv2dNativeBackpropInput']
    .map((kernelName) => tf.getKernel(kernelName, tf.getBackend()))
    .filter(Boolean);
  const calls = [];
  const shipped = kernels.map(({ kernelFunc }) => kernelFunc);
  for (const kernel of kernels) {
    const own = kernel.kernelFunc;
    kernel.kernelFunc = (call) => {
      const kept = Object.entries(call.inputs).map(([key, value]) => [
        key,
        value && tf.keep(tf.clone(value)),
      ]);
      calls.push({ name: kernel.kernelName, inputs: Object.fromEntries(kept), attrs: call.attrs });
      return own(call);
    };
  }
  body();
  kernels.forEach((kernel, k) => {
    kernel.kernelFunc = shipped[k];
  });
  return {
    run: () =>
      tf.tidy(() => {
        let last;
        for (const { name, inputs, attrs } of calls) last = tf.engine().runKernel(name, inputs, attrs);
        last.dataSync();
      }),
    dispose: () => tf.dispose(calls.map(({ inputs }) => inputs)),
  };
}

/** Every kernel of the backend and every gradient that satwatch has one for. */
function registered() {
  const kernels = tf.getKernelsForBackend(tf.getBackend());
  const gradients = ['Relu', 'Relu6', 'ClipByValue', 'FusedBatchNorm', 'Sum', 'Mean'].map((kernelName) => ({
    kernelName,
    config: tf.getGradient(kernelName),
  }));
  return { kernels: new Map(kernels.map((kernel) => [kernel.kernelName, kernel])), gradients };
}

function use({ kernels, gradients }) {
  const backend = tf.getBackend();
  const now = registered().kernels;
  for (const [kernelName, kernel] of now)
    if (kernels.get(kernelName) !== kernel) tf.unregisterKernel(kernelName, backend);
  for (const [kernelName, kernel] of kernels) if (now.get(kernelName) !== kernel) tf.registerKernel(kernel);
  for (const { kernelName, config } of gradients) {
    tf.unregisterGradient(kernelName);
    tf.registerGradient(config);
  }
}

/** ∂/∂w as a convolution of transposed tensors, and nothing else. */
function plainFilterGradient() {
  return {
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
}
