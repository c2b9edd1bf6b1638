import type { Tensor } from '@tensorflow/tfjs';
import type { Tf } from '../../backend/types.js';

/** What keeps a denominator from 0 where a rule has no ε of its own, as in zennit. */
export const stabiliser = 1e-6;

/** z + ε sign(z), with sign(0) = +1. */
export function stable(tf: Tf, z: Tensor, epsilon = stabiliser): Tensor {
  const lifted = z.add(1e-37); // 0 itself, over the edge
  // Step is several kernels on tfjs-node; Sign takes small values for 0 on WASM.
  const signed =
    tf.getBackend() === 'tensorflow'
      ? tf.sign(lifted).mul(epsilon)
      : tf
          .step(lifted)
          .mul(2 * epsilon)
          .sub(epsilon);
  return z.add(signed);
}
