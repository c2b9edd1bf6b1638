import type { SaliencyMethod } from '../types.js';

/** ∂f/∂x (Simonyan et al. 2013), signed. */
export const gradient: SaliencyMethod = {
  name: 'gradient',
  options: {},
  gradients: () => 1,
  attribute: ({ gradient }, images) => gradient(images),
};
