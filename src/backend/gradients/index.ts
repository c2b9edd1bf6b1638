import type { Gradient } from '../kernel.js';
import { clipByValue } from './clipByValue.js';
import { fusedBatchNorm } from './fusedBatchNorm.js';
import { mean, sum } from './reduce.js';
import { relu, relu6 } from './relu.js';

/** What tfjs's gradients (4.22) do slowly, on every backend. */
export const gradients: readonly Gradient[] = [relu, relu6, clipByValue, fusedBatchNorm, sum, mean];
