import type { Tensor } from '@tensorflow/tfjs';
import type { Tf } from '../../backend/types.js';

/** What keeps a denominator from 0 where a rule has no ε of its own, as in zennit. */
export const stabiliser = 1e-6;

/** z + ε sign(z), with sign(0) = +1. */
export function stable(tf: Tf, z: Tensor, epsilon = stabiliser): Tensor {
  // By Step, which is vectorised on WASM where a comparison is not; 0 itself is lifted over its edge.
  return z.add(
    tf
      .step(z.add(1e-37))
      .mul(2 * epsilon)
      .sub(epsilon),
  );
}
