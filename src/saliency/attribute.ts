import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import { withInputGradients } from '../backend/index.js';
import type { Tf } from '../backend/types.js';
import { refuseUnknownOptions, SatwatchError } from '../errors.js';
import { explainGradientFailure } from './gradientFailure.js';
import { baseOf, type Head, type HeadOptions, headOf, logitsOf, type Model } from './head.js';
import { methodNamed } from './methods.js';
import { networkOf, type ReadOptions } from './networkOf.js';
import type { Explained } from './types.js';

/**
 * What is explained: 'logit' is the value before a final softmax or sigmoid; 'margin' the target's logit − the largest
 * other one, the other class held fixed; 'probability' the output after it.
 */
export type Score = 'logit' | 'margin' | 'probability';

export interface AttributeOptions extends HeadOptions {
  method: string;
  /** A class index per image, or the class the model predicts. */
  target: number[] | 'predicted';
  /** Default 'logit'. */
  score?: Score;
  /** 'sum' (default): [n,h,w]; 'keep': [n,h,w,c]. */
  channels?: 'sum' | 'keep';
  /** The method's own options: see the table in docs/attribution.md. */
  [option: string]: unknown;
}

const common = ['method', 'target', 'score', 'channels', 'features', 'forward', 'output'];
const scores: readonly Score[] = ['logit', 'margin', 'probability'];

/**
 * Signed attribution maps of images [n,h,w,c] that are already in the model's range → [n,h,w], or [n,h,w,c] with
 * `channels: 'keep'`. Images go through the model in batches whose size keeps memory flat.
 * Works on a plain WASM backend too: the input-gradient kernels it lacks are registered while this runs.
 * @throws SatwatchError UNKNOWN_METHOD, UNKNOWN_OPTION, BAD_OPTION, MODEL_INPUT, NO_GRADIENT
 */
export function attribute(
  tf: Tf,
  model: Model,
  images: Tensor4D,
  options: AttributeOptions,
): Tensor3D | Tensor4D {
  return explain(tf, model, images, options).maps;
}

/**
 * The maps, and the logits [n · classes] that the model gave on the way. `places`: the number each image goes by
 * wherever dice are thrown; its place here, unless these are some of many.
 */
export function explain(
  tf: Tf,
  model: Model,
  images: Tensor4D,
  options: AttributeOptions,
  places?: readonly number[],
): { maps: Tensor3D | Tensor4D; logits: Float32Array } {
  let logits = new Float32Array();
  const maps = tf.tidy(() => {
    const all = inBatches(
      tf,
      model,
      images,
      options,
      ({ method, explained, batch, own, channels }) => {
        const map = method.attribute(explained, batch, own);
        return channels === 'sum' ? map.sum(3) : map;
      },
      places,
    );
    logits = joined(all.map((each) => each.logits)) as typeof logits;
    const parts = all.map(({ result }) => result);
    return parts.length === 1 ? parts[0] : tf.concat(parts, 0);
  }) as Tensor3D | Tensor4D;
  return { maps, logits };
}

interface Call extends Omit<ReturnType<typeof check>, 'target' | 'score'> {
  explained: Explained;
  batch: Tensor4D;
}

/** What `visit` makes of each batch of the images, and the logits; of tensors only its results are left. */
export function inBatches<T>(
  tf: Tf,
  model: Model,
  images: Tensor4D,
  options: AttributeOptions,
  visit: (call: Call) => T,
  places: readonly number[] = Array.from({ length: images.shape[0] }, (_, i) => i),
): { result: T; logits: Float32Array }[] {
  const { target, score, ...checked } = check(images, options);
  const n = images.shape[0];
  const head = headOf(tf, model, options);
  const size = batchSize(images.shape);
  const visited: { result: T; logits: Float32Array }[] = [];
  for (let start = 0; start < n; start += size) {
    const count = Math.min(size, n - start);
    const wanted = target === 'predicted' ? target : target.slice(start, start + count);
    let logits = new Float32Array();
    const result = tf.tidy(() => {
      const batch = n <= size ? images : images.slice([start, 0, 0, 0], [count, -1, -1, -1]);
      const scored = scoring(tf, head, batch, wanted, score);
      const gradient = (x: Tensor4D) => {
        try {
          return withInputGradients(
            tf,
            () => tf.grad((y: Tensor) => scored.scores(y as Tensor4D).sum())(x) as Tensor4D,
          );
        } catch (error) {
          throw explainGradientFailure(tf, model, x, error, options);
        }
      };
      const explained = {
        tf,
        first: start,
        places: places.slice(start, start + count),
        atOnce: size,
        scores: scored.scores,
        gradient,
        network: (how?: ReadOptions) => networkOf(tf, model, options, how),
        base: baseOf(options),
        top: scored.top,
      };
      const result = withInputGradients(tf, () => visit({ ...checked, explained, batch }));
      logits = scored.logits() as typeof logits;
      return result as never;
    }) as T;
    visited.push({ result, logits });
  }
  return visited;
}

