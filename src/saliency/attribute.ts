import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import { withInputGradients } from '../backend/index.js';
import type { Tf } from '../backend/types.js';
import { refuseUnknownOptions, SatwatchError } from '../errors.js';
import { methodNamed } from './methods/index.js';
import { explainedBy } from './model/explained.js';
import { explainGradientFailure } from './model/gradientFailure.js';
import { type HeadOptions, headOf, type Model } from './model/head.js';
import { checkImages } from './model/images.js';
import { type Answers, type Score, scores, scoring } from './model/scoring.js';
import { refuse, shown } from './optionChecks.js';
import type { Explained } from './types.js';

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

/**
 * Signed attribution maps of images [n,h,w,c] that are already in the model's range → [n,h,w], or [n,h,w,c] with
 * `channels: 'keep'`. Images go through the model in batches whose size keeps memory flat.
 * Works on a plain WASM backend too: the input-gradient kernels it lacks are registered while this runs.
 * @throws SatwatchError UNKNOWN_METHOD, UNKNOWN_OPTION, BAD_OPTION, MODEL_INPUT, MODEL_OUTPUT, NO_GRADIENT,
 * ZERO_GRADIENT, NEEDS_LAYERS, UNKNOWN_LAYER
 */
export function attribute(
  tf: Tf,
  model: Model,
  images: Tensor4D,
  options: AttributeOptions,
): Tensor3D | Tensor4D {
  if (typeof options !== 'object')
    refuse('options', shown(options), "an object such as { method: 'gradient', target: 'predicted' }");
  checkImages(images, model, options);
  const { maps } = explain(tf, model, images, options);
  try {
    refuseZeroGradient(tf, model, images, options, maps);
  } catch (error) {
    maps.dispose();
    throw error;
  }
  return maps;
}

/**
 * The maps, and what the model said of the images on the way. `places`: the number each image goes by
 * wherever dice are thrown; its place here, unless these are some of many.
 */
export function explain(
  tf: Tf,
  model: Model,
  images: Tensor4D,
  options: AttributeOptions,
  places?: readonly number[],
): { maps: Tensor3D | Tensor4D; answers: Answers } {
  let answers!: Answers;
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
    answers = {
      logits: joined(all.map((each) => each.answers.logits)),
      probabilities: joined(all.map((each) => each.answers.probabilities)),
    };
    const parts = all.map(({ result }) => result);
    return parts.length === 1 ? parts[0] : tf.concat(parts, 0);
  }) as Tensor3D | Tensor4D;
  return { maps, answers };
}

interface Call extends Omit<ReturnType<typeof check>, 'target' | 'score'> {
  explained: Explained;
  batch: Tensor4D;
}

/** What `visit` makes of each batch of the images, and what the model says of it; of tensors only its results are left. */
export function inBatches<T>(
  tf: Tf,
  model: Model,
  images: Tensor4D,
  options: AttributeOptions,
  visit: (call: Call) => T,
  places: readonly number[] = Array.from({ length: images.shape[0] }, (_, i) => i),
): { result: T; answers: Answers }[] {
  const { target, score, ...checked } = check(images, options);
  const n = images.shape[0];
  const head = headOf(tf, model, options);
  const size = batchSize(images.shape);
  const visited: { result: T; answers: Answers }[] = [];
  for (let start = 0; start < n; start += size) {
    const count = Math.min(size, n - start);
    const wanted = target === 'predicted' ? target : target.slice(start, start + count);
    let answers!: Answers;
    const result = tf.tidy(() => {
      const batch = n <= size ? images : images.slice([start, 0, 0, 0], [count, -1, -1, -1]);
      const scored = scoring(tf, head, batch, wanted, score, start);
      const own = { first: start, places: places.slice(start, start + count), atOnce: size };
      const explained = { ...own, ...explainedBy(tf, model, options, scored) };
      let made: T;
      try {
        made = withInputGradients(tf, () => visit({ ...checked, explained, batch }));
      } catch (error) {
        throw explainGradientFailure(tf, model, batch, error, options);
      }
      answers = scored.answers();
      return made as never;
    }) as T;
    visited.push({ result, answers });
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
  method.check?.(own, images.shape);
  const n = images.shape[0];
  if (target !== 'predicted' && (!Array.isArray(target) || target.length !== n))
    throw new SatwatchError(
      'BAD_OPTION',
      `target: got ${Array.isArray(target) ? `${target.length} classes` : shown(target)}, expected 'predicted' or one class index for each of the ${n} images`,
      'target',
    );
  return { method, own, target, score, channels };
}

/** Maps that are zero everywhere say nothing: an error where that is the gradient's doing, and not the method's. */
function refuseZeroGradient(
  tf: Tf,
  model: Model,
  images: Tensor4D,
  options: AttributeOptions,
  maps: Tensor,
): void {
  const isZero = (map: Tensor) => tf.tidy(() => map.abs().max().dataSync()[0] === 0);
  if (!isZero(maps)) return;
  const { method, target, score, channels, features, forward, output } = options;
  if (method !== 'gradient') {
    const common = { target, score, channels, features, forward, output };
    try {
      const { maps: gradients } = explain(tf, model, images, { ...common, method: 'gradient' });
      const reached = !isZero(gradients);
      gradients.dispose();
      if (reached) return;
    } catch {
      return; // it has no gradient, and the method needs none
    }
  }
  const saturated = score === 'probability' ? "; a saturated probability has none: take score: 'logit'" : '';
  throw new SatwatchError(
    'ZERO_GRADIENT',
    `the gradient of the score is zero at every pixel of all ${images.shape[0]} images: nothing they show moves it. Look for layers whose units are all dead (a ReLU that never fires), weights that are all zero, or a part that is cut off${saturated}`,
    method,
  );
}

/** Images a batch, so that one never holds much more than 32 images of 64×64×3, whatever their size. */
export function batchSize([, h, w, c]: number[]): number {
  return Math.max(1, Math.min(64, Math.floor((32 * 64 * 64 * 3) / (h * w * c))));
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
