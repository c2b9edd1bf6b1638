import type { Scalar, Tensor4D } from '@tensorflow/tfjs';
import type { Tf } from '../backend/types.js';

/** What a method may use: the score of a batch of images and its gradient. */
interface Explained {
  tf: Tf;
  /** Sum over the batch of each image's score. Differentiable. */
  score(images: Tensor4D): Scalar;
  /** d score / d images, [n,h,w,c]. */
  gradient(images: Tensor4D): Tensor4D;
}

/** A saliency method: its name, its own options with their defaults, and its formula. */
export interface SaliencyMethod {
  name: string;
  options: Record<string, unknown>;
  /** Gradients an image costs, for budgets. */
  gradients(options: any): number;
  /** Throws BAD_OPTION where a value makes no sense. */
  check?(options: any): void;
  /** [n,h,w,c] → signed attributions [n,h,w,c]. */
  attribute(explained: Explained, images: Tensor4D, options: any): Tensor4D;
}

/** An image [h,w,c] in the model's range, or one number for all of it. */
export type Baseline = number | number[][][];
