import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { Tf } from '../backend/types.js';
import { refuse, shapeOf } from './optionChecks.js';
import type { Baseline } from './types.js';

/** The baseline beside a batch: a scalar, or [1,h,w,c]. */
export function baselineTensor(tf: Tf, baseline: Baseline, images: Tensor4D): Tensor {
  if (typeof baseline === 'number') return tf.scalar(baseline);
  const image = Array.isArray(baseline) ? tf.tensor3d(baseline) : baseline;
  return image.toFloat().reshape([1, ...images.shape.slice(1)]);
}

/** Images have `shape` [n,h,w,c], where that is known. */
export function checkBaseline({ baseline }: { baseline: unknown }, shape?: readonly number[]): void {
  if (Number.isFinite(baseline)) return;
  const own = shapeOf('baseline', baseline, 3, "a number or an image [h][w][c] in the model's range");
  if (shape && own.join() !== shape.slice(1).join())
    refuse('baseline', `[${own}]`, `[${shape.slice(1)}] like an image, or one number`);
}
