import type { Tensor } from '@tensorflow/tfjs';
import type { Tf } from '../../../backend/types.js';
import type { Activation, Softmax } from '../types.js';
import { derive } from './derive.js';

const nonNegative = new Set(['relu', 'relu6', 'sigmoid', 'hardSigmoid', 'softplus', 'clippedRelu']);
/** Those whose gradient is a kernel of its own, by the name of the kernel. */
const kernels: Record<string, string> = { relu: 'Relu', relu6: 'Relu6' };

export function activation(tf: Tf, name: string, apply: (x: Tensor) => Tensor): Activation {
  const slow = derive(tf, ([x]) => apply(x));
  return {
    kind: 'activation',
    name,
    nonNegative: nonNegative.has(name),
    apply: ([x]) => apply(x),
    gradient(dy, inputs) {
      if (!Object.hasOwn(kernels, name)) return slow(dy, inputs);
      // ReLU's gradient takes the input or the output, whichever tfjs or satwatch registered: they have the same sign.
      const { gradFunc } = tf.getGradient(kernels[name]) as any;
      return [gradFunc(dy, inputs, {}).x()];
    },
  };
}

export function softmax(tf: Tf, axis: number, apply: (x: Tensor) => Tensor, log = false): Softmax {
  return { kind: 'softmax', axis, log, apply: ([x]) => apply(x), gradient: derive(tf, ([x]) => apply(x)) };
}
