import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { attribute, maskFromBitmap, SatwatchError, saliencyMethods } from 'satwatch';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../models.js';
import { backend } from '../tf.js';
import { floats, largestDifference } from './maps.js';

const reference = join(import.meta.dirname, '../reference/attribution');

let tf: typeof tfjs;
beforeAll(async () => {
  tf = await backend();
});

describe('targets and scores', () => {
  const folder = join(reference, 'cnn-softmax');
  const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
  const images = () => tf.tensor4d(floats(join(folder, 'images.f32')), [4, ...expected.input] as any);

  it("'predicted' explains the largest logit", async () => {
    const model = await loadModel(tf, folder);
    const predicted = expected.logits.map((row: number[]) => row.indexOf(Math.max(...row)));
    const a = attribute(tf, model, images(), { method: 'gradient', target: 'predicted' });
    const b = attribute(tf, model, images(), { method: 'gradient', target: predicted });
    expect(await a.data()).toEqual(await b.data());
  });

  it('finds the logit below a softmax however it is spelled', async () => {
    const body = () => [
      tf.layers.conv2d({
        inputShape: [8, 8, 3],
        filters: 4,
        kernelSize: 3,
        activation: 'relu',
        kernelInitializer: tf.initializers.heNormal({ seed: 1 }),
      }),
      tf.layers.flatten(),
    ];
    const dense = (activation?: 'softmax') =>
      tf.layers.dense({ units: 3, activation, kernelInitializer: tf.initializers.heNormal({ seed: 2 }) });
    const plain = tf.sequential({ layers: [...body(), dense()] });
    const asAttribute = tf.sequential({ layers: [...body(), dense('softmax')] });
    const asActivation = tf.sequential({
      layers: [...body(), dense(), tf.layers.activation({ activation: 'softmax' })],
    });
    const asLayer = tf.sequential({
      layers: [...body(), dense(), tf.layers.softmax(), tf.layers.reshape({ targetShape: [3] })],
    });
    const inner = tf.sequential({ layers: [...body(), dense('softmax')] });
    const nested = tf.sequential({ layers: [inner] });
    const x = tf.randomUniform([2, 8, 8, 3], 0, 1, 'float32', 5) as tfjs.Tensor4D;
    const maps = [plain, asAttribute, asActivation, asLayer, nested].map((model) => {
      if (model !== plain) model.setWeights(plain.getWeights());
      return attribute(tf, model, x, { method: 'gradient', target: [0, 2] }).dataSync();
    });
    for (const map of maps.slice(1)) expect(largestDifference(map, maps[0])).toBeLessThan(1e-6);
    // The user's layer is as it was: it still gives probabilities.
    const sum = (asAttribute.predict(x) as tfjs.Tensor).sum(1).dataSync();
    expect(sum[0]).toBeCloseTo(1, 5);
  });

  it('goes through a frozen base and a forward of the user', async () => {
    const base = tf.sequential({
      layers: [tf.layers.conv2d({ inputShape: [8, 8, 3], filters: 4, kernelSize: 3, activation: 'relu' })],
    });
    const head = tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape: [6, 6, 4] }),
        tf.layers.dense({ units: 2, activation: 'softmax' }),
      ],
    });
    const whole = tf.sequential({ layers: [base, head] });
    const x = tf.randomUniform([3, 8, 8, 3], 0, 1, 'float32', 5) as tfjs.Tensor4D;
    const options = { method: 'input-x-gradient', target: [0, 1, 1], score: 'margin' as const };
    const expectedMap = attribute(tf, whole, x, options).dataSync();
    const throughBase = attribute(tf, head, x, {
      ...options,
      features: (images) => base.predict(images) as tfjs.Tensor,
    }).dataSync();
    expect(largestDifference(throughBase, expectedMap)).toBeLessThan(1e-5);
    const dense = head.layers[1];
    const forward = (_: unknown, images: tfjs.Tensor4D) =>
      tf.add(
        tf.matMul(
          (base.predict(images) as tfjs.Tensor).reshape([images.shape[0], -1]),
          dense.getWeights()[0] as tfjs.Tensor2D,
        ),
        dense.getWeights()[1],
      );
    const ownForward = attribute(tf, {}, x, { ...options, forward }).dataSync();
    expect(largestDifference(ownForward, expectedMap)).toBeLessThan(1e-5);
    // Both: the base, and a forward of the head alone.
    const logits = tf.layers.dense({ units: 2 });
    const plain = tf.sequential({ layers: [tf.layers.flatten({ inputShape: [6, 6, 4] }), logits] });
    plain.setWeights(head.getWeights());
    const afterBase = (_: unknown, maps: tfjs.Tensor4D) => plain.predict(maps) as tfjs.Tensor;
    const both = attribute(tf, {}, x, { ...options, features: base, forward: afterBase }).dataSync();
    expect(largestDifference(both, expectedMap)).toBeLessThan(1e-5);
  });

  it('goes through layers of several inputs and outputs', () => {
    class Split extends tf.layers.Layer {
      static className = 'Split';
      override computeOutputShape([n, h, w, c]: any) {
        return [
          [n, h, w, c / 2],
          [n, h, w, c / 2],
        ];
      }
      override call(inputs: any) {
        return tf.split([inputs].flat()[0] as tfjs.Tensor, 2, 3);
      }
    }
    type Node = tfjs.SymbolicTensor;
    const { layers } = tf;
    const input = tf.input({ shape: [6, 6, 4] });
    const rows = layers.reshape({ targetShape: [6, 24] }).apply(input) as Node;
    const [, second] = new Split({ name: 'split' } as any).apply(input) as Node[];
    const states = layers.lstm({ units: 4, returnState: true }).apply(rows) as Node[];
    const start = layers.dense({ units: 4 }).apply(layers.flatten().apply(input) as Node) as Node;
    const begun = layers.gru({ units: 4 }).apply(rows, { initialState: start } as any) as Node;
    const x = tf.randomUniform([2, 6, 6, 4], 0, 1, 'float32', 5) as tfjs.Tensor4D;
    for (const [what, body] of [
      ['the second half', layers.flatten().apply(second)],
      ['all states', layers.concatenate().apply(states)],
      ['the last state', states[2]],
      ['a state of its own', begun],
    ] as [string, Node][]) {
      const model = tf.model({ inputs: input, outputs: layers.dense({ units: 3 }).apply(body) as Node });
      const forward = (_: unknown, y: tfjs.Tensor4D) => model.predict(y) as tfjs.Tensor;
      for (const method of ['gradient', 'integrated-gradients', 'occlusion']) {
        const options = { method, target: [0, 2] };
        const expected = attribute(tf, model, x, { ...options, forward }).dataSync();
        const map = attribute(tf, model, x, options).dataSync();
        expect(
          expected.some((value) => value !== 0),
          what,
        ).toBe(true);
        expect(largestDifference(map, expected), `${what}, ${method}`).toBeLessThan(1e-5);
      }
    }
    const masked = layers
      .lstm({ units: 4 })
      .apply(layers.masking({ maskValue: 0 }).apply(rows) as Node) as Node;
    const model = tf.model({ inputs: input, outputs: layers.dense({ units: 3 }).apply(masked) as Node });
    expect(() => attribute(tf, model, x, { method: 'gradient', target: [0, 2] })).toThrow(
      /\(Masking\): its mask is not carried.*forward/,
    );
  });

  it('takes a baseline of whole numbers', () => {
    const model = tf.sequential({
      layers: [tf.layers.flatten({ inputShape: [4, 4, 3] }), tf.layers.dense({ units: 2 })],
    });
    const x = tf.randomUniform([2, 4, 4, 3], 0, 1, 'float32', 5) as tfjs.Tensor4D;
    for (const method of ['deep-lift', 'input-x-gradient', 'integrated-gradients', 'occlusion']) {
      const options = { method, target: [0, 1] };
      const map = attribute(tf, model, x, { ...options, baseline: tf.ones([4, 4, 3], 'int32') }).dataSync();
      const expected = attribute(tf, model, x, { ...options, baseline: 1 }).dataSync();
      expect(largestDifference(map, expected), method).toBeLessThan(1e-6);
    }
  });

  it('gives the same maps in one batch and in several', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [64, 64, 3], filters: 2, kernelSize: 3, activation: 'relu' }),
        tf.layers.globalMaxPooling2d({}),
        tf.layers.dense({ units: 2 }),
      ],
    });
    const x = tf.randomUniform([70, 64, 64, 3], 0, 1, 'float32', 5) as tfjs.Tensor4D;
    const target = Array.from({ length: 70 }, (_, i) => i % 2);
    const all = attribute(tf, model, x, { method: 'gradient', target }).dataSync();
    const last = attribute(tf, model, x.slice([65, 0, 0, 0], [5, -1, -1, -1]) as tfjs.Tensor4D, {
      method: 'gradient',
      target: target.slice(65),
    }).dataSync();
    expect(largestDifference(all.subarray(65 * 64 * 64), last)).toBeLessThan(1e-6);
  });
});

