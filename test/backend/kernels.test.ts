import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableFastTraining } from '../../src/backend/index.js';
import type { Tf } from '../../src/backend/types.js';
import { wasm } from '../tf.js';
import { difference, on, random, type Values } from './onBoth.js';
import { type Window, windows } from './windows.js';

let tf: Tf;
beforeAll(async () => {
  tf = await wasm();
  enableFastTraining(tf);
});

const tolerance = 1e-5;
const runs = 150;

/** The kernel on WASM against `expected` on the cpu backend. */
async function agree(
  kernel: string,
  inputs: Record<string, Values>,
  attrs: object,
  expected = (...tensors: any[]) => run(kernel, Object.keys(inputs), tensors, attrs),
) {
  const values = Object.values(inputs);
  const actual = await on(tf, 'wasm', values, (...t) => run(kernel, Object.keys(inputs), t, attrs));
  expect(difference(actual, await on(tf, 'cpu', values, expected))).toBeLessThanOrEqual(tolerance);
}

function run(kernel: string, names: string[], tensors: any[], attrs: object): any {
  const inputs = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
  return tf.engine().runKernel(kernel, inputs, attrs as any);
}

function property<T>(arbitrary: fc.Arbitrary<T>, check: (value: T) => Promise<void>) {
  return () => fc.assert(fc.asyncProperty(arbitrary, check), { numRuns: runs });
}

function convolution(
  {
    n,
    h,
    w,
    c,
    filter,
    strides,
    pad,
    seed,
  }: Pick<Window, Exclude<keyof Window, 'pad' | 'dilations'>> & { pad: unknown },
  k: number,
  dimRoundingMode?: 'floor',
) {
  const shape: [number, number, number, number] = [n, h, w, c];
  const filterShape: [number, number, number, number] = [...filter, c, k];
  const { outShape } = tf.backend_util.computeConv2DInfo(
    shape,
    filterShape,
    strides,
    1,
    pad as any,
    dimRoundingMode,
  );
  return {
    x: random(seed, shape),
    dy: random(seed + 1, outShape),
    filter: random(seed + 2, filterShape),
    attrs: { strides, pad, dimRoundingMode, dataFormat: 'NHWC', filterShape, inputShape: shape },
  };
}

/** tfjs computes the output size of a numeric padding from the window's height alone. */
const square = windows()
  .map((w): Window => ({ ...w, filter: [w.filter[0], w.filter[0]], strides: [w.strides[0], w.strides[0]] }))
  .filter(({ h, w, filter }) => h >= filter[0] && w >= filter[1]);
const outputs = fc.integer({ min: 1, max: 6 });

describe('convolution', () => {
  it(
    'has the filter gradient of the cpu backend',
    property(fc.tuple(windows(), outputs), async ([window, k]) => {
      const { x, dy, attrs } = convolution(window, k);
      await agree('Conv2DBackpropFilter', { x, dy }, attrs);
    }),
  );

  // Pictures too large for the cpu backend: whole numbers, so that a plain sum of products is exact.
  it.each([
    ['in chunks of pictures', [3, 330, 330, 8]],
    ['of one picture beyond the room for its shifted copies', [1, 330, 330, 17]],
  ])('has the filter gradient %s', async (_, [n, h, w, c]) => {
    const whole = ({ data, shape }: Values): Values => ({ data: data.map((v) => Math.round(v * 2)), shape });
    const x = whole(random(1, [n, h, w, c]));
    const dy = whole(random(2, [n, h, w, 1]));
    const filterShape = [3, 3, c, 1];
    const attrs = { strides: 1, pad: 'same', dataFormat: 'NHWC', filterShape };
    const actual = await on(tf, 'wasm', [x, dy], (...t) =>
      run('Conv2DBackpropFilter', ['x', 'dy'], t, attrs),
    );
    const expected = new Float32Array(9 * c);
    for (let b = 0; b < n; b++)
      for (let i = 0; i < 3; i++)
        for (let j = 0; j < 3; j++)
          for (let y = Math.max(0, 1 - i); y < Math.min(h, h + 1 - i); y++)
            for (let z = Math.max(0, 1 - j); z < Math.min(w, w + 1 - j); z++) {
              const grad = dy.data[(b * h + y) * w + z];
              const from = ((b * h + y + i - 1) * w + z + j - 1) * c;
              for (let k = 0; k < c; k++) expected[(i * 3 + j) * c + k] += x.data[from + k] * grad;
            }
    expect(actual.shape).toEqual(filterShape);
    expect(actual.data).toEqual(expected);
  });

  it(
    'has the input gradient of the cpu backend',
    property(fc.tuple(windows(), outputs), async ([window, k]) => {
      const { dy, filter, attrs } = convolution(window, k);
      await agree('Conv2DBackpropInput', { dy, filter }, attrs);
    }),
  );

  it(
    'rounds its output size as the forward convolution does',
    property(fc.tuple(square, outputs), async ([window, k]) => {
      const { x, dy, filter, attrs } = convolution({ ...window, pad: 0 }, k, 'floor');
      await agree('Conv2DBackpropFilter', { x, dy }, attrs);
      await agree('Conv2DBackpropInput', { dy, filter }, attrs);
    }),
  );
});

