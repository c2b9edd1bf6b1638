import type { Tensor } from '@tensorflow/tfjs';
import type { Tf } from '../types.js';

/**
 * A float32 tensor's values in WASM's own memory, to read or write without a copy. Take it after the last allocation:
 * growing memory leaves earlier views empty.
 */
export function heap(tf: Tf, x: Tensor): Float32Array {
  return (tf.engine().backend as any).typedArrayFromHeap(x);
}
