import type * as tfjs from '@tensorflow/tfjs';
import {
  attribute,
  computeSat,
  createMonitor,
  maskFromBitmap,
  openStore,
  rules,
  SatwatchError,
  type Segment,
  saliencyMethods,
  segmentShapley,
} from 'satwatch';
import { beforeAll, describe, expect, it } from 'vitest';
import { net, pictures, probeOf, temporaryFolder, tensors } from '../task.js';
import { backend } from '../tf.js';
import { largestDifference } from './maps.js';
import { referenceModels, referenceOf, thrownBy, withoutLeak } from './reference.js';

let tf: typeof tfjs;
beforeAll(async () => {
  tf = await backend();
});

/** A segment from the pixels that are in it. */
function segmentOf(
  name: string,
  width: number,
  height: number,
  inside: (x: number, y: number) => boolean,
): Segment {
  const bitmap = Array.from({ length: width * height }, (_, p) =>
    Number(inside(p % width, Math.floor(p / width))),
  );
  return { name, mask: maskFromBitmap(bitmap, width, height) };
}

const has = ({ mask }: Segment, pixel: number) => {
  for (let r = 0; r < mask.runs.length; r += 2)
    if (pixel >= mask.runs[r] && pixel < mask.runs[r] + mask.runs[r + 1]) return true;
  return false;
};

describe.each(referenceModels)('on %s', (name) => {
  const reference = referenceOf(name);
  const { segments: names, masks, removedColour, shapley, coalitionValues } = reference.shapley;
  const [, height, width] = masks.shape as number[];
  const bitmaps = reference.bytes(masks.file);
  const list = (names as string[]).map((segment, s) =>
    segmentOf(segment, width, height, (x, y) => bitmaps[(s * height + y) * width + x] === 1),
  );
  const segments = new Array(4).fill(list);
  const most = Math.max(...shapley.flat().map(Math.abs));
  const given = { target: reference.labels, segments, fill: removedColour };

  it('Shapley values equal the enumeration', async () => {
    const [model, images] = [await reference.model(tf), reference.images(tf)];
    const before = tf.memory().numTensors;
    const found = segmentShapley(tf, model, images, given);
    expect(tf.memory().numTensors).toBe(before);
    found.forEach(({ segments, values, errors }, i) => {
      expect(segments).toEqual(names);
      expect(largestDifference(values, shapley[i])).toBeLessThan(1e-4 * most);
      expect([...errors]).toEqual(names.map(() => 0));
    });
    const map = withoutLeak(tf, () => attribute(tf, model, images, { ...given, method: 'segment-shapley' }));
    await expectOnPixels(map, shapley, 1e-4 * most);
    const kept = attribute(tf, model, images, { ...given, method: 'segment-shapley', channels: 'keep' });
    expect(kept.shape).toEqual([4, height, width, 1]);
  });

  it('ablation equals what the enumeration says of each segment alone', async () => {
    const [model, images] = [await reference.model(tf), reference.images(tf)];
    const all = 2 ** names.length - 1;
    const falls = coalitionValues.map((values: number[]) =>
      list.map((_, s) => values[all] - values[all - 2 ** s]),
    );
    const map = withoutLeak(tf, () => attribute(tf, model, images, { ...given, method: 'segment-ablation' }));
    await expectOnPixels(map, falls, 1e-4 * most);
  });

  /** The masks are a partition: each pixel has the value of its segment, each segment's mean is its value. */
  async function expectOnPixels(map: tfjs.Tensor, values: number[][], tolerance: number) {
    const pixels = (await map.data()) as Float32Array;
    for (let i = 0; i < 4; i++) {
      const one = pixels.subarray(i * height * width, (i + 1) * height * width);
      const expected = Float64Array.from(one, (_, p) => values[i][list.findIndex((each) => has(each, p))]);
      expect(largestDifference(one, expected)).toBeLessThan(tolerance);
      const rows = computeSat(one, list)!;
      expect(
        largestDifference(
          rows.map((row) => row.attribution),
          values[i],
        ),
      ).toBeLessThan(tolerance);
    }
  }
});

const side = 12;
const images = (n: number) => tf.randomUniform([n, side, side, 3], 0, 1, 'float32', 5) as tfjs.Tensor4D;

