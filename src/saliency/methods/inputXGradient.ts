import { baselineTensor, checkBaseline } from '../baseline.js';
import type { SaliencyMethod } from '../types.js';

/** (x − b) · ∂f/∂x (Shrikumar et al. 2016); b = 0 unless `baseline` says otherwise. */
export const inputXGradient: SaliencyMethod = {
  name: 'input-x-gradient',
  options: { baseline: 0 },
  gradients: () => 1,
  check: checkBaseline,
  attribute: ({ tf, gradient }, images, { baseline }) =>
    images.sub(baselineTensor(tf, baseline, images)).mul(gradient(images)),
};
