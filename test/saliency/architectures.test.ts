import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { type AttributeOptions, attribute, maskFromBitmap, saliencyMethods } from 'satwatch';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../models.js';
import { backend } from '../tf.js';
import { architectures } from './architectures.js';
import { compare, pictures, tolerance } from './compare.js';
import { literalMethods } from './literal/methods.js';
import { read } from './literal/read.js';

// Nets in the shape of real ones, and a real one.

let tf: typeof tfjs;
beforeAll(async () => {
  tf = await backend();
});

const target = [1, 4];

/** Options that a method cannot do without, or that keep it quick. */
const needed: Record<string, (images: tfjs.Tensor4D) => object> = {
  'expected-gradients': (images) => ({
    baselines: tf.zerosLike(images).slice([0, 0, 0, 0], [1, -1, -1, -1]),
  }),
  'segment-shapley': segments,
  'segment-ablation': segments,
};

function segments(images: tfjs.Tensor4D): object {
  const [n, h, w] = images.shape;
  const both = [0, 1].map((part) => ({
    name: ['above', 'below'][part],
    mask: maskFromBitmap(
      Array.from({ length: h * w }, (_, i) => Number(i < (h * w) / 2 === (part === 0))),
      w,
      h,
    ),
  }));
  return { segments: Array.from({ length: n }, () => both) };
}

/** A map [n,h,w] as numbers. The options' own tensors are none of the method's business. */
function mapOf(model: tfjs.LayersModel, images: tfjs.Tensor4D, options: AttributeOptions): Float32Array {
  const before = tf.memory().numTensors;
  const maps = attribute(tf, model, images, options);
  expect(tf.memory().numTensors).toBe(before + 1);
  expect(maps.shape.slice(0, 3)).toEqual(images.shape.slice(0, 3));
  const values = maps.dataSync() as Float32Array;
  maps.dispose();
  return values;
}

/** Σ of the maps of each image. */
function sums(map: Float32Array, n: number): number[] {
  const each = map.length / n;
  return Array.from({ length: n }, (_, i) =>
    map.subarray(i * each, (i + 1) * each).reduce((a, b) => a + b, 0),
  );
}

/** The model's own logits of the classes explained, by `predict`. */
function logits(model: tfjs.LayersModel, images: tfjs.Tensor4D, classes = target): number[] {
  return tf.tidy(() => {
    const rows = (model.predict(images) as tfjs.Tensor2D).arraySync();
    return rows.map((row, i) => row[classes[i]]);
  });
}

describe.each(Object.keys(architectures))('%s', (name) => {
  it.each(Object.keys(saliencyMethods))('%s is finite and leaves nothing behind', (method) => {
    const model = architectures[name](tf, 32);
    const images = pictures(tf, 2, 2, [32, 32, 3]);
    const own = needed[method]?.(images) ?? {};
    const map = mapOf(model, images, { method, target, ...own });
    expect(map.every(Number.isFinite)).toBe(true);
    if (method !== 'deep-taylor') expect(map.some((value) => value !== 0)).toBe(true);
  });

  it('DeepLIFT adds up to the difference of what predict says', () => {
    const model = architectures[name](tf, 32);
    const images = pictures(tf, 2, 2, [32, 32, 3]);
    const map = mapOf(model, images, { method: 'deep-lift', target });
    const [f, f0] = [logits(model, images), logits(model, tf.zerosLike(images) as tfjs.Tensor4D)];
    const size = map.reduce((sum, value) => sum + Math.abs(value), 0) / 2;
    sums(map, 2).forEach((sum, i) => {
      expect(Math.abs(sum - (f[i] - f0[i]))).toBeLessThan(
        tolerance * (size + Math.abs(f[i]) + Math.abs(f0[i])),
      );
    });
  });

  it('predicts what the literal program does', () => {
    const model = architectures[name](tf, 16);
    const images = pictures(tf, 2, 2, [16, 16, 3]);
    const net = read(model);
    const pixels = images.dataSync();
    const found = target.map((wanted, i) => {
      const image = Array.from(pixels.subarray((i * pixels.length) / 2, ((i + 1) * pixels.length) / 2));
      return literalMethods.gradient({ net, image, target: wanted, score: 'logit', options: {} }).score;
    });
    logits(model, images).forEach((value, i) => {
      expect(found[i]).toBeCloseTo(value, 4);
    });
  });

  it.each(Object.keys(literalMethods))('%s equals the literal program', (method) => {
    const model = architectures[name](tf, 16);
    const images = pictures(tf, 1, 2, [16, 16, 3]);
    const options =
      method === 'integrated-gradients'
        ? { steps: 2 }
        : method === 'occlusion'
          ? { window: [8, 8], stride: [4, 4] }
          : {};
    for (const { flaw } of compare(tf, model, images, { method, options, score: 'logit' }))
      expect(flaw).toBeNull();
  });
});

const lite = join(import.meta.dirname, '../../../shared/data/efficientnet-lite0');

describe.skipIf(!existsSync(lite))(
  'EfficientNet-Lite0 (skipped where ../shared/data/efficientnet-lite0 is not there)',
  () => {
    it.each([
      'gradient',
      'epsilon-plus-flat',
      'deep-taylor',
      'lrp-gamma',
      'guided-backprop',
      'grad-cam',
      'deep-lift',
    ])(
      '%s',
      async (method) => {
        const model = await loadModel(tf, lite);
        const images = pictures(tf, 1, 3, [224, 224, 3]);
        const own = method === 'deep-lift' ? { baseline: -0.99 } : {};
        const map = mapOf(model, images, { method, target: 'predicted', ...own });
        expect(map.every(Number.isFinite)).toBe(true);
        expect(map.some((value) => value !== 0)).toBe(true);
        if (method === 'deep-lift') {
          const cut = tf.model({
            inputs: model.inputs,
            outputs: model.getLayer('logits').output as tfjs.SymbolicTensor,
          });
          const [row] = (cut.predict(images) as tfjs.Tensor2D).arraySync();
          const wanted = row.indexOf(Math.max(...row));
          const black = tf.fill(images.shape, -0.99) as tfjs.Tensor4D;
          const [f0] = logits(cut, black, [wanted]);
          const size = map.reduce((sum, value) => sum + Math.abs(value), 0);
          expect(Math.abs(sums(map, 1)[0] - (row[wanted] - f0))).toBeLessThan(1e-3 * size);
        }
      },
      300_000,
    );
  },
);