/** The logit of class 1 − that of class 0, from the probabilities that the user's model gives. */
function margins(model: tfjs.LayersModel, values: Float32Array): Float64Array {
  const n = values.length / (side * side * 3);
  const rows = tf.tidy(
    () => model.predict(tf.tensor4d(values, [n, side, side, 3]), { batchSize: 512 }) as tfjs.Tensor2D,
  );
  const probabilities = rows.dataSync();
  rows.dispose();
  return Float64Array.from({ length: n }, (_, i) =>
    Math.log(probabilities[2 * i + 1] / probabilities[2 * i]),
  );
}

describe('fills', () => {
  const overlapping = () => [
    segmentOf('left', side, side, (x) => x < 7),
    segmentOf('middle', side, side, (x, y) => x >= 5 && x < 9 && y >= 2 && y < 11),
    segmentOf('dot', side, side, (x, y) => x === 6 && y === 6),
    segmentOf('nothing', side, side, () => false),
    segmentOf('all', side, side, () => true),
  ];

  /** Written out, pixel by pixel. */
  function filled(picture: Float32Array, segment: Segment, fill: unknown): Float32Array {
    const pixels = Array.from({ length: side * side }, (_, p) => p);
    const at = (p: number, c: number) => picture[p * 3 + c];
    const mean = (list: number[], c: number) => list.reduce((sum, p) => sum + at(p, c), 0) / list.length;
    const near = (p: number, q: number, r: number) =>
      Math.abs((p % side) - (q % side)) <= r && Math.abs(Math.floor(p / side) - Math.floor(q / side)) <= r;
    const inside = pixels.filter((p) => has(segment, p));
    const ring = pixels.filter((p) => !has(segment, p) && inside.some((q) => near(p, q, 2)));
    let blurred = picture;
    for (let pass = 0; pass < 3; pass++) {
      const before = blurred;
      blurred = Float32Array.from(before, (_, k) => {
        const around = pixels.filter((p) => near(p, Math.floor(k / 3), 1));
        return around.reduce((sum, p) => sum + before[p * 3 + (k % 3)], 0) / around.length;
      });
    }
    return picture.map((value, k) => {
      const c = k % 3;
      if (!has(segment, Math.floor(k / 3))) return value;
      if (fill === 'blur') return blurred[k];
      if (fill === 'mean' || (fill === 'ring' && ring.length === 0)) return mean(pixels, c);
      if (fill === 'ring') return mean(ring, c);
      return Array.isArray(fill) ? fill[c] : (fill as number);
    });
  }

  it.each(['ring', 'mean', 'blur', 0.25, [0.1, 0.5, 0.9], undefined])('%s as written out', async (fill) => {
    const model = net(tf);
    const x = images(2);
    const list = overlapping();
    const options = { method: 'segment-ablation', target: [1, 1], score: 'margin' as const };
    const values = (await x.data()) as Float32Array;
    // One segment at a time: its value is on its pixels alone.
    for (const segment of list) {
      const map = attribute(tf, model, x, { ...options, segments: [[segment], [segment]], fill });
      const pixels = (await map.data()) as Float32Array;
      for (let i = 0; i < 2; i++) {
        const picture = values.slice(i * side * side * 3, (i + 1) * side * side * 3);
        const [before] = margins(model, picture);
        const [after] = margins(model, filled(picture, segment, fill ?? 'ring'));
        for (let p = 0; p < side * side; p++)
          expect(pixels[i * side * side + p]).toBeCloseTo(has(segment, p) ? before - after : 0, 4);
      }
    }
    // All together: their sum.
    const together = await attribute(tf, model, x, { ...options, segments: [list, list], fill }).data();
    const sum = tf.addN(
      list.map((segment) => attribute(tf, model, x, { ...options, segments: [[segment], [segment]], fill })),
    );
    expect(largestDifference(together, await sum.data())).toBeLessThan(1e-4);
  });

  it('of overlapping segments the largest one stands, in whatever order they come', () => {
    const model = net(tf);
    const x = images(1);
    const list = overlapping().slice(0, 3);
    const options = { target: [1], score: 'margin' as const };
    const [picture, both] = [x.dataSync() as Float32Array, new Float32Array(side * side * 3)];
    // v(nobody): every segment filled with its own ring's colour, 'left' over 'middle' over 'dot'.
    both.set(picture);
    for (const segment of [list[2], list[1], list[0]]) {
      const one = filled(picture, segment, 'ring');
      for (let p = 0; p < side * side; p++)
        if (has(segment, p)) both.set(one.subarray(p * 3, p * 3 + 3), p * 3);
    }
    const whole = margins(model, picture)[0] - margins(model, both)[0];
    const [found] = segmentShapley(tf, model, x, { ...options, segments: [list] });
    expect(found.values.reduce((a, b) => a + b)).toBeCloseTo(whole, 4);
    const [turned] = segmentShapley(tf, model, x, { ...options, segments: [[...list].reverse()] });
    expect(turned.segments).toEqual(['dot', 'middle', 'left']);
    expect(largestDifference([...turned.values].reverse(), found.values)).toBeLessThan(1e-5);
  });
});

