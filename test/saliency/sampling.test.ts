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

const family = ['smoothgrad', 'smoothgrad-squared', 'vargrad'];

describe.each(referenceModels)('on %s equal to Captum', (name) => {
  const reference = referenceOf(name);

  it.each(family)('%s with the noise itself', async (method) => {
    const { sum, maxAbs, options } = reference.entry(method);
    const model = await reference.model(tf);
    const images = reference.images(tf);
    const noise = tf.tensor(reference.floats(options.noise.file), options.noise.shape);
    const map = withoutLeak(tf, () =>
      attribute(tf, model, images, { method, noise, target: reference.labels }),
    );
    expect(largestDifference(await map.data(), reference.floats(sum.file))).toBeLessThan(1e-4 * maxAbs);
    const asLists = attribute(tf, model, images, {
      ...{ method, target: reference.labels },
      noise: noise.arraySync(),
    });
    expect(await asLists.data()).toEqual(await map.data());
  });

  it('expected gradients with the pairs themselves', async () => {
    const { sum, maxAbs, options } = reference.entry('expected-gradients');
    const { baselines, alphas } = options;
    const model = await reference.model(tf);
    const images = reference.images(tf);
    const given = tf.tensor4d(reference.floats(baselines.file), baselines.shape);
    const pairs = { method: 'expected-gradients', baselines: given, alphas, target: reference.labels };
    const map = withoutLeak(tf, () => attribute(tf, model, images, pairs));
    expect(largestDifference(await map.data(), reference.floats(sum.file))).toBeLessThan(1e-4 * maxAbs);
  });
});

