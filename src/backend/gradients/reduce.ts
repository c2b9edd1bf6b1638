import type { Gradient } from '../kernel.js';

/**
 * Of sums and means over axes: dy, for a mean divided by how many values it is of, repeated along them. tfjs's own
 * multiplies with a picture of ones that it makes in JavaScript, and divides pictures where vectors would do.
 */
export const sum: Gradient = reduction('Sum', () => 1);
export const mean: Gradient = reduction('Mean', (count) => count);

function reduction(name: string, divisor: (count: number) => number): Gradient {
  return {
    name,
    saves: { inputs: ['x'] },
    derive({ tf, dy, saved: [x], attrs }) {
      const axes = tf.util.parseAxisParam(attrs.axis ?? [], x.shape);
      const reduced = axes.length ? axes : x.shape.map((_, axis) => axis);
      const over = divisor(reduced.reduce((count, axis) => count * x.shape[axis], 1));
      return {
        x: () => {
          const share = over === 1 ? dy : tf.div(dy, over);
          const spread = share.reshape(x.shape.map((d, axis) => (reduced.includes(axis) ? 1 : d)));
          return tf.tile(
            spread,
            x.shape.map((d, axis) => (reduced.includes(axis) ? d : 1)),
          );
        },
      };
    },
  };
}