/** Twelve tiles of 4 × 3 pixels, and the score of every one of the 4096 coalitions of them, by the user's model. */
function tiles(model: tfjs.LayersModel, x: tfjs.Tensor4D) {
  const list = Array.from({ length: 12 }, (_, t) =>
    segmentOf(`tile ${t}`, side, side, (u, v) => Math.floor(u / 4) + 3 * Math.floor(v / 3) === t),
  );
  const picture = x.dataSync() as Float32Array;
  const all = new Float32Array(4096 * picture.length);
  for (let bits = 0; bits < 4096; bits++)
    for (let p = 0; p < side * side; p++) {
      const tile = Math.floor((p % side) / 4) + 3 * Math.floor(Math.floor(p / side) / 3);
      for (let c = 0; c < 3; c++)
        all[bits * picture.length + p * 3 + c] = (bits >> tile) & 1 ? picture[p * 3 + c] : 0.5;
    }
  const scores = margins(model, all);
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  const exact = list.map((_, i) => {
    let value = 0;
    for (let bits = 0; bits < 4096; bits++) {
      if ((bits >> i) & 1) continue;
      const size = [...bits.toString(2)].filter((bit) => bit === '1').length;
      const weight = (factorial(size) * factorial(11 - size)) / factorial(12);
      value += weight * (scores[bits + 2 ** i] - scores[bits]);
    }
    return value;
  });
  return { list, exact, total: scores[4095] - scores[0] };
}

