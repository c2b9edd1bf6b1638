import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableFastTraining } from '../../src/backend/index.js';
import type { Tf } from '../../src/backend/types.js';
import { wasm } from '../tf.js';
import { on, type Values } from './onBoth.js';

let tf: Tf;
beforeAll(async () => {
  tf = await wasm();
  enableFastTraining(tf);
});

const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
const size = (shape: number[]) => shape.reduce((a, b) => a * b, 1);
/** Few different values, so that equal ones meet; NaN and infinities too. */
const value = fc.constantFrom(-2, -1, 0, 0.5, 1, 6, Number.NaN, Number.POSITIVE_INFINITY);
const filled = (shape: number[]): fc.Arbitrary<Values> =>
  fc
    .array(value, { minLength: size(shape), maxLength: size(shape) })
    .map((data) => ({ data: Float32Array.from(data), shape }));

/** Two tensors: of one shape, the second a single number, or the second broadcast along the first axes. */
const pairs = shapes.chain((shape) =>
  fc.constantFrom(shape, [], shape.slice(1)).chain((other) => fc.tuple(filled(shape), filled(other))),
);

async function agree(inputs: Values[], compute: (...tensors: any[]) => any) {
  expect(await on(tf, 'wasm', inputs, compute)).toEqual(await on(tf, 'cpu', inputs, compute));
}

describe('a comparison on WASM equals the cpu backend’s', () => {
  it.each(['greater', 'greaterEqual', 'less', 'lessEqual'] as const)('%s', async (name) => {
    await fc.assert(
      fc.asyncProperty(pairs, async ([a, b]) => {
        await agree([a, b], (x, y) => tf[name](x, y));
        await agree([a, b], (x, y) => tf[name](tf.zerosLike(x).toInt(), tf.onesLike(y).toInt()));
      }),
    );
  });

  it('logicalAnd', async () => {
    await fc.assert(
      fc.asyncProperty(pairs, async ([a, b]) => {
        await agree([a, b], (x, y) => tf.logicalAnd(tf.greater(x, 0), tf.less(y, 1)));
      }),
    );
  });
});

it('where on WASM equals the cpu backend’s', async () => {
  await fc.assert(
    fc.asyncProperty(pairs, async ([a, b]) => {
      await agree([a, b], (x, y) => tf.where(tf.greater(x, 0.2), x, tf.broadcastTo(y, x.shape)));
    }),
  );
});

it('a cast on WASM to the same type outlives what it was made of', async () => {
  const types = fc.constantFrom('float32' as const, 'int32' as const);
  await fc.assert(
    fc.asyncProperty(shapes.chain(filled), types, types, async ({ data, shape }, from, to) => {
      const whole = { data: data.map((v) => (Number.isFinite(v) ? Math.round(v) : 0)), shape };
      const { data: result } = await on(tf, 'wasm', [whole], (x) => {
        const source = tf.cast(x, from);
        const copy = tf.cast(source, to);
        source.dispose();
        tf.tidy(() => tf.zeros(shape)); // takes the place of what was let go too early
        return copy;
      });
      expect(Array.from(result)).toEqual(Array.from(whole.data));
    }),
  );
});
