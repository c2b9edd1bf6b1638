import type { Tensor } from '@tensorflow/tfjs';
import type { Tf } from '../../../backend/types.js';
import type { Norm } from '../types.js';
import { derive } from './derive.js';

/** γ (x − mean) / √(variance + ε) + β over `axes`; γ and β broadcast to the input. */
export function norm(
  tf: Tf,
  axes: number[],
  epsilon: number,
  gamma: Tensor | null,
  beta: Tensor | null,
): Norm {
  const apply = ([x]: Tensor[]) => {
    const centred = x.sub(x.mean(axes, true));
    const scaled = centred.div(centred.square().mean(axes, true).add(epsilon).sqrt());
    const stretched = gamma ? scaled.mul(gamma) : scaled;
    return beta ? stretched.add(beta) : stretched;
  };
  return { kind: 'norm', axes, epsilon, gamma, beta, apply, gradient: derive(tf, apply) };
}