describe('noise of a standard deviation', () => {
  const target = [0, 1, 2];
  const images = () => tf.randomUniform([3, 12, 12, 3], -1, 1, 'float32', 5) as tfjs.Tensor4D;

  /** A model whose gradient is a known function of the image: f = Σ x³ / 3, ∂f/∂x = x². */
  const cubic = (_: unknown, x: tfjs.Tensor4D) => {
    const sum = x.pow(3).div(3).sum([1, 2, 3]).reshape([-1, 1]);
    return tf.concat([sum, sum.mul(0)], 1);
  };

  it('is normal, with that deviation, and other in every copy, image and value', async () => {
    // At x = 0 the gradient is the noise's square: SmoothGrad gives its mean square, VarGrad the variance of that.
    const zeros = tf.zeros([4, 32, 32, 3]) as tfjs.Tensor4D;
    const options = {
      forward: cubic,
      target: [0, 0, 0, 0],
      noise: 2,
      samples: 64,
      channels: 'keep' as const,
    };
    const squares = attribute(tf, {}, zeros, { ...options, method: 'smoothgrad' });
    const [mean] = await squares.mean().data();
    expect(mean).toBeGreaterThan(4 * 0.99);
    expect(mean).toBeLessThan(4 * 1.01);
    // E q⁴ − (E q²)² = 3 σ⁴ − σ⁴, of the 64 copies 63/64.
    const [spread] = await attribute(tf, {}, zeros, { ...options, method: 'vargrad' })
      .mean()
      .data();
    expect(spread / (2 * 16 * (63 / 64))).toBeGreaterThan(0.97);
    expect(spread / (2 * 16 * (63 / 64))).toBeLessThan(1.03);
    // The mean squares of independent values scatter by σ² √(2/64) around σ².
    const values = (await squares.data()) as Float32Array;
    const scatter = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
    expect(scatter / (4 * Math.sqrt(2 / 64))).toBeGreaterThan(0.96);
    expect(scatter / (4 * Math.sqrt(2 / 64))).toBeLessThan(1.04);
  });

  it('comes of the seed alone: the same in any batches and any run', async () => {
    const model = smallNet(tf, { side: 12 });
    const x = images();
    const options = { method: 'smoothgrad', noise: 0.3, samples: 4, target, seed: 7 };
    const map = await attribute(tf, model, x, options).data();
    expect(await attribute(tf, model, x, options).data()).toEqual(map);
    expect(
      largestDifference(await attribute(tf, model, x, { ...options, seed: 8 }).data(), map),
    ).toBeGreaterThan(1e-3);
    // Images of 64 × 64 go through the model 32 at once. These are all the same: what differs is the noise.
    const many = tf.fill([70, 64, 64, 3], 0.5) as tfjs.Tensor4D;
    const at = (n: number) =>
      attribute(tf, {}, many.slice([0, 0, 0, 0], [n, -1, -1, -1]) as tfjs.Tensor4D, {
        ...{ method: 'smoothgrad', noise: 0.3, samples: 2, forward: cubic, target: new Array(n).fill(0) },
      });
    const [all, some] = [at(70), at(35)];
    const first = all.slice([0, 0, 0], [35, -1, -1]);
    expect(largestDifference(await first.data(), await some.data())).toBeLessThan(1e-5);
    expect(new Set(await all.sum([1, 2]).data()).size).toBe(70);
  });

  it('is pinned: these are the maps of seed 1 on every backend', async () => {
    // mean_k (1 + 0.5 q_k)²
    const pinned = [1.9841907, 0.9437706, 1.3572233, 0.9086543, 2.150626, 0.3376071, 0.516086, 0.9119242];
    const x = tf.fill([2, 2, 2, 1], 1) as tfjs.Tensor4D;
    const map = attribute(tf, {}, x, {
      ...{ method: 'smoothgrad', noise: 0.5, samples: 3, seed: 1, target: [0, 0], forward: cubic },
    });
    expect(largestDifference(await map.data(), pinned)).toBeLessThan(1e-6);
  });

  it('given itself goes with its images through several batches', async () => {
    const x = tf.fill([35, 64, 64, 3], 1) as tfjs.Tensor4D;
    const target = new Array(35).fill(0);
    // The noise of image i is i, in every value: 1 + i, squared, over three channels.
    const noise = tf.range(0, 35).reshape([1, 35, 1, 1, 1]).tile([2, 1, 64, 64, 3]);
    const map = attribute(tf, {}, x, { method: 'smoothgrad', noise, target, forward: cubic });
    const expected = Array.from({ length: 35 }, (_, i) => 3 * (1 + i) ** 2);
    expect(largestDifference(await map.max([1, 2]).data(), expected)).toBeLessThan(0.01);
    expect(largestDifference(await map.min([1, 2]).data(), expected)).toBeLessThan(0.01);
  });

  it("is by default 15 % of the image's own range", async () => {
    const model = smallNet(tf);
    const x = tf.tidy(() => {
      const one = images().slice([0, 0, 0, 0], [1, -1, -1, -1]);
      const [low, high] = [one.min(), one.max()];
      return tf.concat([one.sub(low).div(high.sub(low)), one.sub(low).div(high.sub(low)).mul(255)]);
    }) as tfjs.Tensor4D;
    const kept = { method: 'vargrad', target: [0, 0], samples: 3 };
    const map = attribute(tf, model, x, kept);
    const single = (i: number, noise: number) =>
      attribute(tf, model, x, { ...kept, noise }).slice([i, 0, 0], [1, -1, -1]);
    for (const [i, noise] of [
      [0, 0.15],
      [1, 0.15 * 255],
    ]) {
      const wanted = await single(i, noise).data();
      const most = Math.max(...wanted);
      expect(largestDifference(await map.slice([i, 0, 0], [1, -1, -1]).data(), wanted)).toBeLessThan(
        1e-3 * most,
      );
    }
  });

  it('keeps the digits of a small variance beside a large mean', async () => {
    // ∂f/∂x = slope + x. By E g² − (E g)² nothing would be left of σ² = 0.01 beside 10⁶.
    const sloping = (slope: number) => (_: unknown, x: tfjs.Tensor4D) => {
      const sum = x.mul(slope).add(x.square().div(2)).sum([1, 2, 3]).reshape([-1, 1]);
      return tf.concat([sum, sum.neg()], 1);
    };
    const at = (slope: number) =>
      attribute(tf, {}, tf.zeros([2, 8, 8, 1]) as tfjs.Tensor4D, {
        ...{ method: 'vargrad', target: [0, 1], noise: 0.1, samples: 9, forward: sloping(slope) },
      }).data();
    const plain = await at(0);
    expect(largestDifference(await at(1000), plain)).toBeLessThan(0.01 * Math.max(...plain));
  });

  it('of zero is the gradient', async () => {
    const model = smallNet(tf);
    const x = images();
    const map = attribute(tf, model, x, { method: 'smoothgrad', noise: 0, samples: 2, target });
    const gradient = attribute(tf, model, x, { method: 'gradient', target });
    expect(largestDifference(await map.data(), await gradient.data())).toBeLessThan(1e-6);
  });
});

