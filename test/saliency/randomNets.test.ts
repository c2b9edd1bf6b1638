import type * as tfjs from '@tensorflow/tfjs';
import fc from 'fast-check';
import { attribute, SatwatchError, saliencyMethods } from 'satwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backend } from '../tf.js';
import { type Case, type Compared, casesOf, compare, pictures } from './compare.js';
import { literalMethods } from './literal/methods.js';
import { read } from './literal/read.js';
import { Unbounded } from './literal/relevance.js';
import { blocks, fromRecipe, heads, type Recipe, scales } from './randomNets.js';

// Every method against the literal program on random small networks, and what its maps sum to: with the shares of biases,
// stabilisers and padding, which the literal program states, the score. SATWATCH_RANDOM_NETS sets how many nets a method
// sees and tells how many images were compared, and how many differences excused because float32's rounding alone, simulated,
// moves the literal map too.

const runs = Number(process.env.SATWATCH_RANDOM_NETS ?? 30);

let tf: typeof tfjs;
beforeAll(async () => {
  tf = await backend();
});

const recipes: fc.Arbitrary<Recipe> = fc.record({
  scale: fc.constantFrom(...Object.keys(scales)),
  parts: fc.array(fc.constantFrom(...Object.keys(blocks)), { minLength: 1, maxLength: 4 }),
  head: fc.constantFrom(...Object.keys(heads)),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

const counts: Record<string, { compared: number; excused: number }> = {};
afterAll(() => {
  if (process.env.SATWATCH_RANDOM_NETS) console.log(counts);
});

function compareOn(method: string, recipe: Recipe, one: Case): Compared[] {
  const model = fromRecipe(tf, recipe);
  const images = pictures(tf, 2, recipe.seed);
  try {
    fc.pre(!/^grad-cam/.test(method) || read(model).convolutions.length > 0);
    const all = compareBounded(model, images, one);
    counts[method] ??= { compared: 0, excused: 0 };
    counts[method].compared += all.length;
    counts[method].excused += all.filter(({ excused }) => excused).length;
    return all;
  } finally {
    images.dispose();
    model.dispose();
  }
}

/** A box has no bounds behind what normalises: satwatch refuses just where the literal program does. */
function compareBounded(model: tfjs.LayersModel, images: tfjs.Tensor4D, one: Case): Compared[] {
  try {
    return compare(tf, model, images, one);
  } catch (error) {
    if (!(error instanceof SatwatchError && error.code === 'BAD_OPTION')) throw error;
    const options = { ...saliencyMethods[one.method].options, ...one.options };
    const image = Array.from(images.dataSync().subarray(0, images.size / images.shape[0]));
    const question = { net: read(model), image, target: 1, score: one.score, options };
    expect(() => literalMethods[one.method](question)).toThrow(Unbounded);
    fc.pre(false);
    throw error;
  }
}

describe.each(Object.keys(literalMethods))('%s', (method) => {
  it('equals the literal program, and sums to the score', () => {
    const cases = fc.constantFrom(...casesOf(method));
    fc.assert(
      fc.property(recipes, cases, (recipe, one) => {
        for (const { flaw } of compareOn(method, recipe, one)) expect(flaw).toBeNull();
      }),
      { numRuns: runs, seed: 7, maxSkipsPerRun: 4 },
    );
    expect(counts[method].excused).toBeLessThan(counts[method].compared / 10);
  });
});

it('integrated gradients miss f(x) − f(b) by less with more steps', () => {
  const [few, many] = [2, 50].map((steps) =>
    fc.sample(recipes, { numRuns: 12, seed: 7 }).reduce((sum, recipe) => sum + gapOf(recipe, steps), 0),
  );
  expect(many).toBeLessThan(few / 8);
});

/** |Σ map − (f(x) − f(0))|, by the map's size. */
function gapOf(recipe: Recipe, steps: number): number {
  const model = fromRecipe(tf, recipe);
  const images = pictures(tf, 2, recipe.seed);
  const black = tf.zerosLike(images) as tfjs.Tensor4D;
  const [f, f0] = [literalScores(model, images), literalScores(model, black)];
  const map = attribute(tf, model, images, { method: 'integrated-gradients', target: [1, 0], steps });
  const sums = Array.from(map.sum([1, 2]).dataSync());
  const gap = sums.reduce((total, sum, i) => total + Math.abs(sum - (f[i] - f0[i])), 0);
  const total = map.abs().sum().dataSync()[0];
  tf.dispose([images, black, map]);
  model.dispose();
  return gap / (total + 1e-6);
}

/** Scores of the classes 1 and 0 by the literal program. */
function literalScores(model: tfjs.LayersModel, x: tfjs.Tensor4D): number[] {
  const net = read(model);
  const each = x.size / x.shape[0];
  return [1, 0].map((target, i) => {
    const image = Array.from(x.dataSync().subarray(i * each, (i + 1) * each));
    return literalMethods.gradient({ net, image, target, score: 'logit', options: {} }).score;
  });
}
