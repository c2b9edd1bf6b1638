import type { Tensor } from '@tensorflow/tfjs';
import type { Tf } from '../../../backend/types.js';
import type { Max, Mix, Product } from '../types.js';
import { unbroadcast } from './derive.js';

/** Σ factors · inputs, broadcast: Add, Subtract, Average. */
export function sum(factors: number[]): Mix {
  return {
    kind: 'mix',
    form: 'sum',
    nonNegative: factors.every((factor) => factor >= 0),
    apply: (inputs) => inputs.map((x, i) => times(x, factors[i])).reduce((a, b) => a.add(b)),
    gradient: (dy, inputs) => inputs.map((x, i) => unbroadcast(times(dy, factors[i]), x.shape)),
  };
}

/** The largest of the inputs, place by place; the first of equal ones. */
export function maximum(tf: Tf): Max {
  return {
    kind: 'max',
    apply: (inputs) => inputs.reduce((a, b) => tf.maximum(a, b)),
    gradient(dy, inputs, output) {
      let open: Tensor = tf.onesLike(output);
      return inputs.map((x) => {
        const wins = x.equal(output).cast('float32').mul(open);
        open = open.sub(wins);
        return unbroadcast(dy.mul(wins), x.shape);
      });
    },
  };
}

/** The product of the inputs, broadcast. */
export function product(): Product {
  return {
    kind: 'product',
    apply: (inputs) => inputs.reduce((a, b) => a.mul(b)),
    gradient: (dy, inputs) =>
      inputs.map((x, i) =>
        unbroadcast(
          inputs.reduce((rest, other, j) => (j === i ? rest : rest.mul(other)), dy),
          x.shape,
        ),
      ),
  };
}

function times(x: Tensor, factor: number): Tensor {
  return factor === 1 ? x : x.mul(factor);
}
