import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableWasmTraining } from '../../src/backend/index.js';
import type { Tf } from '../../src/backend/types.js';
import { wasm } from '../tf.js';
import { difference, on, random, type Values } from './onBoth.js';
import { type Window, windows } from './windows.js';

let tf: Tf;
beforeAll(async () => {
  tf = await wasm();
  enableWasmTraining(tf);
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

  it(
    'has the max-pool gradient of the cpu backend',
    property(windows(), async (window) => {
      const { input, dy, attrs } = pool(window);
      const output = dy; // required by the op, read by neither backend
      await agree('MaxPoolGrad', { dy, input, output }, attrs);
    }),
  );

  it(
    'gives the gradient of equal maxima to the first',
    property(windows(), async (window) => {
      const { input, dy, attrs } = pool(window);
      const rounded = { ...input, data: (input.data as Float32Array).map((v) => Math.round(v * 1.4)) };
      await agree('MaxPoolGrad', { dy, input: rounded, output: dy }, attrs);
    }),
  );

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