describe('KernelSHAP', () => {
  /** Far from additive: the logits of two layers of 24 steep units. */
  function wild() {
    const seed = (s: number) => tf.initializers.randomNormal({ stddev: 0.6, seed: s });
    return tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape: [side, side, 3] }),
        tf.layers.dense({ units: 24, activation: 'tanh', kernelInitializer: seed(1) }),
        tf.layers.dense({ units: 24, activation: 'relu', kernelInitializer: seed(2) }),
        tf.layers.dense({ units: 2, activation: 'softmax', kernelInitializer: seed(3) }),
      ],
    });
  }

  it('states an error that its true error keeps to', () => {
    const model = wild();
    const x = images(1);
    const { list, exact, total } = tiles(model, x);
    const options = { target: [1], score: 'margin' as const, segments: [list], fill: 0.5 };
    const [enumerated] = segmentShapley(tf, model, x, { ...options, samples: 4096 });
    expect(largestDifference(enumerated.values, exact)).toBeLessThan(1e-4);
    expect([...enumerated.errors]).toEqual(new Array(12).fill(0));
    const root = (list: number[]) => Math.sqrt(list.reduce((sum, v) => sum + v * v, 0) / list.length);
    const last: number[] = [];
    for (const samples of [1, 200, 1000, 2048, 4090]) {
      const [errors, scaled]: number[][] = [[], []];
      for (let seed = 0; seed < 40; seed++) {
        const [found] = segmentShapley(tf, model, x, { ...options, samples, seed });
        expect(found.values.reduce((a, b) => a + b)).toBeCloseTo(total, 3);
        found.values.forEach((value, s) => {
          errors.push(value - exact[s]);
          scaled.push((value - exact[s]) / found.errors[s]);
        });
      }
      // Of standard errors: the root mean square is 1, and 95 in 100 lie within two.
      expect(root(scaled)).toBeGreaterThan(0.85);
      expect(root(scaled)).toBeLessThan(1.25);
      expect(scaled.filter((z) => Math.abs(z) < 2).length / scaled.length).toBeGreaterThan(0.9);
      last.push(root(errors));
    }
    // More coalitions, smaller errors: better than by the root of their number, since none is drawn twice.
    expect(last[2]).toBeLessThan(last[1] * Math.sqrt(200 / 1000));
    expect(last).toEqual([...last].sort((a, b) => b - a));
  });

  it('takes no more coalitions than it may, and plays ten segments out whatever that is', () => {
    const model = net(tf);
    let passes = 0;
    const forward = (_: unknown, y: tfjs.Tensor4D) => {
      passes += y.shape[0];
      return model.apply(y, { training: false }) as tfjs.Tensor;
    };
    const x = images(1);
    const { list } = tiles(model, x);
    const cost = (segments: Segment[], samples?: number) => {
      passes = 0;
      const [{ errors }] = segmentShapley(tf, {}, x, { target: [1], forward, segments: [segments], samples });
      return { passes, exact: errors.every((error) => error === 0) };
    };
    expect(cost(list.slice(0, 10), 1)).toEqual({ passes: 1024, exact: true });
    expect(cost(list.slice(0, 11))).toEqual({ passes: 2048, exact: true });
    expect(cost(list)).toEqual({ passes: 2050, exact: false });
    expect(cost(list, 300)).toEqual({ passes: 302, exact: false });
    expect(cost(list, 1)).toEqual({ passes: 50, exact: false });
    expect(cost(list.slice(0, 3), 4)).toEqual({ passes: 8, exact: true });
    expect(cost([])).toEqual({ passes: 1, exact: true });
    // As it is told for budgets, a pass alone counting as a third.
    const [shapley, ablation] = ['segment-shapley', 'segment-ablation'].map((name) => saliencyMethods[name]);
    const lists = [list, list.slice(0, 4)];
    expect(shapley.gradients({ ...shapley.options, samples: 300, segments: lists })).toBe((302 + 16) / 2 / 3);
    expect(shapley.gradients(shapley.options)).toBe(32 / 3);
    expect(ablation.gradients({ ...ablation.options, segments: lists })).toBe((12 + 4) / 2 / 3);
  });

  it('draws by the seed and the image, whatever the batch', () => {
    const model = wild();
    // One picture seventy times: what differs is what was drawn.
    const x = images(1).tile([70, 1, 1, 1]) as tfjs.Tensor4D;
    const { list } = tiles(model, x.slice([0, 0, 0, 0], [1, -1, -1, -1]) as tfjs.Tensor4D);
    const options = { fill: 0.5, samples: 48, score: 'margin' as const };
    const at = (n: number, seed: number) =>
      segmentShapley(tf, model, x.slice([0, 0, 0, 0], [n, -1, -1, -1]) as tfjs.Tensor4D, {
        ...{ ...options, seed, target: new Array(n).fill(0) },
        segments: new Array(n).fill(list),
      });
    const [many, few] = [at(70, 1), at(3, 1)];
    for (let i = 0; i < 3; i++) expect(largestDifference(many[i].values, few[i].values)).toBeLessThan(1e-3);
    const draws = many.map(({ errors }) => Array.from(errors, (error) => error.toFixed(3)).join());
    expect(new Set(draws).size).toBe(70);
    const other = at(3, 2);
    expect(largestDifference(many[0].values, other[0].values)).toBeGreaterThan(1e-3);
  });
});

it('an image without segments has a map of zeros, one without pixels the value 0', () => {
  const model = net(tf);
  const thing = segmentOf('thing', side, side, (x, y) => x < 6 && y < 6);
  const nothing = segmentOf('nothing', side, side, () => false);
  const segments = [[], [nothing, thing], [nothing]];
  const options = { target: [0, 1, 1], segments };
  for (const method of ['segment-shapley', 'segment-ablation']) {
    const sums = attribute(tf, model, images(3), { ...options, method })
      .abs()
      .sum([1, 2])
      .dataSync();
    expect([sums[0], sums[2]]).toEqual([0, 0]);
    expect(sums[1]).toBeGreaterThan(0);
  }
  const found = segmentShapley(tf, model, images(3), options);
  expect(found.map((each) => each.segments)).toEqual([[], ['nothing', 'thing'], ['nothing']]);
  expect(found[1].values[0]).toBe(0);
  expect([...found[2].values]).toEqual([0]);
});