describe('completeness', () => {
  it('integrated gradients sum to the difference of the scores, the closer the more steps', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({
          inputShape: [9, 9, 1],
          filters: 3,
          kernelSize: 3,
          activation: 'tanh',
          kernelInitializer: tf.initializers.heNormal({ seed: 3 }),
        }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 2, kernelInitializer: tf.initializers.heNormal({ seed: 4 }) }),
      ],
    });
    const x = tf.randomUniform([1, 9, 9, 1], 0, 1, 'float32', 7) as tfjs.Tensor4D;
    const score = (input: tfjs.Tensor) => (model.predict(input) as tfjs.Tensor).dataSync()[1];
    const difference = score(x) - score(tf.zerosLike(x));
    const gap = (rule: string, steps: number) =>
      Math.abs(
        attribute(tf, model, x, { method: 'integrated-gradients', target: [1], rule, steps })
          .sum()
          .dataSync()[0] - difference,
      );
    expect(gap('gauss-legendre', 8)).toBeLessThan(1e-4);
    expect(gap('midpoint', 256)).toBeLessThan(1e-3);
  });
});

describe('bad input', () => {
  const images = () => tf.zeros([2, 4, 4, 3]) as tfjs.Tensor4D;
  const model = () =>
    tf.sequential({ layers: [tf.layers.flatten({ inputShape: [4, 4, 3] }), tf.layers.dense({ units: 2 })] });
  const refused = (options: any, code: string, words: RegExp, x = images(), m: object = model()) => {
    const before = tf.memory().numTensors;
    let caught: unknown;
    try {
      attribute(tf, m, x, options);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(SatwatchError);
    expect((caught as SatwatchError).code).toBe(code);
    expect((caught as SatwatchError).message).toMatch(words);
    expect(tf.memory().numTensors).toBe(before);
  };

  it('names the nearest method', () =>
    refused({ method: 'gradiant', target: [0, 0] }, 'UNKNOWN_METHOD', /'gradiant'.*'gradient'/));
  it('names the nearest option', () =>
    refused(
      { method: 'integrated-gradients', target: [0, 0], step: 3 },
      'UNKNOWN_OPTION',
      /'step'.*'steps'/,
    ));
  it('refuses zero steps', () =>
    refused({ method: 'integrated-gradients', target: [0, 0], steps: 0 }, 'BAD_OPTION', /steps.*0/));
  it('refuses a rule it does not know', () =>
    refused({ method: 'integrated-gradients', target: [0, 0], rule: 'simpson' }, 'BAD_OPTION', /simpson/));
  it('refuses a baseline of another shape', () =>
    refused(
      { method: 'input-x-gradient', target: [0, 0], baseline: [[[1]]] },
      'BAD_OPTION',
      /baseline.*1,1,1.*4,4,3/,
    ));
  it('refuses a target out of range', () =>
    refused({ method: 'gradient', target: [0, 2] }, 'BAD_OPTION', /class 2 for image 1.*2 classes/));
  it('refuses the wrong number of targets', () =>
    refused({ method: 'gradient', target: [0] }, 'BAD_OPTION', /1 classes.*2 images/));
  it('refuses images of another rank', () =>
    refused({ method: 'gradient', target: [0] }, 'MODEL_INPUT', /4,4,3/, tf.zeros([4, 4, 3]) as any));

  it('names the layer without a gradient', () => {
    class Rounded extends tf.layers.Layer {
      static className = 'Rounded';
      override call(inputs: tfjs.Tensor | tfjs.Tensor[]) {
        const x = Array.isArray(inputs) ? inputs[0] : inputs;
        return tf.topk(x, 2).values;
      }
    }
    const layers = [
      tf.layers.conv2d({ inputShape: [4, 4, 3], filters: 2, kernelSize: 3, name: 'fine' }),
      new Rounded({ name: 'culprit' }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 2 }),
    ];
    const m = tf.sequential({ layers });
    for (const method of ['gradient', 'integrated-gradients', 'guided-backprop', 'smoothgrad'])
      refused({ method, target: [0, 0] }, 'NO_GRADIENT', /'culprit' \(Rounded\)/, images(), m);
  });
});

