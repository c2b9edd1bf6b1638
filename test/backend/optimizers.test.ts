import { beforeAll, describe, expect, it } from 'vitest';
import { enableFastTraining } from '../../src/backend/index.js';
import type { Tf } from '../../src/backend/types.js';
import { wasm } from '../tf.js';
import { difference, on, random, type Values } from './onBoth.js';

let tf: Tf;
beforeAll(async () => {
  tf = await wasm();
  enableFastTraining(tf);
});

/** Five steps of a small regularised net: every weight after them, in one row. */
async function train(backend: 'cpu' | 'wasm', compile: { optimizer: (tf: Tf) => any; loss: string }) {
  await tf.setBackend(backend);
  try {
    const seed = 3;
    const regularizer = tf.regularizers.l1l2({ l1: 0.01, l2: 0.01 });
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({
          inputShape: [6, 6, 2],
          filters: 4,
          kernelSize: 3,
          activation: 'tanh',
          kernelInitializer: tf.initializers.glorotNormal({ seed }),
          kernelRegularizer: regularizer,
        }),
        tf.layers.flatten(),
        tf.layers.dense({
          units: 3,
          activation: 'softmax',
          kernelInitializer: tf.initializers.glorotNormal({ seed }),
          biasRegularizer: regularizer,
        }),
      ],
    });
    const optimizer = compile.optimizer(tf);
    model.compile({ optimizer, loss: compile.loss });
    const sparse = compile.loss === 'sparseCategoricalCrossentropy';
    const [xs, ys] = [
      tf.tensor(random(1, [4, 6, 6, 2]).data, [4, 6, 6, 2]),
      sparse
        ? tf.tensor2d([[0], [1], [2], [0]])
        : tf.tensor2d([0, 1, 2, 0].map((c) => [0, 1, 2].map((k) => Number(c === k)))),
    ];
    const before = model.getWeights().flatMap((w) => [...w.dataSync()]);
    for (let step = 0; step < 5; step++) await model.trainOnBatch(xs, ys);
    const after = model.getWeights().flatMap((w) => [...w.dataSync()]);
    tf.dispose([xs, ys]);
    model.dispose();
    optimizer.dispose();
    const values = (data: number[]): Values => ({ data: Float32Array.from(data), shape: [data.length] });
    return { before: values(before), after: values(after) };
  } finally {
    await tf.setBackend('wasm');
  }
}

async function agree(compile: Parameters<typeof train>[1]) {
  const [actual, expected] = [await train('wasm', compile), await train('cpu', compile)];
  expect(difference(actual.before, expected.before)).toBeLessThanOrEqual(1e-6);
  expect(difference(expected.after, expected.before)).toBeGreaterThan(1e-4);
  expect(difference(actual.after, expected.after)).toBeLessThanOrEqual(1e-4);
}

const optimizers: Record<string, (tf: Tf) => any> = {
  sgd: ({ train }) => train.sgd(0.05),
  momentum: ({ train }) => train.momentum(0.05, 0.9),
  nesterov: ({ train }) => train.momentum(0.05, 0.9, true),
  adam: ({ train }) => train.adam(0.01),
  adamax: ({ train }) => train.adamax(0.01),
  adagrad: ({ train }) => train.adagrad(0.05),
  adadelta: ({ train }) => train.adadelta(1),
  rmsprop: ({ train }) => train.rmsprop(0.01),
};

describe('an optimizer on WASM moves the weights as on cpu', () => {
  it.each(Object.entries(optimizers))('%s', async (_, optimizer) => {
    await agree({ optimizer, loss: 'categoricalCrossentropy' });
  });
});

describe('a loss on WASM has the gradients of the cpu backend', () => {
  const losses = [
    'categoricalCrossentropy',
    'sparseCategoricalCrossentropy',
    'binaryCrossentropy',
    'meanSquaredError',
    'meanAbsoluteError',
    'meanSquaredLogarithmicError',
    'kullbackLeiblerDivergence',
    'poisson',
    'cosineProximity',
    'hinge',
    'squaredHinge',
    'categoricalHinge',
    'logcosh',
  ];
  it.each(losses)('%s', async (loss) => {
    await agree({ optimizer: ({ train }) => train.sgd(0.05), loss });
  });

  it.each(['softmaxCrossEntropy', 'sigmoidCrossEntropy', 'huberLoss'] as const)(
    'tf.losses.%s',
    async (loss) => {
      const inputs = [random(1, [5, 3]), random(2, [5, 3])];
      inputs[0].data = inputs[0].data.map((v) => Number(v > 0));
      const gradient = (labels: any, logits: any) =>
        tf.grad((z) => tf.losses[loss](labels, z as any).sum())(logits);
      const actual = await on(tf, 'wasm', inputs, gradient);
      expect(difference(actual, await on(tf, 'cpu', inputs, gradient))).toBeLessThanOrEqual(1e-5);
    },
  );
});
