import type * as tfjs from '@tensorflow/tfjs';
import { attribute, registerLayerRule, SatwatchError, segmentShapley } from 'satwatch';
import { beforeAll, describe, expect, it } from 'vitest';
import { backend } from '../tf.js';
import { largestDifference } from './maps.js';

let tf: typeof tfjs;
beforeAll(async () => {
  tf = await backend();
});

const images = () => tf.randomUniform([2, 6, 6, 3], 0, 1, 'float32', 1) as tfjs.Tensor4D;
const conv = (name?: string) =>
  tf.layers.conv2d({ inputShape: [6, 6, 3], filters: 4, kernelSize: 3, activation: 'relu', name });
const model = () =>
  tf.sequential({
    layers: [conv('stem'), tf.layers.flatten({ name: 'flat' }), tf.layers.dense({ units: 2 })],
  });

/** The error, with nothing left in memory. */
function refused(options: any, code: string, words: RegExp, x = images(), m: object = model()) {
  const before = tf.memory().numTensors;
  let caught: unknown;
  try {
    attribute(tf, m, x, { target: [0, 1], ...options });
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(SatwatchError);
  expect((caught as SatwatchError).code).toBe(code);
  expect((caught as SatwatchError).message).toMatch(words);
  expect(tf.memory().numTensors).toBe(before);
}

describe('options', () => {
  it.each([
    ['lrp-epsilon', { epsilon: -1 }, /epsilon: got -1, expected a number from 0/],
    ['lrp-gamma', { gamma: 'much' }, /gamma: got 'much'/],
    ['deep-taylor', { low: 0 }, /low, high: got 0 and nothing/],
    ['epsilon-alpha2-beta1-box', { low: 1, high: 0 }, /low, high: got 1 and 0/],
    ['deep-lift', { baseline: Number.NaN }, /baseline: got NaN/],
    ['deep-lift', { baseline: [1, 2, 3] }, /baseline: got \[1,2,3\], expected a number or an image/],
    ['input-x-gradient', { baseline: [[[1]], [[1], [2]]] }, /baseline: got lists of different lengths/],
    ['deep-lift', { baseline: [[[1]]] }, /baseline: got \[1,1,1\], expected \[6,6,3\]/],
    ['grad-cam', { layer: 'stam' }, /there is no 'stam'; did you mean 'stem'/],
    ['grad-cam', { layer: 'flat' }, /'flat' \(Flatten\) gives \[64\].*maps.*stem/],
    ['grad-cam', { layer: 3 }, /layer: got 3, expected the name/],
    ['grad-cam', { upsample: 'cubic' }, /upsample: got 'cubic', expected one of none, bilinear/],
    ['grad-cam-plus-plus', { relu: 1 }, /relu: got 1, expected true or false/],
  ])('%s %j', (method, options, words) => refused({ method, ...options }, 'BAD_OPTION', words));

  it('a tensor of noise without a sample', () => {
    const noise = tf.zeros([0, 2, 6, 6, 3]);
    for (const method of ['smoothgrad', 'smoothgrad-squared', 'vargrad'])
      refused({ method, noise }, 'BAD_OPTION', /noise: got \[0,2,6,6,3\], expected one sample at least/);
  });

  it.each([
    ['lrp-z', 'probability', /'lrp-z' explains 'logit' or 'margin', got 'probability'/],
    ['deep-taylor', 'margin', /'deep-taylor' explains 'logit', got 'margin'/],
  ])('%s refuses the score %s', (method, score, words) => refused({ method, score }, 'BAD_OPTION', words));

  it('Grad-CAM says that there is no convolution', () => {
    const flat = tf.sequential({
      layers: [tf.layers.flatten({ inputShape: [6, 6, 3] }), tf.layers.dense({ units: 2 })],
    });
    refused({ method: 'grad-cam' }, 'BAD_OPTION', /no convolution/, images(), flat);
  });
});

describe('images', () => {
  it.each([
    [
      'another shape',
      () => tf.zeros([2, 6, 5, 3]),
      /\[2,6,5,3\], expected \[n, 6, 6, 3\] as the model takes them/,
    ],
    ['none', () => tf.zeros([0, 6, 6, 3]), /\[0,6,6,3\], expected .*n from 1/],
    ['whole numbers', () => tf.zeros([2, 6, 6, 3], 'int32'), /got int32, expected float32/],
    [
      'a picture for a model of numbers',
      () => tf.zeros([2, 108, 1, 1]),
      /\[2,108,1,1\], expected \[n, 6, 6, 3\]/,
    ],
    ['a NaN', () => tf.fill([2, 6, 6, 3], Number.NaN), /a NaN or an infinity/],
  ])('%s', (_, make, words) =>
    refused({ method: 'gradient' }, 'MODEL_INPUT', words, make() as tfjs.Tensor4D),
  );

  it('that are gone, and none for a model that takes no pictures', () => {
    const gone = images();
    gone.dispose();
    refused({ method: 'gradient' }, 'MODEL_INPUT', /a tensor that is disposed/, gone);
    const numbers = tf.sequential({ layers: [tf.layers.dense({ inputShape: [108], units: 2 })] });
    refused({ method: 'gradient' }, 'MODEL_INPUT', /\[2,6,6,3\], expected \[n, 108\]/, images(), numbers);
  });

  it('behind a base that does not fit the model', () => {
    const base = tf.sequential({ layers: [conv()] });
    const head = tf.sequential({
      layers: [tf.layers.flatten({ inputShape: [4, 4, 3] }), tf.layers.dense({ units: 2 })],
    });
    const words = /features: gives \[any,4,4,4\], and the model takes \[any,4,4,3\]/;
    refused({ method: 'gradient', features: base }, 'MODEL_INPUT', words, images(), head);
  });

  it('for a model with two inputs', () => {
    const [a, b] = [tf.input({ shape: [6, 6, 3] }), tf.input({ shape: [2] })];
    const flat = tf.layers.flatten().apply(a) as tfjs.SymbolicTensor;
    const both = tf.layers.concatenate().apply([flat, b]) as tfjs.SymbolicTensor;
    const outputs = tf.layers.dense({ units: 2 }).apply(both) as tfjs.SymbolicTensor;
    const two = tf.model({ inputs: [a, b], outputs });
    refused({ method: 'gradient' }, 'MODEL_INPUT', /has 2 inputs.*forward/, images(), two);
  });
});

it('a target that is no class is named by the place of its image among all', () => {
  const x = tf.randomUniform([70, 6, 6, 3], 0, 1, 'float32', 1) as tfjs.Tensor4D;
  const target = Array.from({ length: 70 }, (_, i) => (i === 68 ? 2 : 0));
  refused({ method: 'gradient', target }, 'BAD_OPTION', /got class 2 for image 68, but .* 2 classes/, x);
  refused({ method: 'gradient', target: ['1', 0] }, 'BAD_OPTION', /got class '1' for image 0/);
  refused(
    { method: 'gradient', target: Int32Array.of(0, 1) },
    'BAD_OPTION',
    /target: got Int32Array of 2, expected/,
  );
});

it.each([
  ['a promise', () => Promise.resolve(tf.zeros([2, 2]))],
  ['a number', () => 3],
  ['logits of other images', () => tf.zeros([1, 2])],
])('a forward that gives %s', (_, forward) => {
  const made: tfjs.Tensor[] = [];
  const kept = () => {
    const given = forward();
    if (given instanceof tf.Tensor) made.push(given);
    return given;
  };
  refused(
    { method: 'occlusion', forward: kept },
    'BAD_OPTION',
    /forward: got .* for \d+ images?, expected a tensor of logits/,
  );
});

it('segmentShapley refuses what belongs to maps', () => {
  const options = { target: [0, 1], segments: [[], []], channels: 'keep' } as any;
  expect(() => segmentShapley(tf, model(), images(), options)).toThrow(
    /segmentShapley: unknown option 'channels'/,
  );
});

describe('a model with several outputs', () => {
  const several = () => {
    const input = tf.input({ shape: [6, 6, 3] });
    const flat = tf.layers.flatten().apply(conv().apply(input)) as tfjs.SymbolicTensor;
    const classes = tf.layers.dense({ units: 2, name: 'classes', activation: 'softmax' }).apply(flat);
    const box = tf.layers.dense({ units: 4, name: 'box' }).apply(flat);
    return tf.model({ inputs: input, outputs: [box, classes] as tfjs.SymbolicTensor[] });
  };

  it('is explained by the one that was chosen, by name or place', () => {
    const m = several();
    const alone = tf.model({ inputs: m.inputs, outputs: m.outputs[1] });
    for (const method of ['gradient', 'lrp-epsilon', 'grad-cam']) {
      const x = images();
      const expected = attribute(tf, alone, x, { method, target: [0, 1] }).dataSync();
      for (const output of ['classes', 1]) {
        const map = attribute(tf, m, x, { method, target: [0, 1], output }).dataSync();
        expect(largestDifference(map, expected)).toBeLessThan(1e-7);
      }
    }
  });

  it.each([
    [undefined, /2 outputs.*output: 'box'/],
    ['clases', /there is no 'clases'; did you mean 'classes'/],
    [2, /got 2, the model has outputs 0 to 1/],
  ])('output: %s', (output, words) =>
    refused({ method: 'gradient', output }, 'MODEL_OUTPUT', words, images(), several()),
  );
});

describe('a gradient that is zero everywhere', () => {
  const dead = () => {
    const m = tf.sequential({
      layers: [conv(), tf.layers.flatten(), tf.layers.dense({ units: 2 })],
    });
    const [kernel, ...rest] = m.getWeights();
    const bias = tf.fill([4], -1e3);
    m.setWeights([kernel, bias, ...rest.slice(1)]);
    return m;
  };
  it.each(['gradient', 'input-x-gradient', 'guided-backprop', 'lrp-z', 'deep-lift', 'grad-cam'])(
    'is an error of %s',
    (method) => refused({ method }, 'ZERO_GRADIENT', /zero at every pixel.*ReLU/, images(), dead()),
  );
  it('is none where only the map is', () => {
    // A negative logit has no relevance for Deep Taylor.
    const m = model();
    const [kernel, bias, w] = m.getWeights();
    m.setWeights([kernel, bias, w.abs().neg(), tf.tensor1d([-1, -1])]);
    expect(
      attribute(tf, m, images(), { method: 'deep-taylor', target: [0, 1] })
        .max()
        .dataSync()[0],
    ).toBe(0);
  });
});

describe('layers', () => {
  const layerMethods = [
    'lrp-z',
    'epsilon-plus-flat',
    'deep-taylor',
    'deep-lift',
    'guided-backprop',
    'grad-cam',
  ];

  it('hidden behind functions are no layers for the methods that read them', () => {
    const m = model();
    const forward = (_: unknown, x: tfjs.Tensor4D) => m.predict(x) as tfjs.Tensor;
    for (const method of layerMethods)
      refused(
        { method, forward },
        'NEEDS_LAYERS',
        new RegExp(`'${method}' reads the layers of a LayersModel.*gradient`),
      );
    const features = (x: tfjs.Tensor4D) => x;
    refused({ method: 'lrp-z', features }, 'NEEDS_LAYERS', /hand in the base itself as features/);
  });

  it('of a base handed in as features are read, and Grad-CAM looks at the head alone behind a function', () => {
    const base = tf.sequential({ layers: [conv(), tf.layers.averagePooling2d({ poolSize: 2 })] });
    const head = tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [2, 2, 4], filters: 3, kernelSize: 2, name: 'last' }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 2 }),
      ],
    });
    const whole = tf.sequential({ layers: [base, head] });
    const x = images();
    for (const method of layerMethods) {
      const options = { method, target: [0, 1] };
      const expected = attribute(tf, whole, x, options).dataSync();
      const map = attribute(tf, head, x, { ...options, features: base }).dataSync();
      expect(largestDifference(map, expected)).toBeLessThan(1e-6);
    }
    const features = (batch: tfjs.Tensor4D) => base.predict(batch) as tfjs.Tensor;
    const options = { method: 'grad-cam', target: [0, 1] };
    const expected = attribute(tf, whole, x, options).dataSync();
    expect(
      largestDifference(attribute(tf, head, x, { ...options, features }).dataSync(), expected),
    ).toBeLessThan(1e-6);
  });

  it('of a base alone have the convolution that Grad-CAM looks for', () => {
    const base = tf.sequential({ layers: [conv('seen')] });
    const head = tf.sequential({
      layers: [
        tf.layers.globalAveragePooling2d({ inputShape: [4, 4, 4] }),
        tf.layers.dense({ units: 2, activation: 'softmax' }),
      ],
    });
    const x = images();
    const whole = tf.sequential({ layers: [base, head] });
    for (const layer of [undefined, 'seen']) {
      const options = { method: 'grad-cam', target: [0, 1], layer };
      const expected = attribute(tf, whole, x, options).dataSync();
      const map = attribute(tf, head, x, { ...options, features: base }).dataSync();
      expect(largestDifference(map, expected)).toBeLessThan(1e-6);
    }
    refused({ method: 'gradient', features: 3 }, 'BAD_OPTION', /features: got 3/, x, head);
    refused({ method: undefined }, 'UNKNOWN_METHOD', /undefined/, x, whole);
  });

  it('of a class that inherits the name of one that is known are their own', () => {
    const Dense = tf.layers.dense({ units: 2 }).constructor as new (config: any) => any;
    class Squared extends Dense {
      call(inputs: tfjs.Tensor | tfjs.Tensor[]) {
        return super.call([inputs].flat()[0].square(), {});
      }
    }
    const squared = new Squared({ units: 2, name: 'squared' });
    const m = tf.sequential({ layers: [conv(), tf.layers.flatten(), squared as any] });
    const x = images();
    const map = attribute(tf, m, x, { method: 'gradient', target: [0, 1] }).dataSync();
    const expected = attribute(tf, m, x, {
      method: 'gradient',
      target: [0, 1],
      forward: (_: unknown, y: any) => m.apply(y) as tfjs.Tensor,
    });
    expect(largestDifference(map, expected.dataSync())).toBeLessThan(1e-6);
    refused({ method: 'lrp-z' }, 'UNKNOWN_LAYER', /'squared' \(Squared\).*static className of its own/, x, m);
  });

  it('that tfjs computes wrongly are no layers to read, and their gradient is that of what it computes', () => {
    if (tf.getBackend() === 'tensorflow') return;
    for (const axis of [1, 2]) {
      const norm = tf.layers.batchNormalization({ axis, name: 'bn' });
      const m = tf.sequential({ layers: [conv(), norm, tf.layers.flatten(), tf.layers.dense({ units: 2 })] });
      norm.setWeights([1, 2, 3, 4].map((seed) => tf.randomUniform([4], 0.5, 2, 'float32', seed)));
      const x = images();
      refused(
        { method: 'lrp-z' },
        'UNKNOWN_LAYER',
        /'bn' \(BatchNormalization\).*tfjs computes it wrongly/,
        x,
        m,
      );
      const options = { method: 'occlusion', target: [0, 1] };
      const forward = (_: unknown, y: tfjs.Tensor4D) => m.predict(y) as tfjs.Tensor;
      const expected = attribute(tf, m, x, { ...options, forward }).dataSync();
      expect(largestDifference(attribute(tf, m, x, options).dataSync(), expected)).toBeLessThan(1e-5);
    }
  });

  it('of a kind of its own want a rule, and get it', () => {
    class Doubled extends tf.layers.Layer {
      static className = 'Doubled';
      override call(inputs: tfjs.Tensor | tfjs.Tensor[]) {
        return [inputs].flat()[0].mul(2);
      }
    }
    const [first, last] = [conv(), tf.layers.dense({ units: 2 })];
    const own = tf.sequential({ layers: [first, new Doubled({ name: 'twice' }), tf.layers.flatten(), last] });
    const x = images();
    for (const method of ['lrp-epsilon', 'deep-taylor', 'deep-lift'])
      refused(
        { method },
        'UNKNOWN_LAYER',
        /layer 'twice' \(Doubled\).*registerLayerRule\('Doubled', (…|'pass', 'move' or 'proportional')\).*guided-backprop/,
        x,
        own,
      );
    // Two in a row that are known: the same function.
    const known = tf.sequential({
      layers: [conv(), tf.layers.rescaling({ scale: 2 }), tf.layers.flatten(), tf.layers.dense({ units: 2 })],
    });
    known.setWeights(own.getWeights());
    const map = (m: tfjs.LayersModel, method: string) =>
      attribute(tf, m, x, { method, target: [0, 1] }).dataSync();
    for (const method of ['gradient', 'guided-backprop', 'deconvnet', 'grad-cam'])
      expect(largestDifference(map(own, method), map(known, method))).toBeLessThan(1e-6);

    expect(() => registerLayerRule('Doubled', 'sideways' as any)).toThrow(/got 'sideways', expected 'pass'/);
    expect(() => registerLayerRule('Dense', 'pass')).toThrow(/a class that satwatch reads itself/);
    registerLayerRule('Doubled', 'proportional');
    for (const method of ['lrp-z', 'deep-lift'])
      expect(largestDifference(map(own, method), map(known, method))).toBeLessThan(1e-3);
    registerLayerRule('Doubled', 'pass');
    expect(largestDifference(map(own, 'deep-lift'), map(known, 'deep-lift'))).toBeLessThan(1e-5);
    registerLayerRule('Doubled', ({ relevance }) => [relevance.mul(3)]);
    const scaled = map(own, 'epsilon-plus');
    registerLayerRule('Doubled', ({ relevance }) => [relevance]);
    const plain = map(own, 'epsilon-plus');
    expect(
      largestDifference(
        scaled,
        plain.map((value) => 3 * value),
      ),
    ).toBeLessThan(1e-6);
    registerLayerRule('Doubled', () => []);
    refused(
      { method: 'lrp-epsilon' },
      'BAD_OPTION',
      /rule of 'Doubled': gave , expected .*\[2,4,4,4\]/,
      x,
      own,
    );
    registerLayerRule('Doubled', () => [null as any]);
    refused({ method: 'lrp-epsilon' }, 'BAD_OPTION', /rule of 'Doubled': gave null, expected/, x, own);
    // It takes no function.
    refused({ method: 'deep-lift' }, 'UNKNOWN_LAYER', /'twice'.*'pass', 'move' or 'proportional'/, x, own);
  });
});
