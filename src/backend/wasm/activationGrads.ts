import type { WasmKernel } from './heap.js';

/**
 * dy where the activation let x through, else 0: by Step and products, which are vectorised, where a comparison a value
 * takes up to ten times as long. For ReLU that is tfjs's own gradient.
 */
export const activationGrads: readonly WasmKernel[] = [
  {
    name: 'Relu6Grad',
    compute({ tf, inputs: { dy, x } }) {
      return tf.mul(dy, tf.mul(tf.step(x), tf.step(tf.sub(6, x))));
    },
  },
  {
    name: 'ClipByValueGrad',
    compute({ tf, inputs: { dy, x, y } }) {
      return tf.sub(dy, tf.mul(dy, tf.step(tf.abs(tf.sub(x, y)))));
    },
  },
];