describe('logits and probabilities', () => {
  const scored = (m: tfjs.LayersModel, x: tfjs.Tensor4D, options: object = {}) =>
    attribute(tf, m, x, {
      method: 'occlusion',
      window: [8, 8],
      stride: [8, 8],
      score: 'probability',
      target: [0, 1],
      ...options,
    });

  it('are those of the chosen output of a model inside', async () => {
    const input = tf.input({ shape: [8, 8, 3] });
    const flat = tf.layers.flatten().apply(input) as tfjs.SymbolicTensor;
    const outputs = [
      tf.layers.dense({ units: 3 }).apply(flat),
      tf.layers.dense({ units: 3, activation: 'softmax' }).apply(flat),
    ] as tfjs.SymbolicTensor[];
    const inner = tf.model({ inputs: input, outputs });
    const outer = tf.input({ shape: [8, 8, 3] });
    const [, chosen] = inner.apply(outer) as tfjs.SymbolicTensor[];
    const direct = tf.model({ inputs: input, outputs: outputs[1] });
    const x = tf.randomUniform([2, 8, 8, 3], 0, 1, 'float32', 5) as tfjs.Tensor4D;
    const map = scored(tf.model({ inputs: outer, outputs: chosen }), x).dataSync();
    expect(largestDifference(map, scored(direct, x).dataSync())).toBeLessThan(1e-6);
    // One window over all of it: what is lost is p(x) − p(0).
    const p = (y: tfjs.Tensor) => (direct.predict(y) as tfjs.Tensor).dataSync()[0];
    expect(map[0]).toBeCloseTo(3 * (p(x) - p(tf.zerosLike(x))), 5);
  });

  it('are below an activation whose layer stands inside too', () => {
    const shared = tf.layers.dense({ units: 3, activation: 'softmax', inputShape: [3] });
    const input = tf.input({ shape: [8, 8, 3] });
    const pooled = tf.layers.globalAveragePooling2d({}).apply(input);
    const twice = shared.apply(shared.apply(pooled)) as tfjs.SymbolicTensor;
    const m = tf.model({ inputs: input, outputs: twice });
    const x = tf.randomUniform([2, 8, 8, 3], 0, 1, 'float32', 5) as tfjs.Tensor4D;
    const p = (y: tfjs.Tensor) => (m.predict(y) as tfjs.Tensor).dataSync()[0];
    expect(scored(m, x).dataSync()[0]).toBeCloseTo(3 * (p(x) - p(tf.zerosLike(x))), 5);
  });
});

