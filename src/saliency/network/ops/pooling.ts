import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { Tf } from '../../../backend/types.js';
import type { Max, Mix } from '../types.js';

export interface Window {
  size: [number, number];
  strides: [number, number];
  pad: 'same' | 'valid';
}

/** The largest value of each window of [n,h,w,c]; without a window, of each whole channel: [n,1,1,c]. */
export function maxPool(tf: Tf, window?: Window): Max {
  const of = (x: Tensor) => window ?? everything(x);
  return {
    kind: 'max',
    apply([x]) {
      const { size, strides, pad } = of(x);
      return tf.maxPool(x as Tensor4D, size, strides, pad);
    },
    gradient(dy, [input], output) {
      const { size, strides, pad } = of(input);
      const attributes: any = { filterSize: size, strides, pad };
      return [tf.engine().runKernel('MaxPoolGrad', { dy, input, output }, attributes) as Tensor];
    },
  };
}

/** The mean of each window of [n,h,w,c], padding left out; without a window, of each whole channel: [n,1,1,c]. */
export function averagePool(tf: Tf, window?: Window): Mix {
  /** Over the border tfjs's backends but the native one divide by the whole window on the way back. */
  const whole = (dy: Tensor, input: Tensor) => {
    if (window?.pad !== 'same' || tf.getBackend() === 'tensorflow') return dy;
    const [h, w] = input.shape.slice(1, 3) as number[];
    const ones = tf.ones([1, h, w, 1]) as Tensor4D;
    const seen = tf.conv2d(ones, tf.ones([...window.size, 1, 1]) as Tensor4D, window.strides, 'same');
    return dy.mul(window.size[0] * window.size[1]).div(seen);
  };
  return {
    kind: 'mix',
    form: 'average',
    nonNegative: true,
    apply: ([x]) =>
      window ? tf.avgPool(x as Tensor4D, window.size, window.strides, window.pad) : x.mean([1, 2], true),
    gradient(dy, [input]) {
      if (!window) {
        const [, h, w] = input.shape;
        return [dy.div(h * w).broadcastTo(input.shape)];
      }
      const { size, strides, pad } = window;
      const attributes: any = { filterSize: size, strides, pad };
      return [tf.engine().runKernel('AvgPoolGrad', { dy: whole(dy, input), input }, attributes) as Tensor];
    },
  };
}

function everything(x: Tensor): Window {
  const [, h, w] = x.shape;
  return { size: [h, w], strides: [1, 1], pad: 'valid' };
}
