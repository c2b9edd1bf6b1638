import type { Tensor } from '@tensorflow/tfjs';
import type { Tf } from '../../src/backend/types.js';

/** A tensor's values apart from any backend. */
export interface Values {
  data: Float32Array | Int32Array;
  shape: number[];
}

/** Uniform values in [−1, 1), the same for the same seed. */
export function random(seed: number, shape: number[]): Values {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  let state = (seed * 2654435761 + 1) >>> 0;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state / 2 ** 31 - 1;
  }
  return { data, shape };
}

/** Runs `body` on `backend` with `inputs` there as tensors; every tensor it makes is disposed. */
export async function on(
  tf: Tf,
  backend: string,
  inputs: Values[],
  body: (...tensors: any[]) => Tensor,
): Promise<Values> {
  const before = tf.getBackend();
  await tf.setBackend(backend);
  try {
    return tf.tidy(() => {
      const result = body(
        ...inputs.map(({ data, shape }) =>
          tf.tensor(data, shape, data instanceof Int32Array ? 'int32' : 'float32'),
        ),
      );
      return { data: result.dataSync() as Float32Array, shape: result.shape };
    });
  } finally {
    await tf.setBackend(before);
  }
}

/** Largest absolute difference over the scale of `expected` (at least 1); infinite where shapes differ or a NaN is. */
export function difference(actual: Values, expected: Values): number {
  if (String(actual.shape) !== String(expected.shape)) return Number.POSITIVE_INFINITY;
  let scale = 1;
  let worst = 0;
  for (let i = 0; i < expected.data.length; i++) {
    scale = Math.max(scale, Math.abs(expected.data[i]));
    const apart = Math.abs(actual.data[i] - expected.data[i]);
    if (!(apart <= worst)) worst = Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart;
  }
  return worst / scale;
}
