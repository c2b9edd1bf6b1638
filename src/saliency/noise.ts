import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { fillNormal, randomStream } from '../random.js';
import { checkCount, checkSeed, isTensor, refuse, shapeOf, shown } from './optionChecks.js';
import type { Explained, SaliencyMethod } from './types.js';

export interface NoiseOptions {
  /**
   * Standard deviation in the model's range, or the noise itself [samples,n,h,w,c]. Default: 15 % of the image's own
   * largest − smallest value, whatever the range (Smilkov et al. 2017 take 10 to 20 %).
   */
  noise: number | Tensor | number[][][][][] | undefined;
  /** Noisy copies of an image; with the noise itself its first dimension. */
  samples: number;
  seed: number;
}

/** Share of an image's largest − smallest value. */
const defaultNoise = 0.15;

/** What the methods of the family have in common. */
export const noisy: Pick<SaliencyMethod, 'options' | 'gradients' | 'check' | 'perImage'> = {
  options: { noise: undefined, samples: 16, seed: 1 },
  gradients: ({ noise, samples }: NoiseOptions) =>
    isTensor(noise) ? noise.shape[0] : Array.isArray(noise) ? noise.length : samples,
  perImage: ['noise'],
  check({ noise, samples, seed }: NoiseOptions, shape) {
    checkCount('samples', samples);
    checkSeed(seed);
    const expected = "a standard deviation from 0 in the model's range, or a tensor [samples, n, h, w, c]";
    if (typeof noise === 'object') {
      const own = shapeOf('noise', noise, 5, expected);
      if (own[0] < 1) refuse('noise', `[${own}]`, 'one sample at least');
      if (shape && own.slice(1).join() !== shape.join())
        refuse('noise', `[${own}]`, `[samples,${shape}] for these images`);
    } else if (noise !== undefined && !(Number.isFinite(noise) && noise >= 0))
      refuse('noise', shown(noise), expected);
  },
};

/**
 * Folds the gradients at the noisy copies of the images, one copy after another: memory does not grow with `samples`.
 * The noise of an image comes of its place, the seed and the number of the copy.
 */
export function foldNoisy(
  { tf, first, places, gradient }: Explained,
  images: Tensor4D,
  { noise, samples, seed }: NoiseOptions,
  initial: Tensor4D[],
  step: (state: Tensor4D[], gradient: Tensor4D, k: number) => Tensor4D[],
): Tensor4D[] {
  const [n, ...size] = images.shape;
  const given = Array.isArray(noise) ? tf.tensor5d(noise) : isTensor(noise) ? noise : undefined;
  const deviation = given
    ? undefined
    : typeof noise === 'number'
      ? tf.scalar(noise)
      : images
          .max([1, 2, 3], true)
          .sub(images.min([1, 2, 3], true))
          .mul(defaultNoise);
  const noiseOf = (k: number): Tensor => {
    if (given) return given.slice([k, first, 0, 0, 0], [1, n, -1, -1, -1]).reshape(images.shape);
    return tf.tensor4d(normal(seed, k, places, size), images.shape).mul(deviation!);
  };
  const count = given ? given.shape[0] : samples;
  let state = initial;
  for (let k = 0; k < count; k++) {
    const next = tf.tidy(() => step(state, gradient(images.add(noiseOf(k))), k));
    tf.dispose(state);
    state = next;
  }
  return state;
}

function normal(seed: number, k: number, places: readonly number[], size: number[]): Float32Array {
  const length = size.reduce((product, side) => product * side, 1);
  const values = new Float32Array(places.length * length);
  places.forEach((place, i) => {
    fillNormal(values.subarray(i * length, (i + 1) * length), randomStream(seed, k, place));
  });
  return values;
}

/** The mean over the noisy copies of what `of` makes of a gradient. */
export function meanOverNoise(
  explained: Explained,
  images: Tensor4D,
  options: NoiseOptions,
  of: (gradient: Tensor4D) => Tensor4D,
): Tensor4D {
  const start = [explained.tf.zerosLike(images)];
  const [sum] = foldNoisy(explained, images, options, start, ([sum], gradient) => [sum.add(of(gradient))]);
  return sum.div(noisy.gradients(options));
}