/** A depthwise convolution whose stride or dilation is 1, as tfjs asks. */
const depthwise = fc
  .tuple(windows({ dilated: true }), fc.integer({ min: 1, max: 3 }))
  .filter(([{ strides, dilations }]) => Math.max(...strides) === 1 || Math.max(...dilations) === 1);

describe('depthwise convolution', () => {
  const shapes = ({ n, h, w, c, filter, strides, dilations, pad, seed }: Window, multiplier: number) => {
    const shape: any = [n, h, w, c];
    const filterShape: any = [...filter, c, multiplier];
    const info = tf.backend_util.computeConv2DInfo(
      shape,
      filterShape,
      strides,
      dilations,
      pad as any,
      undefined,
      true,
    );
    return {
      x: random(seed, shape),
      dy: random(seed + 1, info.outShape),
      filter: random(seed + 2, filterShape),
      attrs: { strides, dilations, pad, filterShape, inputShape: shape },
    };
  };
  // The cpu backend's gradients ignore dilation: there the same window is a larger filter with zeros between its taps.
  const reach = ({ filter, dilations }: Window) => filter.map((f, i) => (f - 1) * dilations[i] + 1);

  it(
    'has the filter gradient of the cpu backend',
    property(depthwise, async ([window, multiplier]) => {
      const { x, dy, attrs } = shapes(window, multiplier);
      const name = 'DepthwiseConv2dNativeBackpropFilter';
      const [rows, columns] = reach(window);
      const wide = { ...attrs, dilations: [1, 1], filterShape: [rows, columns, window.c, multiplier] };
      await agree(name, { x, dy }, attrs, (...t) =>
        run(name, ['x', 'dy'], t, wide).stridedSlice(
          [0, 0, 0, 0],
          [rows, columns, window.c, multiplier],
          [...window.dilations, 1, 1],
        ),
      );
    }),
  );

  it(
    'has the input gradient of the cpu backend',
    property(depthwise, async ([window, multiplier]) => {
      const { dy, filter, attrs } = shapes(window, multiplier);
      const name = 'DepthwiseConv2dNativeBackpropInput';
      const { dilations } = window;
      await agree(name, { dy, filter }, attrs, (grad, taps) => {
        const [rows, columns] = reach(window);
        const wide = tf.buffer([rows, columns, window.c, multiplier]);
        const [fh, fw] = window.filter;
        const values = taps.arraySync();
        for (let i = 0; i < fh; i++)
          for (let j = 0; j < fw; j++)
            for (let c = 0; c < window.c; c++)
              for (let m = 0; m < multiplier; m++)
                wide.set(values[i][j][c][m], i * dilations[0], j * dilations[1], c, m);
        return run(name, ['dy', 'filter'], [grad, wide.toTensor()], { ...attrs, dilations: [1, 1] });
      });
    }),
  );
});

describe('pooling', () => {
  const pool = ({ n, h, w, c, filter, strides, pad, seed }: Window) => {
    const shape: any = [n, h, w, c];
    const { outShape } = tf.backend_util.computePool2DInfo(shape, filter, strides, 1, pad as any);
    return {
      input: random(seed, shape),
      dy: random(seed + 1, outShape),
      attrs: { filterSize: filter, strides, pad },
    };
  };
  const pooled = (input: Values, { filterSize, strides, pad }: ReturnType<typeof pool>['attrs']) =>
    on(tf, 'cpu', [input], (x) => tf.maxPool(x, filterSize, strides, pad as any));

  it(
    'has the max-pool gradient of the cpu backend',
    property(windows(), async (window) => {
      const { input, dy, attrs } = pool(window);
      await agree('MaxPoolGrad', { dy, input, output: await pooled(input, attrs) }, attrs);
    }),
  );

  it(
    'gives the gradient of equal maxima to the first',
    property(windows(), async (window) => {
      const { input, dy, attrs } = pool(window);
      const rounded = { ...input, data: (input.data as Float32Array).map((v) => Math.round(v * 1.4)) };
      await agree('MaxPoolGrad', { dy, input: rounded, output: await pooled(rounded, attrs) }, attrs);
    }),
  );

  it('has the gradient of windows of one pixel whose padding the forward pass forgets', async () => {
    const input = { data: Float32Array.from([1, 0]), shape: [1, 1, 2, 1] };
    const dy = { data: Float32Array.from([5, 7]), shape: [1, 1, 2, 1] };
    const pad = [
      [0, 0],
      [0, 0],
      [3, 0],
      [0, 0],
    ];
    const attrs = { filterSize: [1, 1], strides: [1, 3], pad };
    await agree('MaxPoolGrad', { dy, input, output: input }, attrs);
  });

  it(
    'has the average-pool gradient of the cpu backend',
    property(windows({ pads: 'named' }), async (window) => {
      const { input, dy, attrs } = pool(window);
      await agree('AvgPoolGrad', { dy, input }, attrs);
    }),
  );
});

