import type * as tfjs from '@tensorflow/tfjs';
import { attribute, SatwatchError } from 'satwatch';
import { beforeAll, describe, expect, it } from 'vitest';
import { backend } from '../tf.js';
import { largestDifference } from './maps.js';
import { referenceModels, referenceOf, smallNet, thrownBy, withoutLeak } from './reference.js';

let tf: typeof tfjs;
beforeAll(async () => {
  tf = await backend();
});

it.each(referenceModels)('on %s equal to Captum', async (name) => {
  const reference = referenceOf(name);
  const { sum, maxAbs, options } = reference.entry('occlusion');
  const model = await reference.model(tf);
  const images = reference.images(tf);
  const asked = {
    ...{ method: 'occlusion', target: reference.labels, baseline: options.baseline },
    ...{ window: options.window.slice(0, 2), stride: options.stride.slice(0, 2) },
  };
  const map = withoutLeak(tf, () => attribute(tf, model, images, asked));
  expect(largestDifference(await map.data(), reference.floats(sum.file))).toBeLessThan(1e-4 * maxAbs);
  const kept = await attribute(tf, model, images, { ...asked, channels: 'keep' }).data();
  expect(kept.length).toBe(3 * map.size);
  for (let at = 0; at < kept.length; at += 3)
    expect([kept[at + 1], kept[at + 2]]).toEqual([kept[at], kept[at]]);
});

/** Written out: every window, every pixel under it. */
async function literal(
  model: tfjs.LayersModel,
  images: tfjs.Tensor4D,
  target: number[],
  [high, wide]: number[],
  [down, along]: number[],
  baseline: (channel: number, pixel: number) => number,
): Promise<Float64Array> {
  const [n, height, width, channels] = images.shape;
  const score = async (values: Float32Array) => {
    const softmax = (model.predict(tf.tensor4d(values, images.shape)) as tfjs.Tensor2D).arraySync();
    // Of class 0 and 1, whose logits differ by the logarithm of their quotient.
    return softmax.map((row, i) => Math.log(row[target[i]] / row[1 - target[i]]));
  };
  const values = (await images.data()) as Float32Array;
  const whole = await score(values);
  const [sums, counts] = [new Float64Array(n * height * width), new Float64Array(n * height * width)];
  for (let k = 0; k <= Math.ceil((height - high) / down); k++)
    for (let l = 0; l <= Math.ceil((width - wide) / along); l++) {
      const inside: number[] = [];
      for (let y = k * down; y < Math.min(height, k * down + high); y++)
        for (let x = l * along; x < Math.min(width, l * along + wide); x++) inside.push(y * width + x);
      const occluded = values.slice();
      for (let i = 0; i < n; i++)
        for (const pixel of inside)
          for (let c = 0; c < channels; c++)
            occluded[(i * height * width + pixel) * channels + c] = baseline(c, pixel);
      const scores = await score(occluded);
      for (let i = 0; i < n; i++)
        for (const pixel of inside) {
          sums[i * height * width + pixel] += whole[i] - scores[i];
          counts[i * height * width + pixel]++;
        }
    }
  return sums.map((sum, at) => (sum / counts[at]) * channels);
}