it('Deep Taylor explains class 0 of a single unit by what speaks against it, also where branches meet in it', () => {
  const net = (sign: number) => {
    const input = tf.input({ shape: [6, 6, 2] });
    const flat = tf.layers.flatten().apply(
      tf.layers
        .conv2d({
          filters: 3,
          kernelSize: 3,
          activation: 'relu',
          kernelInitializer: tf.initializers.heNormal({ seed: 1 }),
        })
        .apply(input),
    );
    const branches = [2, 3].map((seed) => {
      const branch = tf.layers.dense({ units: 1, kernelInitializer: tf.initializers.heNormal({ seed }) });
      const output = branch.apply(flat) as tfjs.SymbolicTensor;
      const [kernel, bias] = branch.getWeights();
      branch.setWeights([kernel.mul(sign), bias.add(-0.3).mul(sign)]);
      return output;
    });
    return tf.model({ inputs: input, outputs: tf.layers.add().apply(branches) as tfjs.SymbolicTensor });
  };
  const x = tf.randomUniform([4, 6, 6, 2], 0, 1, 'float32', 5) as tfjs.Tensor4D;
  const map = (sign: number, label: number) =>
    attribute(tf, net(sign), x, { method: 'deep-taylor', target: new Array(4).fill(label) }).dataSync();
  expect(Math.max(...map(1, 0))).toBeGreaterThan(0);
  expect(largestDifference(map(1, 0), map(-1, 1))).toBeLessThan(1e-6);
});

