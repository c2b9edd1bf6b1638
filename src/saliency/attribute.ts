import type { Scalar, Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import { withInputGradients } from '../backend/index.js';
import type { Tf } from '../backend/types.js';
import { refuseUnknownOptions, SatwatchError } from '../errors.js';
import { explainGradientFailure } from './gradientFailure.js';
import { type Head, type HeadOptions, headOf, type Model } from './head.js';
import { methodNamed } from './methods.js';

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

const common = ['method', 'target', 'score', 'channels', 'features', 'forward'];
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
  const method = methodNamed(options.method);
  refuseUnknownOptions(`method '${method.name}'`, options, [...common, ...Object.keys(method.options)]);
  const own = { ...method.options };
  for (const key of Object.keys(own)) if (options[key] !== undefined) own[key] = options[key];
  method.check?.(own);
  const { target, score = 'logit', channels = 'sum' } = options;
  if (!scores.includes(score))
    throw new SatwatchError(
      'BAD_OPTION',
      `score: got '${score}', expected one of ${scores.join(', ')}`,
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
  const n = images.shape[0];
  if (target !== 'predicted' && (!Array.isArray(target) || target.length !== n))
    throw new SatwatchError(
      'BAD_OPTION',
      `target: got ${Array.isArray(target) ? `${target.length} classes` : String(target)}, expected 'predicted' or one class index for each of the ${n} images`,
      'target',
    );

  const head = headOf(tf, model, options);
  const size = batchSize(images.shape);
  return tf.tidy(() => {
    const maps: Tensor[] = [];
    for (let start = 0; start < n; start += size) {
      const count = Math.min(size, n - start);
      const batch = n <= size ? images : images.slice([start, 0, 0, 0], [count, -1, -1, -1]);
      maps.push(
        tf.tidy(() => {
          const weights = scoreWeights(
            tf,
            head,
            batch,
            target === 'predicted' ? target : target.slice(start, start + count),
            score,
          );
          const scoreOf = (x: Tensor4D) =>
            tf.tidy(() => {
              const logits = head.logits(x);
              return (score === 'probability' ? head.probabilities(logits) : logits)
                .mul(weights)
                .sum() as Scalar;
            });
          const gradient = (x: Tensor4D) => {
            try {
              return withInputGradients(
                tf,
                () => tf.grad((y: Tensor) => scoreOf(y as Tensor4D))(x) as Tensor4D,
              );
            } catch (error) {
              throw explainGradientFailure(tf, model, x, error, options);
            }
          };
          const map = method.attribute({ tf, score: scoreOf, gradient }, batch, own);
          return channels === 'sum' ? map.sum(3) : map;
        }),
      );
    }
    return (maps.length === 1 ? maps[0] : tf.concat(maps, 0)) as Tensor3D | Tensor4D;
  });
}

/** Images a batch, so that one never holds much more than 32 images of 64×64×3, whatever their size. */
export function batchSize([, h, w, c]: number[]): number {
  return Math.max(1, Math.min(64, Math.floor((32 * 64 * 64 * 3) / (h * w * c))));
}

/**
 * The score as a weighting of the logits [n, classes]: +1 at the target, for 'margin' −1 at the other class. A product
 * with these rather than `gather`, whose gradient is a kernel that WASM lacks.
 */
function scoreWeights(
  tf: Tf,
  head: Head,
  batch: Tensor4D,
  target: number[] | 'predicted',
  score: Score,
): Tensor2D {
  const logits = tf.tidy(() => head.logits(batch));
  const [n, classes] = logits.shape;
  const values = logits.dataSync();
  logits.dispose();
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
  return tf.tensor2d(weights, [n, classes]);
}

/** The index of the largest value, `except` left out. */
export function largest(values: ArrayLike<number>, except: number): number {
  let best = -1;
  for (let i = 0; i < values.length; i++)
    if (i !== except && (best < 0 || values[i] > values[best])) best = i;
  return best;
}
