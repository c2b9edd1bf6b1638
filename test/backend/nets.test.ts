import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableFastTraining } from '../../src/backend/index.js';
import type { Tf } from '../../src/backend/types.js';
import { nets } from '../nets.js';
import { wasm } from '../tf.js';
import { random } from './onBoth.js';

let tf: Tf;
beforeAll(async () => {
  tf = await wasm();
  enableFastTraining(tf);
});

const [size, classes] = [12, 2];

/** Pictures whose class is which half is bright: learnt within an epoch. */
function pictures(n: number): { xs: Tensor; ys: Tensor } {
  const { data } = random(n, [n, size, size, 3]);
  for (let i = 0; i < data.length; i++) {
    const column = Math.floor(i / 3) % size;
    const image = Math.floor(i / (size * size * 3));
    if (column < size / 2 === (image % 2 === 0)) data[i] += 1;
  }
  const labels = Array.from({ length: n }, (_, i) => (i % 2 === 0 ? [1, 0] : [0, 1]));
  return { xs: tf.tensor(data, [n, size, size, 3]), ys: tf.tensor2d(labels) };
}

/** Ten steps from the weights of seed 1: the losses, and the weights after. */
async function tenSteps(backend: 'cpu' | 'wasm', net: keyof typeof nets) {
  await tf.setBackend(backend);
  try {
    const model = nets[net](tf, size, classes);
    model.compile({ optimizer: tf.train.momentum(0.02, 0.9), loss: 'categoricalCrossentropy' });
    const { xs, ys } = pictures(8);
    const losses: number[] = [];
    for (let step = 0; step < 10; step++) losses.push((await model.trainOnBatch(xs, ys)) as number);
    const weights = model.getWeights().map((weight) => weight.dataSync());
    tf.dispose([xs, ys]);
    model.dispose();
    return { losses, weights };
  } finally {
    await tf.setBackend('wasm');
  }
}

function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < b.length; i++) {
    const apart = Math.abs(a[i] - b[i]) / Math.max(1, Math.abs(b[i]));
    if (!(apart <= worst)) worst = Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart;
  }
  return worst;
}

describe.each(Object.keys(nets))('%s on WASM', (net) => {
  it('learns within an epoch and leaves no tensor behind', async () => {
    const model: LayersModel = nets[net](tf, size, classes);
    model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    const { xs, ys } = pictures(256);
    const losses: number[] = [];
    const held: number[] = [];
    await model.fit(xs, ys, {
      batchSize: 16,
      epochs: 1,
      shuffle: false,
      verbose: 0,
      yieldEvery: 'never',
      callbacks: {
        onBatchEnd: async (_, logs) => {
          losses.push(logs!.loss);
          held.push(tf.memory().numTensors);
        },
      },
    });
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(losses).toHaveLength(16);
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(new Set(held).size).toBe(1);
    expect(mean(losses.slice(-4))).toBeLessThan(0.8 * mean(losses.slice(0, 4)));
    tf.dispose([xs, ys]);
    model.dispose();
  });

  it('arrives where the cpu backend does after ten steps', async () => {
    const expected = await tenSteps('cpu', net);
    const actual = await tenSteps('wasm', net);
    expect(expected.losses[9]).not.toBeCloseTo(expected.losses[0], 2);
    expect(farthest(actual.losses, expected.losses)).toBeLessThanOrEqual(1e-3);
    expect(actual.weights).toHaveLength(expected.weights.length);
    actual.weights.forEach((weight, i) => {
      expect(farthest(weight, expected.weights[i])).toBeLessThanOrEqual(1e-3);
    });
  });
});
