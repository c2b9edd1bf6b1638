import type { Tensor4D } from '@tensorflow/tfjs';
import { baselineTensor, checkBaseline } from '../baseline.js';
import { checkCount, refuse, shown } from '../optionChecks.js';
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
  check({ baseline, steps, rule }, shape) {
    checkBaseline({ baseline }, shape);
    checkCount('steps', steps);
    if (rule !== 'midpoint' && rule !== 'gauss-legendre')
      refuse('rule', shown(rule), "'midpoint' or 'gauss-legendre'");
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
