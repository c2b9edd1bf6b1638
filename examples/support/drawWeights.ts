import type { LayersModel } from '@tensorflow/tfjs';
import type { Tf } from './tf.js';

/**
 * The network as before any training: kernels from a normal distribution of variance 2 / fan-in (He et al. 2015), scales
 * and variances 1, all else 0. For layers that are not models themselves.
 */
export function drawWeights(tf: Tf, network: LayersModel, seed: number): void {
  let next = 1000 * seed;
  for (const layer of network.layers) {
    const draw = ({ originalName, shape }: (typeof layer.weights)[number]) => {
      const sizes = shape as number[];
      if (/(gamma|variance)$/.test(originalName)) return tf.ones(sizes);
      if (!originalName.endsWith('kernel')) return tf.zeros(sizes);
      // A depthwise kernel [h, w, c, m] sees one channel, all others [..., c, m] all of them.
      const seen = sizes.slice(0, originalName.endsWith('depthwise_kernel') ? -2 : -1);
      const deviation = Math.sqrt(2 / seen.reduce((product, size) => product * size, 1));
      return tf.randomNormal(sizes, 0, deviation, 'float32', next++);
    };
    tf.tidy(() => layer.setWeights(layer.weights.map(draw)));
  }
}
