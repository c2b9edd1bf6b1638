import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { Tf } from '../backend/types.js';
import { SatwatchError } from '../errors.js';
import type { Baseline } from './types.js';

/** The baseline beside a batch: a scalar, or [1,h,w,c]. */
export function baselineTensor(tf: Tf, baseline: Baseline, images: Tensor4D): Tensor {
  if (typeof baseline === 'number') return tf.scalar(baseline);
  const image = Array.isArray(baseline) ? tf.tensor3d(baseline) : baseline;
  const expected = images.shape.slice(1);
  if (image.shape.join() !== expected.join())
    throw new SatwatchError(
      'BAD_OPTION',
      `baseline: got [${image.shape}], expected [${expected}] like an image, or one number`,
      'baseline',
    );
  return image.expandDims(0);
}

export function checkBaseline({ baseline }: { baseline: unknown }): void {
  if (!Array.isArray(baseline) && !Number.isFinite(baseline) && !(baseline as Tensor | null)?.dataId)
    throw new SatwatchError(
      'BAD_OPTION',
      `baseline: got ${String(baseline)}, expected a number or an image [h][w][c] in the model's range`,
      'baseline',
    );
}
