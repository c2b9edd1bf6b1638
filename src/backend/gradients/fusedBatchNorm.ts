import type { Tensor } from '@tensorflow/tfjs';
import { byRows } from '../byRows.js';
import type { Gradient } from '../kernel.js';

/**
 * Of batch normalisation y = (x − mean) · scale / √(variance + ε) + offset, by broadcasting: tfjs's own tiles the vectors
 * to the size of x, and multiplies pictures where vectors would do; it also throws where there is no scale or no offset.
 */
export const fusedBatchNorm: Gradient = {
  name: 'FusedBatchNorm',
  saves: { inputs: ['x', 'mean', 'variance', 'scale'] },
  derive({ tf, dy, saved: [x, mean, variance, scale], attrs }) {
    const inverse = () => tf.rsqrt(tf.add(variance, attrs.varianceEpsilon));
    const scaled = (vector: Tensor) => (scale ? tf.mul(vector, scale) : vector);
    /** A picture summed to the shape of the vectors. */
    const reduced = (picture: Tensor) => {
      const leading = picture.rank - mean.rank;
      const axes = picture.shape.flatMap((d, i) =>
        i < leading || (mean.shape[i - leading] === 1 && d > 1) ? [i] : [],
      );
      return axes.length ? tf.sum(picture, axes).reshape(mean.shape) : picture;
    };
    const centred = () => reduced(tf.mul(dy, byRows(tf, tf.sub, x, mean)));
    return {
      x: () => byRows(tf, tf.mul, dy, scaled(inverse())),
      mean: () => tf.mul(reduced(dy), scaled(inverse()).neg()),
      variance: () => tf.mul(centred(), scaled(tf.pow(inverse(), 3)).mul(-0.5)),
      scale: () => tf.mul(centred(), inverse()),
      offset: () => reduced(dy),
    };
  },
};
