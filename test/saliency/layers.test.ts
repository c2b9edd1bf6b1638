import type * as tfjs from '@tensorflow/tfjs';
import { saliencyMethods } from 'satwatch';
import { beforeAll, describe, expect, it } from 'vitest';
import { backend } from '../tf.js';
import { casesOf, compare, pictures } from './compare.js';
import { layerClasses } from './literal/layers.js';
import { literalMethods } from './literal/methods.js';
import { read } from './literal/read.js';
import { alone, blocks, build, heads, layerSettings, size, through } from './randomNets.js';

// Every method against the literal program, on every layer type by itself.

/** Methods that throw dice or read masks: they have tests of their own. A new method is here or has a literal formula. */
const withoutLiteral = [
  'smoothgrad',
  'smoothgrad-squared',
  'vargrad',
  'expected-gradients',
  'segment-shapley',
  'segment-ablation',
];

const methods = Object.keys(literalMethods);

let tf: typeof tfjs;
beforeAll(async () => {
  tf = await backend();
});

it('has a literal formula for every method, or names it', () => {
  expect(Object.keys(saliencyMethods).sort()).toEqual([...methods, ...withoutLiteral].sort());
});

it('has a setting for every layer that the literal program reads', () => {
  const without = layerClasses.filter((name) => !layerSettings[name] && name !== 'SpatialDropout1D');
  expect(without).toEqual([]);
});

const settings = Object.entries(layerSettings).flatMap(([layer, parts]) =>
  Object.entries(parts).map(([setting, part]): [string, typeof part] => [`${layer}, ${setting}`, part]),
);

describe.each(settings)('%s', (_, part) => {
  it.each(methods)('%s', (method) => {
    const left = new Set(casesOf(method));
    for (let seed = 1; left.size > 0; seed++) {
      const model = alone(tf, part, seed);
      const images = pictures(tf, 2, seed);
      if (/^grad-cam/.test(method) && read(model).convolutions.length === 0) return;
      for (const one of left) {
        const compared = compare(tf, model, images, one);
        for (const { flaw } of compared) expect(flaw, `${JSON.stringify(one)}, weights ${seed}`).toBeNull();
        if (compared.some(({ says, excused }) => says && !excused)) left.delete(one);
      }
      images.dispose();
      model.dispose();
      expect(seed, `weights for ${JSON.stringify([...left])} that rounding errors leave alone`).toBeLessThan(
        15,
      );
    }
  });
});

describe('a base of layers as features', () => {
  it.each(methods)('%s', (method) => {
    const base = build(tf, blocks['conv, norm, relu'], 2);
    const shape = base.outputs[0].shape.slice(1) as number[];
    const head = build(tf, through(blocks['norm, conv 1×1'], heads['average, softmax']), 3, shape);
    const input = tf.input({ shape: [...size] });
    const whole = tf.model({ inputs: input, outputs: head.apply(base.apply(input)) as tfjs.SymbolicTensor });
    const images = pictures(tf, 2, 2);
    for (const one of casesOf(method)) {
      const options = { ...one.options, features: base };
      for (const { flaw } of compare(tf, head, images, { ...one, options }, whole))
        expect(flaw, JSON.stringify(one)).toBeNull();
    }
  });
});
