import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import type { Tf } from '../backend/types.js';
import type { Segment } from '../types.js';
import type { ReadOptions } from './model/networkOf.js';
import type { Score } from './model/scoring.js';
import type { Network } from './network/index.js';

/** What a method may use of the model, for one batch of n images. */
export interface Explained {
  tf: Tf;
  /** Place of the batch's first image among the images handed in: options that hold something per image are read from there. */
  first: number;
  /** The number each image of the batch goes by: dice are thrown by it, so that no batch gives an image another map. */
  places: readonly number[];
  /** Images that go through the model at once. */
  atOnce: number;
  /**
   * The score of each image [n]; also of changed copies of the batch, image i still explained for its own target.
   * `of`: the images of the batch that they are copies of, where they are others than all in order.
   */
  scores(images: Tensor4D, of?: readonly number[]): Tensor1D;
  /** ∂ Σ scores / ∂ images, [n,h,w,c], at the batch or at changed copies of it. */
  gradient(images: Tensor4D): Tensor4D;
  /**
   * The model as a list of steps, from the images to its logits.
   * @throws SatwatchError NEEDS_LAYERS where it is no LayersModel
   */
  network(options?: ReadOptions): Network;
  /** Images → what a network read `afterBase` is fed with. */
  base(images: Tensor4D): Tensor;
  /**
   * ∂ Σ scores / ∂ logits, by the network's own output [n, units]: what flows back from the top of a network.
   * For a score 'logit' +1 at the target, for 'margin' also −1 at the other class; a one-unit output has the sum.
   */
  top(output: Tensor): Tensor;
}

/** A saliency method: its name, its own options with their defaults, and its formula. */
export interface SaliencyMethod {
  name: string;
  /** Its own options with their defaults; undefined where there is none. */
  options: Record<string, unknown>;
  /** Gradients an image costs, for budgets: a forward pass alone counts as a third. */
  gradients(options: any): number;
  /** Throws BAD_OPTION where a value makes no sense, also for images of this shape [n,h,w,c] where it is known. */
  check?(options: any, shape?: readonly number[]): void;
  /** Options that may hold a tensor or array per image: the monitor, whose images come in batches, refuses those. */
  perImage?: readonly string[];
  /** The scores it can explain; without it all. */
  scores?: readonly Score[];
  /** Reads the masks: the monitor hands in those of the images as `segments`. */
  bySegments?: boolean;
  /** Its maps sum to f(x) − f(b), b its `baseline`, or the mean over its `baselines`, up to what its steps miss. */
  completeness?: true;
  /** [n,h,w,c] → signed attributions [n,h,w,c], or [n,h,w,1] where the method has none for a channel. */
  attribute(explained: Explained, images: Tensor4D, options: any): Tensor4D;
}

/** An image [h,w,c] in the model's range, or one number for all of it. */
export type Baseline = number | number[][][] | Tensor;

/** The named masks of each image. */
export type ImageSegments = Segment[][];
