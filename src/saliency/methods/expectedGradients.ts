import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { randomStream } from '../../random.js';
import { checkCount, checkSeed, isTensor, refuse, shapeOf, shown } from '../optionChecks.js';
import type { SaliencyMethod } from '../types.js';

interface Options {
  /** [m,h,w,c] in the model's range, a sample of what there is beside the images. */
  baselines: Tensor4D | number[][][][];
  /** Where on the way from baseline k its gradient is taken, one for each baseline: then each is used once. */
  alphas: number[] | undefined;
  /** Without `alphas`: random pairs of a baseline and an alpha, the same for every image. */
  samples: number;
  seed: number;
}

/** mean_k (x − b_k) · ∂f/∂x (b_k + a_k (x − b_k)) (Erion et al. 2021; GradientSHAP without its noise). */
export const expectedGradients: SaliencyMethod = {
  name: 'expected-gradients',
  options: { baselines: undefined, alphas: undefined, samples: 16, seed: 1 },
  gradients: ({ alphas, samples }: Options) => alphas?.length ?? samples,
  completeness: true,
  check({ baselines, alphas, samples, seed }: Options, shape) {
    checkCount('samples', samples);
    checkSeed(seed);
    const [m, ...size] = shapeOf('baselines', baselines, 4, "images [m, h, w, c] in the model's range");
    if (m === 0) refuse('baselines', 'none', 'at least one image');
    if (shape && size.join() !== shape.slice(1).join())
      refuse('baselines', `[${[m, ...size]}]`, `[m,${shape.slice(1)}] like the images`);
    if (alphas === undefined) return;
    if (
      !Array.isArray(alphas) ||
      !alphas.every((alpha) => Number.isFinite(alpha) && alpha >= 0 && alpha <= 1)
    )
      refuse('alphas', shown(alphas), 'a list of numbers from 0 to 1');
    if (alphas.length !== m)
      refuse('alphas', `${alphas.length} numbers`, `one for each of the ${m} baselines`);
  },
  attribute({ tf, gradient }, images, { baselines, alphas, samples, seed }: Options) {
    const all: Tensor = isTensor(baselines) ? baselines : tf.tensor4d(baselines);
    const pairs = alphas?.map((alpha, k) => [k, alpha]) ?? randomPairs(all.shape[0], samples, seed);
    let sum = tf.zerosLike(images);
    for (const [k, alpha] of pairs) {
      const next = tf.tidy(() => {
        const start = all.slice([k, 0, 0, 0], [1, -1, -1, -1]);
        const path = images.sub(start);
        return sum.add(path.mul(gradient(start.add(path.mul(alpha))))) as Tensor4D;
      });
      sum.dispose();
      sum = next;
    }
    return sum.div(pairs.length);
  },
};

function randomPairs(baselines: number, samples: number, seed: number): number[][] {
  const random = randomStream(seed, 0, 0);
  return Array.from({ length: samples }, () => [Math.floor(random() * baselines), random()]);
}