describe('UnsortedSegmentSum', () => {
  const dims = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 });
  it(
    'sums rows by their segment, ids beyond the range dropped',
    property(
      fc.tuple(
        fc.array(fc.integer({ min: -1, max: 6 }), { minLength: 1, maxLength: 12 }),
        dims,
        fc.integer({ min: 1, max: 6 }),
        fc.nat(1e6),
      ),
      async ([ids, rest, numSegments, seed]) => {
        const x = random(seed, [ids.length, ...rest]);
        const segmentIds = { data: Int32Array.from(ids), shape: [ids.length] };
        await agree('UnsortedSegmentSum', { x, segmentIds }, { numSegments });
      },
    ),
  );
});

/** A shape of any rank, and some of its axes. */
const reduction = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    axis: fc.subarray(
      shape.map((_, i) => i),
      { minLength: 1 },
    ),
    keepDims: fc.boolean(),
    seed: fc.nat(1e6),
  }),
);

describe('what the WASM backend does slowly', () => {
  for (const name of ['sum', 'mean'] as const)
    it(
      `${name} over any axes`,
      property(reduction, async ({ shape, axis, keepDims, seed }) => {
        const x = random(seed, shape);
        const reduce = (t: any) => tf[name](t, axis, keepDims);
        const actual = await on(tf, 'wasm', [x], reduce);
        expect(difference(actual, await on(tf, 'cpu', [x], reduce))).toBeLessThanOrEqual(tolerance);
      }),
    );

  it(
    'sums integers and truth values as the cpu backend does',
    property(reduction, async ({ shape, axis, keepDims, seed }) => {
      const x = random(seed, shape);
      for (const discrete of [(t: any) => tf.cast(tf.mul(t, 9), 'int32'), (t: any) => tf.greater(t, 0)]) {
        const reduce = (t: any) => tf.sum(discrete(t), axis, keepDims);
        const actual = await on(tf, 'wasm', [x], reduce);
        expect(actual.data).toEqual((await on(tf, 'cpu', [x], reduce)).data);
      }
    }),
  );

  const parts = fc
    .array(
      fc.integer({ min: 1, max: 6 }).chain((size) =>
        fc.tuple(fc.constant(size), fc.integer({ min: 0, max: size - 1 })).chain(([size, begin]) =>
          fc.record({
            size: fc.constant(size),
            begin: fc.constant(begin),
            length: fc.oneof(fc.constant(-1), fc.integer({ min: 0, max: size - begin })),
          }),
        ),
      ),
      { minLength: 1, maxLength: 5 },
    )
    .chain((axes) => fc.tuple(fc.constant(axes), fc.constantFrom('float32', 'int32', 'bool')));
  it(
    'slices',
    property(parts, async ([axes, dtype]) => {
      const x = random(
        1,
        axes.map(({ size }) => size),
      );
      const cut = (t: any) =>
        tf.slice(
          dtype === 'bool' ? tf.greater(t, 0) : tf.mul(t, 9).cast(dtype as 'int32'),
          axes.map(({ begin }) => begin),
          axes.map(({ length }) => length),
        );
      const actual = await on(tf, 'wasm', [x], cut);
      expect(actual).toEqual(await on(tf, 'cpu', [x], cut));
    }),
  );

  it(
    'tiles',
    property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })), {
        minLength: 1,
        maxLength: 4,
      }),
      async (pairs) => {
        const reps = pairs.map(([, count]) => count);
        await agree(
          'Tile',
          {
            x: random(
              1,
              pairs.map(([size]) => size),
            ),
          },
          { reps },
        );
      },
    ),
  );

  const matrix = fc.record({
    batch: fc.constantFrom([], [1], [2], [1, 1], [2, 3]),
    rows: fc.integer({ min: 1, max: 9 }),
    inner: fc.integer({ min: 1, max: 9 }),
    columns: fc.integer({ min: 1, max: 9 }),
    transposeA: fc.boolean(),
    transposeB: fc.boolean(),
    seed: fc.nat(1e6),
  });
  it(
    'multiplies matrices, either transposed',
    property(matrix, async ({ batch, rows, inner, columns, transposeA, transposeB, seed }) => {
      const a = random(seed, [...batch, ...(transposeA ? [inner, rows] : [rows, inner])]);
      const b = random(seed + 1, [...batch, ...(transposeB ? [columns, inner] : [inner, columns])]);
      const multiply = (p: any, q: any) => tf.matMul(p, q, transposeA, transposeB);
      const actual = await on(tf, 'wasm', [a, b], multiply);
      expect(difference(actual, await on(tf, 'cpu', [a, b], multiply))).toBeLessThanOrEqual(tolerance);
    }),
  );

  it('clones without copying, and keeps the data until its last owner goes', () => {
    const x = tf.tensor1d([1, 2, 3]);
    const { numDataBuffers } = tf.memory();
    const clone = tf.clone(x);
    expect(tf.memory().numDataBuffers).toBe(numDataBuffers);
    x.dispose();
    expect([...clone.dataSync()]).toEqual([1, 2, 3]);
    clone.dispose();
    expect(tf.memory().numDataBuffers).toBe(numDataBuffers - 1);
  });
});
