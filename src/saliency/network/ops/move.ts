import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { Tf } from '../../../backend/types.js';
import type { Mix, Move } from '../types.js';
import { derive } from './derive.js';

export function move(tf: Tf, apply: (inputs: Tensor[]) => Tensor): Move {
  return { kind: 'move', apply, gradient: derive(tf, apply) };
}

export function reshape(shapeOf: (shape: number[]) => number[]): Move {
  return {
    kind: 'move',
    apply: ([x]) => x.reshape(shapeOf(x.shape)),
    gradient: (dy, [x]) => [dy.reshape(x.shape)],
  };
}

/** Each value `size` times down and across. */
export function enlarge(tf: Tf, [down, across]: [number, number]): Move {
  const of = ([, h, w]: number[]): [number, number] => [h * down, w * across];
  return {
    kind: 'move',
    apply: ([x]) => tf.image.resizeNearestNeighbor(x as Tensor4D, of(x.shape as number[])),
    // The sum over a value's copies. tfjs's own gradient has no kernel on WASM.
    gradient: (dy) => [
      tf.avgPool(dy as Tensor4D, [down, across], [down, across], 'valid').mul(down * across),
    ],
  };
}

/** A bilinear resize of [n,h,w,c] to `sizeOf(shape)`: rows · x · columns, with fixed matrices. */
export function resize(tf: Tf, sizeOf: (shape: number[]) => [number, number]): Mix {
  const apply = (x: Tensor, size: [number, number]) => tf.image.resizeBilinear(x as Tensor4D, size);
  return {
    kind: 'mix',
    form: 'resize',
    nonNegative: true,
    apply: ([x]) => apply(x, sizeOf(x.shape)),
    // By the matrices' transposes, read off unit vectors. tfjs's own gradient has no kernel on WASM.
    gradient(dy, [x]) {
      const [n, h, w, c] = x.shape as number[];
      const [H, W] = sizeOf(x.shape);
      const rows = apply(tf.eye(h).reshape([h, h, 1, 1]), [H, 1]).reshape([1, h, H]);
      const columns = apply(tf.eye(w).reshape([w, 1, w, 1]), [1, W]).reshape([1, w, W]);
      const narrow = tf.matMul(columns.tile([n * H, 1, 1]), dy.reshape([n * H, W, c]));
      return [tf.matMul(rows.tile([n, 1, 1]), narrow.reshape([n, H, w * c])).reshape(x.shape)];
    },
  };
}