it('lists go with their images through several batches', async () => {
  const thing = segmentOf('thing', side, side, (x, y) => x < 6 && y < 6);
  const segments = Array.from({ length: 70 }, (_, i) => (i < 66 ? [] : [thing]));
  const target = new Array(70).fill(0);
  for (const method of ['segment-shapley', 'segment-ablation']) {
    const map = attribute(tf, net(tf), images(70), { method, target, segments });
    const sums = await map.abs().sum([1, 2]).data();
    expect(Array.from(sums, (sum) => sum > 0)).toEqual(segments.map((list) => list.length > 0));
  }
});

describe('bad options', () => {
  const thing = () => segmentOf('thing', side, side, (x) => x < 6);
  const small = () => segmentOf('small', 4, 4, (x) => x < 2);
  it.each([
    [{}, 'BAD_OPTION', /segments: got nothing, expected a list of segments/],
    [{ segments: 3 }, 'BAD_OPTION', /segments: got a number/],
    [{ segments: [[]] }, 'BAD_OPTION', /segments: got 1 lists, expected one for each of the 2 images/],
    [{ segments: [thing(), thing()] }, 'BAD_OPTION', /segments: got a list of something else/],
    [{ segments: [[{ name: 'x' }], []] }, 'BAD_OPTION', /segments.*maskFromBitmap/],
    [{ segments: [[small()], []] }, 'MASK_SIZE', /'small'.*4x4.*12x12/],
    [
      { segments: [[], []], fill: 'ringg' },
      'BAD_OPTION',
      /fill: got 'ringg', expected 'ring', 'mean', 'blur'/,
    ],
    [{ segments: [[], []], fill: Number.NaN }, 'BAD_OPTION', /fill: got NaN/],
    [{ segments: [[], []], fill: [0.5, 0.5] }, 'BAD_OPTION', /fill: got \[0.5,0.5\], expected 3 numbers/],
    [{ segments: [[], []], fill: [] }, 'BAD_OPTION', /fill/],
  ])('%j', (options: any, code, words) => {
    const [model, x] = [net(tf), images(2)];
    for (const method of ['segment-shapley', 'segment-ablation']) {
      const error = thrownBy(tf, () => attribute(tf, model, x, { method, target: [0, 0], ...options }));
      expect(error).toBeInstanceOf(SatwatchError);
      expect([error.code, error.message]).toEqual([code, expect.stringMatching(words)]);
    }
  });

  it('samples and seed', () => {
    const [model, x] = [net(tf), images(2)];
    const shapley = (options: object) =>
      thrownBy(tf, () => segmentShapley(tf, model, x, { target: [0, 0], segments: [[], []], ...options }));
    expect(shapley({ samples: 0 }).message).toMatch(/samples: got 0/);
    expect(shapley({ seed: Number.NaN }).message).toMatch(/seed: got NaN/);
    expect(shapley({ sample: 3 })).toMatchObject({ code: 'UNKNOWN_OPTION' });
    expect(shapley({ target: [0, 2] }).message).toMatch(/class 2 for image 1/);
  });
});