it('no more images go through the model at once than a batch holds', () => {
  const batches: number[] = [];
  const weights = tf.randomNormal([3, 2], 0, 1, 'float32', 1) as tfjs.Tensor2D;
  const forward = (_: unknown, x: tfjs.Tensor4D) => {
    batches.push(x.shape[0]);
    return (x.mean([1, 2]) as tfjs.Tensor2D).matMul(weights);
  };
  const x = tf.randomUniform([12, 128, 128, 3], 0, 1, 'float32', 5) as tfjs.Tensor4D;
  const half = maskFromBitmap(new Array(128 * 128).fill(1), 128, 128);
  const segments = Array.from({ length: 12 }, () => [{ name: 'all', mask: half }]);
  const target = new Array(12).fill(0);
  for (const [method, options] of [
    ['gradient', {}],
    ['integrated-gradients', { steps: 2 }],
    ['occlusion', { window: [64, 64], stride: [64, 64] }],
    ['segment-ablation', { segments }],
  ] as const)
    attribute(tf, {}, x, { method, target, forward, ...options });
  // 32 images of 64×64.
  expect(Math.max(...batches)).toBe(8);
});

it('every registered method carries its own name, and gives finite maps without a tensor left behind', () => {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [8, 6, 3], filters: 4, kernelSize: 3, activation: 'relu' }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 2, activation: 'softmax' }),
    ],
  });
  const x = tf.randomUniform([2, 8, 6, 3], 0, 1, 'float32', 3) as tfjs.Tensor4D;
  const half = maskFromBitmap(
    Array.from({ length: 48 }, (_, p) => (p < 24 ? 1 : 0)),
    6,
    8,
  );
  const needed: Record<string, object> = {
    'expected-gradients': { baselines: tf.zeros([2, 8, 6, 3]) },
    'segment-shapley': { segments: [[{ name: 'top', mask: half }], [{ name: 'top', mask: half }]] },
    'segment-ablation': { segments: [[{ name: 'top', mask: half }], [{ name: 'top', mask: half }]] },
  };
  for (const [name, method] of Object.entries(saliencyMethods)) {
    expect(method.name).toBe(name);
    const before = tf.memory().numTensors;
    const map = attribute(tf, model, x, { method: name, target: [0, 1], ...needed[name] });
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(map.shape).toEqual([2, 8, 6]);
    expect(Array.from(map.dataSync()).every(Number.isFinite)).toBe(true);
  }
});
