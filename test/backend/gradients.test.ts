import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableFastTraining } from '../../src/backend/index.js';
import type { Tf } from '../../src/backend/types.js';
import { backend } from '../tf.js';
import { difference, on, random, type Values } from './onBoth.js';

let tf: Tf;
beforeAll(async () => {
  tf = await backend();
  enableFastTraining(tf);
});

/** The gradients of Σ w·f(x) to all inputs, one behind the other: fast on the backend under test, tfjs's own on cpu. */
async function agree(inputs: Values[], f: (...tensors: any[]) => any, tolerance = 1e-5) {
  const gradients = (...tensors: any[]) =>
    tf.tidy(() => {
      const weigh = (y: any) => tf.mul(y, tf.cos(tf.range(0, y.size).reshape(y.shape))).sum();
      const all = tf.grads((...xs: any[]) => weigh(f(...xs)) as any)(tensors);
      return tf.concat(all.map((gradient) => gradient.flatten()));
    });
  const actual = await on(tf, tf.getBackend(), inputs, gradients);
  expect(difference(actual, await on(tf, 'cpu', inputs, gradients))).toBeLessThanOrEqual(tolerance);
}

const side = fc.integer({ min: 1, max: 7 });
const shape = fc.array(side, { minLength: 1, maxLength: 4 });
const seed = fc.nat(1e6);

/** Values in [−10, 10), some of them at the very ends of what is clipped, where it counts which side they are on. */
function wide(of: number, dims: number[], ends: number[]): Values {
  const values = random(of, dims);
  return {
    ...values,
    data: (values.data as Float32Array).map((v, i) => (i % 5 === 0 ? ends[(i / 5) % ends.length] : 10 * v)),
  };
}

describe('a fast gradient equals tfjs’s own', () => {
  it('of relu', () =>
    fc.assert(
      fc.asyncProperty(shape, seed, (dims, of) => agree([wide(of, dims, [0, 1])], (x) => tf.relu(x))),
    ));

  it('of relu6, but at exactly 6', () =>
    fc.assert(
      fc.asyncProperty(shape, seed, (dims, of) => agree([wide(of, dims, [0, 5.999])], (x) => tf.relu6(x))),
    ));

  it('of clipping, at the ends too', () =>
    fc.assert(
      fc.asyncProperty(shape, seed, fc.constantFrom([0, 6], [-3, 2]), (dims, of, [low, high]) =>
        agree([wide(of, dims, [low, high, low - 1, high + 1])], (x) => tf.clipByValue(x, low, high)),
      ),
    ));

  it.each(['sum', 'mean'] as const)('of a %s over any axes', (name) =>
    fc.assert(
      fc.asyncProperty(shape, seed, fc.boolean(), fc.nat(15), (dims, of, keepDims, chosen) => {
        const axes = dims.map((_, axis) => axis).filter((axis) => (chosen >> axis) & 1);
        return agree([random(of, dims)], (x) => tf[name](x, axes.length ? axes : undefined, keepDims));
      }),
    ),
  );

  it('of batch normalisation, to the picture and all vectors', () =>
    fc.assert(
      fc.asyncProperty(side, side, side, side, seed, (n, h, w, c, of) => {
        const vector = (k: number) => random(of + k, [c]);
        const variance = { shape: [c], data: (vector(2).data as Float32Array).map((v) => v ** 2 + 0.1) };
        return agree(
          [random(of, [n, h, w, c]), vector(1), variance, vector(3), vector(4)],
          (x, mean, v, offset, scale) => tf.batchNorm(x, mean, v, offset, scale, 0.01),
        );
      }),
    ));

  it('of batch normalisation with a mean and a variance for every pixel', () =>
    fc.assert(
      fc.asyncProperty(side, side, side, side, seed, (n, h, w, c, of) => {
        const like = (k: number) => random(of + k, [n, h, w, c]);
        const variance = { ...like(2), data: (like(2).data as Float32Array).map((v) => v ** 2 + 0.1) };
        return agree([like(0), like(1), variance, like(3), like(4)], (x, mean, v, offset, scale) =>
          tf.batchNorm4d(x, mean, v, offset, scale, 0.01),
        );
      }),
    ));
});

it('batch normalisation itself, with and without scale and offset, equals the cpu backend’s', () =>
  fc.assert(
    fc.asyncProperty(
      side,
      side,
      side,
      side,
      seed,
      fc.boolean(),
      fc.boolean(),
      async (n, h, w, c, of, scaled, moved) => {
        const inputs = [random(of, [n, h, w, c]), ...[1, 2, 3, 4].map((k) => random(of + k, [c]))];
        const f = (x: any, mean: any, v: any, offset: any, scale: any) =>
          tf.batchNorm(
            x,
            mean,
            tf.add(tf.square(v), 0.1),
            moved ? offset : undefined,
            scaled ? scale : undefined,
          );
        const [actual, expected] = [await on(tf, tf.getBackend(), inputs, f), await on(tf, 'cpu', inputs, f)];
        expect(difference(actual, expected)).toBeLessThanOrEqual(1e-5);
      },
    ),
  ));

describe('a batch normalisation without scale or offset, whose gradient tfjs has not', () => {
  it.each([
    [true, false],
    [false, true],
    [false, false],
  ])('has that of one with ones and zeros: scale %s, center %s', async (scale, center) => {
    const x = random(1, [2, 4, 4, 3]);
    const gradients = await Promise.all(
      [{ scale, center }, {}].map(async (options) => {
        const layer = tf.layers.batchNormalization(options);
        layer.apply(tf.input({ shape: [4, 4, 3] }));
        return on(tf, tf.getBackend(), [x], (input) =>
          tf.grad((y: any) => (layer.apply(y, { training: false }) as any).square().sum() as any)(input),
        );
      }),
    );
    expect(difference(gradients[0], gradients[1])).toBeLessThanOrEqual(1e-5);
  });
});
