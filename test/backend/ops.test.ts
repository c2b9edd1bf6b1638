import type { Tensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableFastTraining } from '../../src/backend/index.js';
import type { Tf } from '../../src/backend/types.js';
import { wasm } from '../tf.js';
import { difference, on, random } from './onBoth.js';

let tf: Tf;
beforeAll(async () => {
  tf = await wasm();
  enableFastTraining(tf);
});

const picture = [2, 6, 6, 4];
const positive = (x: any) => tf.add(tf.abs(x), 0.1);
/** Into (−1, 1), away from the ends where some gradients grow without bound. */
const inner = (x: any) => tf.mul(x, 0.9);

const unary = [
  'abs acos acosh asin asinh atan atanh ceil cos cosh elu erf exp expm1 floor leakyRelu log log1p',
  'logSoftmax neg reciprocal relu relu6 round rsqrt selu sigmoid sign sin sinh softmax softplus sqrt square step tan tanh',
]
  .join(' ')
  .split(' ');
const domain: Record<string, (x: any) => any> = {
  acosh: (x) => tf.add(tf.abs(x), 1.1),
  log: positive,
  log1p: positive,
  reciprocal: positive,
  rsqrt: positive,
  sqrt: positive,
};

/** Operations of two pictures. */
const binary = 'add sub mul div maximum minimum squaredDifference pow atan2 mod prelu'.split(' ');

/** Everything else that a net or a loss may be made of: of x, and of a second tensor w of the given shape. */
const others: Record<string, { shape?: number[]; w?: number[]; op: (x: any, w: any) => Tensor }> = {
  'add, broadcast': { w: [4], op: (x, w) => tf.add(x, w) },
  'mul, broadcast over the middle': { w: [2, 1, 1, 4], op: (x, w) => tf.mul(x, w) },
  'div, broadcast': { w: [6, 1], op: (x, w) => tf.div(x, positive(w)) },
  addN: { w: picture, op: (x, w) => tf.addN([x, w, x]) },
  avgPool: { op: (x) => tf.avgPool(x, 2, 1, 'valid') },
  maxPool: { op: (x) => tf.maxPool(x, [2, 3], [1, 2], 'same') },
  'pool, dilated': { op: (x) => tf.pool(x, 2, 'max', 'valid', [2, 2]) },
  batchNorm: { w: [4], op: (x, w) => tf.batchNorm(x, w, positive(w), w, positive(w)) },
  batchToSpaceND: {
    shape: [4, 2, 3, 2],
    op: (x) =>
      tf.batchToSpaceND(
        x,
        [2, 2],
        [
          [0, 0],
          [0, 1],
        ],
      ),
  }, // prettier-ignore
  spaceToBatchND: {
    op: (x) =>
      tf.spaceToBatchND(
        x,
        [2, 2],
        [
          [0, 0],
          [0, 0],
        ],
      ),
  }, // prettier-ignore
  clipByValue: { op: (x) => tf.clipByValue(x, -0.3, 0.4) },
  concat: { w: [2, 6, 6, 3], op: (x, w) => tf.concat([x, w], 3) },
  'concat, first axis': { w: picture, op: (x, w) => tf.concat([x, w], 0) },
  conv2d: { w: [3, 2, 4, 5], op: (x, w) => tf.conv2d(x, w, [2, 1], 'same') },
  conv2dTranspose: { w: [3, 3, 2, 4], op: (x, w) => tf.conv2dTranspose(x, w, [2, 12, 12, 2], 2, 'same') },
  conv1d: { shape: [2, 9, 4], w: [3, 4, 2], op: (x, w) => tf.conv1d(x, w, 2, 'same') },
  'fused conv2d': {
    w: [3, 3, 4, 5],
    op: (x, w) => tf.fused.conv2d({ x, filter: w, strides: 1, pad: 'same', activation: 'relu' }),
  }, // prettier-ignore
  'fused depthwiseConv2d': {
    w: [3, 3, 4, 1],
    op: (x, w) => tf.fused.depthwiseConv2d({ x, filter: w, strides: 1, pad: 'same', activation: 'relu6' }),
  }, // prettier-ignore
  'fused matMul': {
    shape: [5, 4],
    w: [4, 3],
    op: (x, w) => tf.fused.matMul({ a: x, b: w, activation: 'relu' }),
  }, // prettier-ignore
  separableConv2d: {
    w: [3, 3, 4, 2],
    op: (x, w) => tf.separableConv2d(x, w, tf.tensor(random(5, [1, 1, 8, 3]).data, [1, 1, 8, 3]), 1, 'same'),
  }, // prettier-ignore
  depthwiseConv2d: { w: [3, 3, 4, 2], op: (x, w) => tf.depthwiseConv2d(x, w, 2, 'same') },
  cumsum: { op: (x) => tf.cumsum(x, 3) },
  dot: { shape: [5, 4], w: [4, 3], op: (x, w) => tf.dot(x, w) },
  matMul: { shape: [5, 4], w: [4, 3], op: (x, w) => tf.matMul(x, w) },
  'matMul, transposed': { shape: [4, 5], w: [3, 4], op: (x, w) => tf.matMul(x, w, true, true) },
  'matMul, batches': { shape: [2, 5, 4], w: [2, 4, 3], op: (x, w) => tf.matMul(x, w) },
  expandDims: { op: (x) => tf.expandDims(x, 2) },
  gather: { op: (x) => tf.gather(x, tf.tensor1d([3, 0, 0], 'int32'), 3) },
  'gather, first axis': { op: (x) => tf.gather(x, tf.tensor1d([1, 1, 0], 'int32')) },
  localResponseNormalization: { op: (x) => tf.localResponseNormalization(x, 2, 1, 1, 0.5) },
  logSumExp: { op: (x) => tf.logSumExp(x, [1, 2]) },
  max: { op: (x) => tf.max(x, [1, 2]) },
  min: { op: (x) => tf.min(x, 3) },
  mean: { op: (x) => tf.mean(x, [1, 2]) },
  sum: { op: (x) => tf.sum(x, [0, 3], true) },
  prod: { op: (x) => tf.prod(x, 3) },
  moments: { op: (x) => tf.moments(x, [0, 1, 2]).variance },
  norm: { op: (x) => tf.norm(x, 'euclidean', [1, 2]) },
  mirrorPad: {
    op: (x) =>
      tf.mirrorPad(
        x,
        [
          [0, 0],
          [1, 2],
          [2, 1],
          [0, 0],
        ],
        'reflect',
      ),
  }, // prettier-ignore
  pad: {
    op: (x) =>
      tf.pad(x, [
        [0, 0],
        [1, 2],
        [0, 1],
        [0, 0],
      ]),
  }, // prettier-ignore
  resizeBilinear: { op: (x) => tf.image.resizeBilinear(x, [9, 4]) },
  'resizeBilinear, corners': { op: (x) => tf.image.resizeBilinear(x, [9, 4], true) },
  // One picture: over a batch the cpu backend reads the gradient at wrong places.
  resizeNearestNeighbor: { shape: [1, 6, 6, 4], op: (x) => tf.image.resizeNearestNeighbor(x, [12, 12]) },
  reverse: { op: (x) => tf.reverse(x, [1, 2]) },
  slice: { op: (x) => tf.slice(x, [0, 1, 2, 1], [2, 3, 4, 2]) },
  split: { op: (x) => tf.add(...(tf.split(x, 2, 3) as [Tensor, Tensor])) },
  stack: { w: picture, op: (x, w) => tf.stack([x, w], 1) },
  unstack: { op: (x) => tf.unstack(x, 3)[2] },
  tile: { op: (x) => tf.tile(x, [1, 2, 1, 3]) },
  broadcastTo: { shape: [1, 6, 1, 4], op: (x) => tf.broadcastTo(x, picture) },
  transpose: { op: (x) => tf.transpose(x, [0, 3, 1, 2]) },
  where: {
    w: picture,
    op: (x, w) => tf.where(tf.greater(tf.tensor(random(6, picture).data, picture), 0), x, w),
  },
  absoluteDifference: { w: picture, op: (x, w) => tf.losses.absoluteDifference(w, x) },
  cosineDistance: { w: picture, op: (x, w) => tf.losses.cosineDistance(w, x, 3) },
  hingeLoss: { w: picture, op: (x, w) => tf.losses.hingeLoss(tf.step(w), x) },
  huberLoss: { w: picture, op: (x, w) => tf.losses.huberLoss(w, x) },
  logLoss: { w: picture, op: (x, w) => tf.losses.logLoss(tf.step(w), tf.sigmoid(x)) },
  meanSquaredError: { w: picture, op: (x, w) => tf.losses.meanSquaredError(w, x) },
  sigmoidCrossEntropy: { w: picture, op: (x, w) => tf.losses.sigmoidCrossEntropy(tf.step(w), x) },
  softmaxCrossEntropy: {
    shape: [6, 4],
    w: [6, 4],
    op: (x, w) => tf.losses.softmaxCrossEntropy(tf.softmax(w), x),
  }, // prettier-ignore
};

