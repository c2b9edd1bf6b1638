import type { Tensor } from '@tensorflow/tfjs';
import type { Tf } from '../../backend/types.js';
import type { Linear } from '../network/index.js';

/** One linear step of relevance propagation: z = x · W + b was computed, `relevance` arrived at z. */
export interface Linearly {
  tf: Tf;
  op: Linear;
  x: Tensor;
  z: Tensor;
  relevance: Tensor;
  /** x is known to have no negative value. */
  nonNegative: boolean;
  /** Only a ReLU follows, and nothing arrives where z ≤ 0; z itself may be given as the ReLU of it. */
  rectified: boolean;
  /** The least and the largest value that x could have had, [1,…], null for 0; for raw images only. */
  bounds(low: number, high: number): { low: Tensor | null; high: Tensor | null };
}

/** → the relevance of x. */
export type Rule = (step: Linearly) => Tensor;