describe('random pairs of expected gradients', () => {
  it('are the same for every image, come of the seed, and approach the exact expectation', async () => {
    const x = tf.randomUniform([3, 4, 4, 1], 0, 1, 'float32', 5) as tfjs.Tensor4D;
    const baselines = tf.randomUniform([5, 4, 4, 1], 0, 1, 'float32', 6) as tfjs.Tensor4D;
    // ∂f/∂x = x: the expectation is mean_b (x − b)(x + b) / 2 = (x² − mean b²) / 2.
    const square = (_: unknown, y: tfjs.Tensor4D) => {
      const sum = y.square().div(2).sum([1, 2, 3]).reshape([-1, 1]);
      return tf.concat([sum, sum.neg()], 1);
    };
    const options = { method: 'expected-gradients', forward: square, baselines };
    const at = (samples: number, seed: number, images = x) =>
      attribute(tf, {}, images, {
        ...{ ...options, samples, seed },
        target: new Array(images.shape[0]).fill(0),
      }).data();
    const map = await at(8, 3);
    expect(await at(8, 3)).toEqual(map);
    expect(largestDifference(await at(8, 4), map)).toBeGreaterThan(1e-3);
    const last = await at(8, 3, x.slice([2, 0, 0, 0], [1, -1, -1, -1]) as tfjs.Tensor4D);
    expect(largestDifference(map.slice(32), last)).toBeLessThan(1e-6);
    const exact = await x.square().sub(baselines.square().mean(0)).div(2).sum(3).data();
    expect(largestDifference(await at(1000, 3), exact)).toBeLessThan(0.05);
  });
});

describe('bad options', () => {
  const images = () => tf.zeros([2, 4, 4, 3]) as tfjs.Tensor4D;
  const model = () =>
    tf.sequential({ layers: [tf.layers.flatten({ inputShape: [4, 4, 3] }), tf.layers.dense({ units: 2 })] });
  const refused = (options: any, words: RegExp) => {
    const [m, x] = [model(), images()];
    const error = thrownBy(tf, () => attribute(tf, m, x, { target: [0, 0], ...options }));
    expect(error).toBeInstanceOf(SatwatchError);
    expect(error.code).toBe('BAD_OPTION');
    expect(error.message).toMatch(words);
  };

  it.each([
    [{ samples: 0 }, /samples: got 0, expected a whole number from 1/],
    [{ samples: 2.5 }, /samples: got 2.5/],
    [{ samples: Number.NaN }, /samples: got NaN/],
    [{ seed: 0.5 }, /seed: got 0.5, expected a whole number/],
    [{ noise: -0.1 }, /noise: got -0.1, expected a standard deviation from 0/],
    [{ noise: Number.NaN }, /noise: got NaN/],
    [{ noise: '0.1' }, /noise: got '0.1'/],
    [{ noise: [[1], [2, 3]] }, /noise: got \[\[1\],\[2,3\]\]/],
    [{ noise: null }, /noise: got null/],
  ])('of the noise: %j', (options, words) => {
    for (const method of family) refused({ method, ...options }, words);
  });

  it('noise of another shape, ragged, not finite or disposed', () => {
    const method = 'smoothgrad';
    refused(
      { method, noise: tf.zeros([3, 2, 4, 5, 3]) },
      /noise: got \[3,2,4,5,3\], expected \[samples,2,4,4,3\]/,
    );
    refused({ method, noise: tf.zeros([2, 4, 4, 3]) }, /noise: got a tensor \[2,4,4,3\], expected/);
    refused({ method, noise: tf.fill([1, 2, 4, 4, 3], Number.NaN) }, /NaN/);
    const gone = tf.zeros([1, 2, 4, 4, 3]);
    gone.dispose();
    refused({ method, noise: gone }, /disposed/);
    refused({ method, noise: [[[[[1, 2, 3]]]], [[[[1, 2]]]]] }, /noise: got lists of different lengths/);
  });

  it('baselines and alphas of expected gradients', () => {
    const method = 'expected-gradients';
    const baselines = tf.zeros([2, 4, 4, 3]);
    refused({ method }, /baselines: got nothing, expected images \[m, h, w, c\]/);
    refused({ method, baselines: 0 }, /baselines: got 0/);
    refused(
      { method, baselines: tf.zeros([2, 4, 5, 3]) },
      /baselines: got \[2,4,5,3\], expected \[m,4,4,3\]/,
    );
    refused({ method, baselines, alphas: [0.5] }, /alphas: got 1 numbers, expected one for each of the 2/);
    refused({ method, baselines, alphas: [0.5, 1.5] }, /alphas: got \[0.5,1.5\].*0 to 1/);
    refused({ method, baselines, alphas: [0.5, Number.NaN] }, /alphas/);
    refused({ method, baselines, samples: 0 }, /samples: got 0/);
  });
});
