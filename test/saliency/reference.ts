import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { loadModel } from '../models.js';
import { floats as floatsOf } from './maps.js';

export const referenceModels = ['cnn-plain', 'cnn-softmax', 'cnn-bn-stride', 'residual', 'binary-sigmoid'];

/** A model of test/reference/attribution, and what was computed for it. */
export function referenceOf(name: string) {
  const folder = join(import.meta.dirname, '../reference/attribution', name);
  const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
  const floats = (file: string) => floatsOf(join(folder, file));
  return {
    labels: expected.labels as number[],
    shapley: expected.shapley,
    entry: (id: string) => expected.entries.find((entry: { id: string }) => entry.id === id),
    floats,
    bytes: (file: string) => new Uint8Array(readFileSync(join(folder, file))),
    images: (tf: typeof tfjs) => tf.tensor4d(floats('images.f32'), [4, ...expected.input] as any),
    model: (tf: typeof tfjs) => loadModel(tf, folder),
  };
}

/** What `body` throws; no tensor may be left behind. */
export function thrownBy(tf: typeof tfjs, body: () => unknown): any {
  const before = tf.memory().numTensors;
  let caught: unknown;
  try {
    body();
  } catch (error) {
    caught = error;
  }
  expect(tf.memory().numTensors).toBe(before);
  expect(caught).toBeDefined();
  return caught;
}

/** `make`'s result, where nothing but it is left behind. */
export function withoutLeak<T extends tfjs.Tensor>(tf: typeof tfjs, make: () => T): T {
  const before = tf.memory().numTensors;
  const result = make();
  expect(tf.memory().numTensors).toBe(before + 1);
  return result;
}

/** A small net of convolutions and a few pictures for it, whose values are not of the range [0, 1]. */
export function smallNet(tf: typeof tfjs, { side = 12, channels = 3, activation = 'relu' as any } = {}) {
  const seed = (s: number) => tf.initializers.heNormal({ seed: s });
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [side, side, channels],
        ...{ filters: 6, kernelSize: 3, activation, kernelInitializer: seed(1) },
      }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.conv2d({ filters: 8, kernelSize: 3, activation, kernelInitializer: seed(2) }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 3, activation: 'softmax', kernelInitializer: seed(3) }),
    ],
  });
}