/** The gradients of a fixed weighting of an operation's result agree, by each of its inputs. */
async function agree(op: (...tensors: any[]) => Tensor, shapes: number[][]) {
  const inputs = shapes.map((shape, i) => random(i + 3, shape));
  for (const by of inputs.keys()) {
    const gradient = (...tensors: Tensor[]) =>
      tf.grad((x) => {
        const result = op(...tensors.map((t, i) => (i === by ? x : t)));
        return tf.sum(tf.mul(result, tf.tensor(random(9, result.shape).data, result.shape)));
      })(tensors[by]);
    const actual = await on(tf, 'wasm', inputs, gradient);
    expect(difference(actual, await on(tf, 'cpu', inputs, gradient))).toBeLessThanOrEqual(1e-5);
  }
}

describe('an operation on WASM has the gradients of the cpu backend', () => {
  it.each(unary)('%s', async (name) => {
    await agree((x) => (tf as any)[name]((domain[name] ?? inner)(x)), [picture]);
  });
  it.each(binary)('%s', async (name) => {
    const base = ['pow', 'mod', 'div'].includes(name) ? positive : inner;
    await agree((x, w) => (tf as any)[name](base(x), base(w)), [picture, picture]);
  });
  it.each(Object.entries(others))('%s', async (_, { shape = picture, w, op }) => {
    await agree(op, w ? [shape, w] : [shape]);
  });
});