describe('in the monitor', () => {
  const folder = temporaryFolder();
  // More than a batch.
  const list = () => pictures(70, 4, (_, i) => i % 4 < 2);
  const options = (name: string, method: any) => ({
    ...{ probe: probeOf(list()), store: `${folder}/${name}.sqlite`, run: name, method },
    ...{ inputRange: [0, 1] as [number, number], verbose: false, channels: [], reliance: { budget: 0 } },
  });

  async function observed(name: string, method: any, model: tfjs.LayersModel, more = {}) {
    const monitor = await createMonitor(tf, { ...options(name, method), ...more });
    const before = tf.memory().numTensors;
    await monitor.observe(model, { epoch: 0 });
    expect(tf.memory().numTensors).toBe(before);
    await monitor.close();
    const store = openStore(`${folder}/${name}.sqlite`, { readonly: true });
    const result = { sats: store.sats(name, 0), config: store.run(name).config };
    store.close();
    return result;
  }

  it.each([
    ['segment-shapley', { samples: 64 }],
    ['segment-ablation', { fill: 'mean' }],
    ['smoothgrad', { samples: 3, noise: 0.2 }],
    ['vargrad', { samples: 3 }],
    ['occlusion', { window: [4, 4] }],
  ])('%s measures what attribute gives for the same images', async (name, own) => {
    const model = net(tf);
    const { images: probe } = probeOf(list());
    const { sats, config } = await observed(name, { name, ...own }, model);
    const map = attribute(tf, model, tensors(tf, list()).xs, {
      ...{ method: name, score: 'margin', target: probe.map(({ label }) => label), ...own },
      ...(name.startsWith('segment') && { segments: probe.map(({ segments }) => segments) }),
    }).dataSync() as Float32Array;
    expect(sats).toHaveLength(70);
    sats.forEach(({ sat }, i) => {
      const expected = computeSat(map.subarray(i * side * side, (i + 1) * side * side), probe[i].segments)!;
      for (const row of expected) {
        const stored = sat!.find(({ segment }) => segment === row.segment)!;
        expect(stored.attribution).toBeCloseTo(row.attribution, 4);
      }
    });
    expect(config.methodOptions).toMatchObject(own);
    expect(JSON.stringify(config).length).toBeLessThan(2000);
  });

  it('keeps the noise of an image in the map behind an alert', async () => {
    const rule = rules.rankThreshold({ segment: 'mark', rank: 3 });
    const method = { name: 'smoothgrad', samples: 2, noise: 0.5 };
    await observed('alerts', method, net(tf), { rules: [rule] });
    const store = openStore(`${folder}/alerts.sqlite`, { readonly: true });
    const [alert] = store.alerts('alerts').filter((each) => each.rule === 'rankThreshold');
    const kept = store.alertImages(alert.id);
    expect(kept.length).toBeGreaterThan(0);
    // They are not the first of the probe set, by whose noise they would be drawn else.
    expect(kept.map(({ index }) => index)).not.toEqual(kept.map((_, i) => i));
    const { images: probe } = probeOf(list());
    for (const { index, map, sat } of kept)
      for (const { segment, attribution } of sat!) {
        const own = probe[index].segments.find(({ name }) => name === segment)!;
        const inside = [...map!.values].filter((_, p) => has(own, p));
        const mean = (inside.reduce((a, b) => a + b, 0) / inside.length / 127) * map!.peak;
        expect(Math.abs(mean - attribution)).toBeLessThan(map!.peak / 254 + 1e-6);
      }
    store.close();
  });

  it('takes for the ends of a pixel those of the input range', async () => {
    const name = 'epsilon-alpha2-beta1-box';
    const { config } = await observed('ends', { name }, net(tf), { inputRange: [1, -1] });
    expect(config.methodOptions).toEqual({ low: -1, high: 1 });
    const own = await observed('own ends', { name, low: 0, high: 2 }, net(tf), { inputRange: [-1, 1] });
    expect(own.config.methodOptions).toEqual({ low: 0, high: 2 });
  });

  it('stores of baselines their shape', async () => {
    const baselines = tf.zeros([3, side, side, 3]) as tfjs.Tensor4D;
    const method = { name: 'expected-gradients', baselines, alphas: [0.2, 0.5, 0.8] };
    const { config } = await observed('pairs', method, net(tf));
    expect(config.methodOptions).toEqual({
      baselines: '[3,12,12,3]',
      alphas: [0.2, 0.5, 0.8],
      samples: 16,
      seed: 1,
    });
    const lists = await observed('lists', { ...method, baselines: baselines.arraySync() }, net(tf));
    expect(lists.config.methodOptions).toEqual(config.methodOptions);
  });

  it('refuses what is given for each image', async () => {
    const noise = tf.zeros([2, 48, side, side, 3]);
    const refused = (method: any) => createMonitor(tf, options('no', method));
    await expect(refused({ name: 'smoothgrad', noise })).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: expect.stringMatching(/'smoothgrad', noise: got a value for each image, expected one for all/),
    });
    await expect(refused({ name: 'segment-shapley', segments: [[]] })).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: expect.stringMatching(/segments.*the probe images' own are taken/),
    });
    await expect(refused({ name: 'segment-shapley', fill: 'none' })).rejects.toMatchObject({
      code: 'BAD_OPTION',
    });
    await expect(refused({ name: 'smoothgrad', samples: 0 })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  });
});