describe('windows and baselines', () => {
  const net = (side = 12) => {
    const model = smallNet(tf, { side });
    const two = tf.layers.dense({
      units: 2,
      activation: 'softmax',
      kernelInitializer: tf.initializers.heNormal({ seed: 9 }),
    });
    return tf.sequential({ layers: [...model.layers.slice(0, -1), two] });
  };
  const images = (n: number, side = 12) =>
    tf.randomUniform([n, side, side, 3], 0, 1, 'float32', 5) as tfjs.Tensor4D;

  it.each([
    { window: [5, 3], stride: [3, 2] },
    { window: [12, 12], stride: [1, 1] },
    { window: [1, 7], stride: [1, 7] },
    { window: [2, 2], stride: undefined, taken: [1, 1] },
    { window: undefined, stride: [1, 2], taken: [2, 2] },
  ])('$window by $stride as written out', async ({ window, stride, taken }) => {
    const model = net();
    const x = images(3);
    const target = [0, 1, 1];
    const map = attribute(tf, model, x, { method: 'occlusion', score: 'margin', target, window, stride });
    const expected = await literal(model, x, target, window ?? taken!, stride ?? taken!, () => 0);
    expect(largestDifference(await map.data(), expected)).toBeLessThan(
      1e-4 * Math.max(...expected.map(Math.abs)),
    );
  });

  it('takes an eighth of the image and half of that by default, and an image as baseline', async () => {
    const model = net(32);
    const x = images(2, 32);
    const target = [1, 0];
    const baseline = tf.randomUniform([32, 32, 3], 0, 1, 'float32', 8) as tfjs.Tensor3D;
    const values = await baseline.data();
    const expected = await literal(model, x, target, [4, 4], [2, 2], (c, pixel) => values[pixel * 3 + c]);
    const options = { method: 'occlusion', score: 'margin' as const, target };
    for (const given of [baseline, baseline.arraySync()]) {
      const map = attribute(tf, model, x, { ...options, baseline: given });
      expect(largestDifference(await map.data(), expected)).toBeLessThan(
        1e-4 * Math.max(...expected.map(Math.abs)),
      );
    }
  });

  it('gives an image alone and among others the same map', async () => {
    const model = net();
    const x = images(9);
    const target = Array.from({ length: 9 }, (_, i) => i % 2);
    const all = attribute(tf, model, x, { method: 'occlusion', target, window: [4, 4] });
    for (const i of [0, 8]) {
      const one = x.slice([i, 0, 0, 0], [1, -1, -1, -1]) as tfjs.Tensor4D;
      const alone = attribute(tf, model, one, { method: 'occlusion', target: [i % 2], window: [4, 4] });
      const here = await all.slice([i, 0, 0], [1, -1, -1]).data();
      expect(largestDifference(await alone.data(), here)).toBeLessThan(1e-5);
    }
  });

  it('needs no gradient', () => {
    // topk has none.
    const forward = (_: unknown, x: tfjs.Tensor4D) => tf.topk(x.reshape([x.shape[0], -1]), 2).values;
    const map = attribute(tf, {}, images(2), { method: 'occlusion', target: [0, 0], forward });
    expect(map.dataSync().every(Number.isFinite)).toBe(true);
  });
});

it.each([
  [{ window: 4 }, /window: got 4, expected two whole numbers from 1: \[height, width\]/],
  [{ window: [4] }, /window: got \[4\]/],
  [{ window: [4, 4, 3] }, /window: got \[4,4,3\]/],
  [{ window: [0, 4] }, /window: got \[0,4\]/],
  [{ window: [2.5, 4] }, /window: got \[2.5,4\]/],
  [{ window: [Number.NaN, 4] }, /window/],
  [{ window: [13, 4] }, /window: got \[13,4\], expected at most the image's \[12,12\]/],
  [{ window: [4, 13] }, /window: got \[4,13\]/],
  [{ stride: [0, 1] }, /stride: got \[0,1\], expected two whole numbers/],
  [{ window: [4, 4], stride: [5, 1] }, /stride: got \[5,1\], expected at most the window's \[4,4\]/],
  [{ stride: [3, 1] }, /stride: got \[3,1\], expected at most the window's \[2,2\]/],
  [{ baseline: Number.NaN }, /baseline: got NaN/],
  [{ baseline: [[[1]]] }, /baseline/],
])('refuses %j', (options, words) => {
  const [model, x] = [smallNet(tf), tf.zeros([1, 12, 12, 3]) as tfjs.Tensor4D];
  const error = thrownBy(tf, () => attribute(tf, model, x, { method: 'occlusion', target: [0], ...options }));
  expect(error).toBeInstanceOf(SatwatchError);
  expect(error.code).toBe('BAD_OPTION');
  expect(error.message).toMatch(words);
});
