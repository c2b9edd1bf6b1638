import type * as tfjs from '@tensorflow/tfjs';
import { type AttributeOptions, attribute, SatwatchError, saliencyMethods } from 'satwatch';
import { rounding } from './literal/compute.js';
import { literalMethods } from './literal/methods.js';
import { read } from './literal/read.js';
import type { Answer, Question } from './literal/score.js';
import { size, uniform } from './randomNets.js';

type Tf = typeof tfjs;

const [h, w, c] = size;

/** Options beside the defaults with which a method is tried. A method that is not here is tried with its defaults. */
const variants: Record<string, object[]> = {
  'input-x-gradient': [{}, { baseline: 0.5 }],
  'integrated-gradients': [
    { steps: 3, baseline: 0.25 },
    { steps: 2, rule: 'gauss-legendre' },
  ],
  'lrp-epsilon': [{}, { epsilon: 0.1 }],
  'lrp-gamma': [{}, { gamma: 1 }],
  'epsilon-alpha2-beta1-box': [{}, { low: -0.5, high: 1.5 }],
  'deep-taylor': [{}, { low: 0, high: 1 }],
  'deep-lift': [{}, { baseline: ramp() }],
  'grad-cam': [{}, { upsample: 'none', relu: false }, { upsample: 'bilinear-align-corners' }],
  'grad-cam-plus-plus': [{}, { upsample: 'none' }],
  occlusion: [{ window: [2, 3], stride: [1, 2], baseline: 0.5 }],
};

function ramp(): number[][][] {
  return Array.from({ length: h }, (_, y) =>
    Array.from({ length: w }, (_, x) =>
      Array.from({ length: c }, (_, k) => (0.3 * y + 0.2 * x + 0.5 * k) % 1),
    ),
  );
}

const every = ['logit', 'margin', 'probability'] as const;

export interface Case {
  method: string;
  options: object;
  score: Question['score'];
}

/** What is compared of a method. */
export function casesOf(method: string): Case[] {
  const { scores = every } = saliencyMethods[method];
  return (variants[method] ?? [{}]).flatMap((options) =>
    every.filter((score) => scores.includes(score)).map((score) => ({ method, options, score })),
  );
}

export interface Compared {
  /** What is wrong with satwatch's map: it is another than the literal one, or does not sum to the score. */
  flaw: string | null;
  /** It was not right, but float32's rounding errors, simulated, spoil the literal map as well. */
  excused: boolean;
  /** The literal map is not zero everywhere. */
  says: boolean;
}

/** Seeded images [n,h,w,c], some values exactly 0: in [0, 1), or for odd seeds in [−0.5, 1). */
export function pictures(tf: Tf, n: number, seed: number, shape: readonly number[] = size): tfjs.Tensor4D {
  const random = uniform(seed + 77);
  const lowest = seed % 2 ? -0.5 : 0;
  const values = Float32Array.from({ length: n * shape.reduce((a, b) => a * b, 1) }, () =>
    random() < 0.1 ? 0 : lowest + (1 - lowest) * random(),
  );
  return tf.tensor4d(values, [n, ...shape] as [number, number, number, number]);
}

const classesOf = (model: tfjs.LayersModel) => Math.max(2, model.outputs[0].shape.at(-1) as number);

/** satwatch's maps; none where it says that they are zero everywhere and so is the gradient. */
function mapsOf(tf: Tf, model: tfjs.LayersModel, images: tfjs.Tensor4D, options: AttributeOptions) {
  const before = tf.memory().numTensors;
  let found: Float32Array | null = null;
  try {
    const maps = attribute(tf, model, images, options);
    found = maps.dataSync() as Float32Array;
    maps.dispose();
  } catch (error) {
    if (!(error instanceof SatwatchError && error.code === 'ZERO_GRADIENT')) throw error;
  }
  if (tf.memory().numTensors !== before) throw new Error(`${options.method}: tensors are left behind`);
  return found;
}

/** Both programs on each image, the literal one with `whole`; the target is a class by the image's number. */
export function compare(
  tf: Tf,
  model: tfjs.LayersModel,
  images: tfjs.Tensor4D,
  one: Case,
  whole = model,
): Compared[] {
  const n = images.shape[0];
  const target = Array.from({ length: n }, (_, i) => (i * 7 + 1) % classesOf(model));
  const { method, score } = one;
  const pixelCount = images.size / n;
  const found = mapsOf(tf, model, images, { ...one.options, method, score, target, channels: 'keep' });
  const pixels = images.dataSync();
  const net = read(whole);
  const options = { ...saliencyMethods[method].options, ...one.options };
  return target.map((wanted, i) => {
    const image = Array.from(pixels.subarray(i * pixelCount, (i + 1) * pixelCount));
    const question = { net, image, target: wanted, score, options };
    const literal = literalMethods[method](question);
    const length = literal.map.length;
    const map = found ? Array.from(found.subarray(i * length, (i + 1) * length)) : literal.map.map(() => 0);
    if (found && found.length !== n * length)
      throw new Error(`${method}: ${found.length} values, the literal program has ${n * length}`);
    const wrong = flawOf(map, literal);
    const excused =
      wrong !== null &&
      [1, 2, 3].some((seed) => {
        const rounded = literalMethods[method]({ ...question, round: rounding(seed) }).map;
        return !(differenceOf(rounded, literal.map) < trusted);
      });
    return { flaw: excused ? null : wrong, excused, says: literal.map.some((value) => value !== 0) };
  });
}

/** Largest difference, by the largest value of the second. */
function differenceOf(map: number[], literal: number[]): number {
  const largest = Math.max(...literal.map(Math.abs), 1e-30);
  return Math.max(...map.map((value, k) => Math.abs(value - literal[k]))) / largest;
}

function flawOf(map: number[], { map: literal, score, baselineScore, share }: Answer): string | null {
  const difference = differenceOf(map, literal);
  if (!(difference < tolerance)) return `differs by ${difference} of the largest value`;
  const sum = map.reduce((a, b) => a + b, 0);
  const total = map.reduce((a, b) => a + Math.abs(b), 0);
  const away = share ? share.bias + share.stabiliser + share.lost : (baselineScore ?? 0);
  const isSummed = share !== undefined || baselineScore !== undefined;
  const gap = Math.abs(sum + away - score);
  if (isSummed && !(gap <= tolerance * (total + Math.abs(away) + Math.abs(score))))
    return `sums to ${sum}, and with ${away} elsewhere misses the score ${score}`;
  return null;
}

/** Maps agree to this part of their largest value. */
export const tolerance = 1e-4;
/** Where rounding errors of float32's size move the literal map itself by more than this, a difference says nothing. */
const trusted = tolerance / 4;
