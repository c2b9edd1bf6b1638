import type { Gradient } from '../kernel.js';

/**
 * Of ReLU, by one kernel from dy and the output: dy where the output is above 0, else 0. tfjs's own multiplies with a
 * step function, which on tfjs-node is four kernels. The same numbers, but 0 where tfjs-node's step of a NaN is NaN.
 */
export const relu: Gradient = {
  name: 'Relu',
  saves: { inputs: [], output: true },
  needs: 'ReluGrad',
  derive: ({ tf, dy, saved: [y] }) => ({ x: () => tf.engine().runKernel('ReluGrad', { dy, y }) as any }),
};

/** Of ReLU6: dy where 0 < x < 6. At exactly 6 tfjs's own gradient is dy, this 0. */
export const relu6: Gradient = {
  name: 'Relu6',
  saves: { inputs: ['x'] },
  needs: 'Relu6Grad',
  derive: ({ tf, dy, saved: [x] }) => ({ x: () => tf.engine().runKernel('Relu6Grad', { dy, x }) as any }),
};
