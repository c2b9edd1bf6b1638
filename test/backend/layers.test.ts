import type * as tfjs from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableFastTraining } from '../../src/backend/index.js';
import type { Tf } from '../../src/backend/types.js';
import { wasm } from '../tf.js';
import { difference, random, type Values } from './onBoth.js';

let tf: Tf;
beforeAll(async () => {
  tf = await wasm();
  enableFastTraining(tf);
});

type Layer = tfjs.layers.Layer;
const pictures = [2, 6, 6, 4];

/** Layers that a net for images can meet, over [n,h,w,c] unless they say otherwise. */
const layers: Record<string, [make: (tf: Tf) => Layer, shape?: number[]]> = {
  conv1d: [({ layers: l }) => l.conv1d({ filters: 3, kernelSize: 3, strides: 2 }), [2, 8, 3]],
  conv2d: [({ layers: l }) => l.conv2d({ filters: 3, kernelSize: 3, padding: 'same' })],
  'conv2d, strided': [
    ({ layers: l }) => l.conv2d({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' }),
  ],
  'conv2d 1×1, strided': [({ layers: l }) => l.conv2d({ filters: 3, kernelSize: 1, strides: 2 })],
  'conv2d, patches': [({ layers: l }) => l.conv2d({ filters: 3, kernelSize: 3, strides: 3 })],
  conv2dTranspose: [
    ({ layers: l }) => l.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' }),
  ],
  depthwiseConv2d: [
    ({ layers: l }) => l.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same' }),
  ],
  separableConv2d: [({ layers: l }) => l.separableConv2d({ filters: 3, kernelSize: 3, padding: 'same' })],
  dense: [({ layers: l }) => l.dense({ units: 3, activation: 'relu' }), [4, 5]],
  'dense over pixels': [({ layers: l }) => l.dense({ units: 3 })],
  maxPooling2d: [({ layers: l }) => l.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' })],
  averagePooling2d: [({ layers: l }) => l.averagePooling2d({ poolSize: 2 })],
  'averagePooling2d, overlapping': [
    ({ layers: l }) => l.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
  ],
  globalAveragePooling2d: [({ layers: l }) => l.globalAveragePooling2d({})],
  globalMaxPooling2d: [({ layers: l }) => l.globalMaxPooling2d({})],
  batchNormalization: [({ layers: l }) => l.batchNormalization({})],
  'batchNormalization over a vector': [({ layers: l }) => l.batchNormalization({}), [6, 5]],
  layerNormalization: [({ layers: l }) => l.layerNormalization({})],
  // One picture: over a batch the cpu backend reads the gradient at wrong places.
  upSampling2d: [({ layers: l }) => l.upSampling2d({ size: [2, 2] }), [1, 6, 6, 4]],
  'upSampling2d, bilinear': [({ layers: l }) => l.upSampling2d({ size: [2, 2], interpolation: 'bilinear' })],
  zeroPadding2d: [({ layers: l }) => l.zeroPadding2d({ padding: 1 })],
  cropping2D: [
    ({ layers: l }) =>
      l.cropping2D({
        cropping: [
          [1, 1],
          [1, 2],
        ],
      } as any),
  ],
  flatten: [({ layers: l }) => l.flatten()],
  permute: [({ layers: l }) => l.permute({ dims: [3, 1, 2] })],
  reshape: [({ layers: l }) => l.reshape({ targetShape: [9, 16] })],
  embedding: [({ layers: l }) => l.embedding({ inputDim: 5, outputDim: 3 }), [2, 4]],
  reLU: [({ layers: l }) => l.reLU()],
  reLU6: [({ layers: l }) => l.reLU({ maxValue: 6 })],
  leakyReLU: [({ layers: l }) => l.leakyReLU()],
  prelu: [({ layers: l }) => l.prelu({ alphaInitializer: 'randomNormal' })],
  elu: [({ layers: l }) => l.elu()],
  softmax: [({ layers: l }) => l.softmax({ axis: -1 })],
  gaussianNoise: [({ layers: l }) => l.gaussianNoise({ stddev: 0 })],
  spatialDropout1d: [({ layers: l }) => (l as any).spatialDropout1d({ rate: 0 }), [2, 8, 3]],
  dropout: [({ layers: l }) => l.dropout({ rate: 0 })],
  ...Object.fromEntries(
    [
      'elu',
      'selu',
      'softplus',
      'softsign',
      'sigmoid',
      'hardSigmoid',
      'tanh',
      'swish',
      'mish',
      'gelu',
      'gelu_new',
      'relu6',
      'linear',
    ].map((activation) => [
      `activation ${activation}`,
      [({ layers: l }: Tf) => l.activation({ activation: activation as any })],
    ]),
  ),
};

interface Case {
  make: (tf: Tf) => Layer;
  shape: number[];
  /** Whole numbers as input, which has no gradient then. */
  whole: boolean;
}

/** A layer's weighted output, and its gradients by the input and by every weight. */
async function gradients(backend: 'cpu' | 'wasm', { make, shape, whole }: Case): Promise<Values[]> {
  await tf.setBackend(backend);
  const layer = make(tf);
  try {
    return tf.tidy(() => {
      const { data } = random(7, shape);
      const values = tf.tensor(whole ? data.map((v) => Math.floor((v + 1) * 2.5)) : data, shape);
      const x = whole ? values : tf.variable(values);
      const apply = () => layer.apply(x, { training: true }) as tfjs.Tensor;
      apply();
      // Not the initial ones: zeros and ones hide mistakes. Variances must be positive.
      layer.setWeights(
        layer.getWeights().map((w, i) =>
          tf.tensor(
            random(i + 20, w.shape).data.map((v) => v + 1.2),
            w.shape,
          ),
        ),
      );
      const weights = layer.trainableWeights.map((weight) => weight.read() as tfjs.Variable);
      const by = x instanceof tf.Variable ? [x, ...weights] : weights;
      const { value, grads } = tf.variableGrads(() => {
        const out = apply();
        return tf.sum(tf.mul(out, tf.tensor(random(9, out.shape).data, out.shape))) as tfjs.Scalar;
      }, by);
      const results = [value, ...by.map(({ name }) => grads[name])];
      return results.map((result) => ({ shape: result.shape, data: result.dataSync() as Float32Array }));
    });
  } finally {
    layer.dispose();
    tf.disposeVariables();
    await tf.setBackend('wasm');
  }
}

it('upSampling2d passes every picture of a batch its own gradient', () => {
  const x = random(3, [2, 2, 3, 2]);
  const weighting = random(4, [2, 4, 6, 2]);
  const whole = tf.tidy(() => {
    const layer = tf.layers.upSampling2d({ size: [2, 2] });
    const by = tf.tensor(weighting.data, weighting.shape);
    const grad = tf.grad((z) => (layer.apply(z) as tfjs.Tensor).mul(by).sum());
    const literal = by.reshape([2, 2, 2, 3, 2, 2]).sum([2, 4]);
    return tf.max(tf.abs(tf.sub(grad(tf.tensor(x.data, x.shape)), literal))).dataSync()[0];
  });
  expect(whole).toBeLessThanOrEqual(1e-6);
});

describe('a layer on WASM has the gradients of the cpu backend', () => {
  it.each(Object.entries(layers))('%s', async (name, [make, shape = pictures]) => {
    const layer = { make, shape, whole: name === 'embedding' };
    const [actual, expected] = [await gradients('wasm', layer), await gradients('cpu', layer)];
    expect(actual).toHaveLength(expected.length);
    actual.forEach((result, i) => {
      expect(difference(result, expected[i])).toBeLessThanOrEqual(1e-5);
    });
  });
});
