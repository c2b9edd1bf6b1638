import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { baselineTensor, checkBaseline } from '../baseline.js';
import { backward, forward, type Step, unknownLayer } from '../network/index.js';
import { multipliersThrough } from '../rules/multipliers.js';
import type { SaliencyMethod } from '../types.js';

/**
 * DeepLIFT, rescale rule (Shrikumar et al. 2017): (x − b) times the multiplier, which goes back through the network as
 * the gradient does, but with the slope Δy/Δx between baseline and image at each nonlinearity. Sums to f(x) − f(b).
 */
export const deepLift: SaliencyMethod = {
  name: 'deep-lift',
  options: { baseline: 0 },
  scores: ['logit', 'margin'],
  gradients: () => 2,
  completeness: true,
  check: checkBaseline,
  attribute(explained, images, { baseline }) {
    const { tf } = explained;
    const network = explained.network();
    const start = baselineTensor(tf, baseline, images).broadcastTo([1, ...images.shape.slice(1)]);
    const values = forward(network, images);
    const references = forward(network, start);
    const top = explained.top(values[network.output]);
    const multiplier = backward(network, values, top, (step: Step, arriving: Tensor) => {
      const at = (value: number) => ({ value: values[value], reference: references[value] });
      const passed = multipliersThrough(tf, step, arriving, step.inputs.map(at), at(step.output));
      if (!passed) throw unknownLayer('deep-lift', step.layer, "'pass', 'move' or 'proportional'");
      return passed;
    });
    return images.sub(start).mul(multiplier) as Tensor4D;
  },
};