function check(images: Tensor4D, options: AttributeOptions) {
  const method = methodNamed(options.method);
  refuseUnknownOptions(`method '${method.name}'`, options, [...common, ...Object.keys(method.options)]);
  const own = { ...method.options };
  for (const key of Object.keys(own)) if (options[key] !== undefined) own[key] = options[key];
  const { target, score = 'logit', channels = 'sum' } = options;
  if (!scores.includes(score))
    throw new SatwatchError(
      'BAD_OPTION',
      `score: got '${score}', expected one of ${scores.join(', ')}`,
      'score',
    );
  if (method.scores && !method.scores.includes(score))
    throw new SatwatchError(
      'BAD_OPTION',
      `score: '${method.name}' explains ${method.scores.map((one) => `'${one}'`).join(' or ')}, got '${score}'`,
      'score',
    );
  if (channels !== 'sum' && channels !== 'keep')
    throw new SatwatchError(
      'BAD_OPTION',
      `channels: got '${channels}', expected 'sum' or 'keep'`,
      'channels',
    );
  if (images.rank !== 4)
    throw new SatwatchError(
      'MODEL_INPUT',
      `images: got [${images.shape}], expected [n, height, width, channels]`,
      'images',
    );
  method.check?.(own, images.shape);
  const n = images.shape[0];
  if (target !== 'predicted' && (!Array.isArray(target) || target.length !== n))
    throw new SatwatchError(
      'BAD_OPTION',
      `target: got ${Array.isArray(target) ? `${target.length} classes` : String(target)}, expected 'predicted' or one class index for each of the ${n} images`,
      'target',
    );
  return { method, own, target, score, channels };
}

/** Images a batch, so that one never holds much more than 32 images of 64×64×3, whatever their size. */
export function batchSize([, h, w, c]: number[]): number {
  return Math.max(1, Math.min(64, Math.floor((32 * 64 * 64 * 3) / (h * w * c))));
}

/**
 * The score of a batch, Σ weights · logits: the weights come from the logits of the batch itself, wherever else the score
 * is asked for. A gradient at the batch needs one forward pass for both.
 */
function scoring(tf: Tf, head: Head, batch: Tensor4D, target: number[] | 'predicted', score: Score) {
  let known: { logits: Float32Array; weights: Float32Array } | undefined;
  let flaw: unknown;
  const read = (logits: Tensor2D) => {
    const values = logits.dataSync() as Float32Array;
    try {
      return { logits: values, weights: scoreWeights(values, logits.shape, target, score) };
    } catch (error) {
      // Told at the end: tfjs keeps what it saved for a backward pass that is never made.
      flaw = error;
      return { logits: values, weights: new Float32Array(values.length) };
    }
  };
  const own = () => {
    known ??= tf.tidy(() => read(head.logits(batch)));
    return known;
  };
  return {
    scores: (x: Tensor4D, of?: readonly number[]) =>
      tf.tidy(() => {
        const logits = head.logits(x);
        if (x === batch) known ??= read(logits);
        const values = score === 'probability' ? head.probabilities(logits) : logits;
        const { weights } = own();
        const rows = of ? rowsOf(weights, of, logits.shape[1]) : weights;
        // A product rather than `gather`, whose gradient is a kernel that WASM lacks.
        return values.mul(tf.tensor2d(rows, logits.shape)).sum(1) as Tensor1D;
      }),
    top: (output: Tensor) =>
      tf.tidy(() => {
        const logits = logitsOf(tf, output);
        known ??= read(logits);
        const weights = tf.tensor2d(known.weights, logits.shape);
        const each =
          score === 'probability'
            ? tf.grad((l: Tensor) =>
                head
                  .probabilities(l as Tensor2D)
                  .mul(weights)
                  .sum(),
              )(logits)
            : weights;
        if (output.size === each.size) return each;
        const [no, yes] = tf.split(each, 2, 1);
        return yes.sub(no);
      }),
    /** @throws SatwatchError BAD_OPTION where a target is no class of the model */
    logits: () => {
      const { logits } = own();
      if (flaw) throw flaw;
      return logits;
    },
  };
}

function rowsOf(values: Float32Array, rows: readonly number[], length: number): Float32Array {
  const result = new Float32Array(rows.length * length);
  rows.forEach((row, i) => {
    result.set(values.subarray(row * length, (row + 1) * length), i * length);
  });
  return result;
}

/** Weights of the logits [n, classes]: +1 at the target, for 'margin' −1 at the largest other one. */
function scoreWeights(
  values: Float32Array,
  [n, classes]: number[],
  target: number[] | 'predicted',
  score: Score,
): Float32Array {
  const weights = new Float32Array(n * classes);
  for (let i = 0; i < n; i++) {
    const row = values.subarray(i * classes, (i + 1) * classes);
    const wanted = target === 'predicted' ? largest(row, -1) : target[i];
    if (!Number.isInteger(wanted) || wanted < 0 || wanted >= classes)
      throw new SatwatchError(
        'BAD_OPTION',
        `target: got class ${wanted} for image ${i}, but the model has ${classes} classes (0 to ${classes - 1})`,
        'target',
      );
    weights[i * classes + wanted] = 1;
    if (score === 'margin' && classes > 1) weights[i * classes + largest(row, wanted)] = -1;
  }
  return weights;
}

function joined(parts: Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0];
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The index of the largest value, `except` left out. */
export function largest(values: ArrayLike<number>, except: number): number {
  let best = -1;
  for (let i = 0; i < values.length; i++)
    if (i !== except && (best < 0 || values[i] > values[best])) best = i;
  return best;
}
