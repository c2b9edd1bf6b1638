import type { Gradient } from '../kernel.js';

/** Of clipping, as the ReLU layer does with a `maxValue`: dy where x was left as it is, else 0. */
export const clipByValue: Gradient = {
  name: 'ClipByValue',
  saves: { inputs: ['x'], output: true },
  needs: 'ClipByValueGrad',
  derive: ({ tf, dy, saved: [x, y] }) => ({
    x: () => tf.engine().runKernel('ClipByValueGrad', { dy, x, y }) as any,
  }),
};
