import type { Tensor4D } from '@tensorflow/tfjs';
import { SatwatchError } from '../../errors.js';
import { baselineTensor, checkBaseline } from '../baseline.js';
import { gaussLegendre, midpoint } from '../quadrature.js';
import type { SaliencyMethod } from '../types.js';

/**
 * (x − b) · Σ_k w_k ∂f/∂x (b + a_k (x − b)) (Sundararajan et al. 2017), the path integral by quadrature.
 * One gradient a step; memory does not grow with `steps`.
 */
export const integratedGradients: SaliencyMethod = {
  name: 'integrated-gradients',
  options: { baseline: 0, steps: 16, rule: 'midpoint' },
  gradients: ({ steps }) => steps,
  completeness: true,
  check(options) {
    checkBaseline(options);
    if (!Number.isInteger(options.steps) || options.steps < 1)
      throw new SatwatchError(
        'BAD_OPTION',
        `steps: got ${options.steps}, expected a whole number from 1`,
        'steps',
      );
    if (options.rule !== 'midpoint' && options.rule !== 'gauss-legendre')
      throw new SatwatchError(
        'BAD_OPTION',
        `rule: got '${options.rule}', expected 'midpoint' or 'gauss-legendre'`,
        'rule',
      );
  },
  attribute({ tf, gradient }, images, { baseline, steps, rule }) {
    const start = baselineTensor(tf, baseline, images);
    const path = images.sub(start);
    const { nodes, weights } = (rule === 'midpoint' ? midpoint : gaussLegendre)(steps);
    let sum = tf.zerosLike(images);
    for (let k = 0; k < steps; k++) {
      const next = tf.tidy(() => {
        const point = start.add(path.mul(nodes[k])) as Tensor4D;
        return sum.add(gradient(point).mul(weights[k])) as Tensor4D;
      });
      sum.dispose();
      sum = next;
    }
    return path.mul(sum);
  },
};
