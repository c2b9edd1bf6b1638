import type { Tensor4D } from '@tensorflow/tfjs';
import type { Tf } from './tf.js';

/**
 * Random crops of half to all of the picture, mirrored or not, lighter or darker, paler or more colourful:
 * [n,h,w,3] → [n,side,side,3]. The values' range stays 0..255, but for what becomes too bright.
 */
export function augment(tf: Tf, images: Tensor4D, side: number, random: () => number): Tensor4D {
  const n = images.shape[0];
  const between = (low: number, high: number) => low + (high - low) * random();
  const boxes = Array.from({ length: n }, () => {
    const size = Math.sqrt(between(0.5, 1));
    const [top, left] = [between(0, 1 - size), between(0, 1 - size)];
    // A box whose right edge comes first gives the crop mirrored.
    return random() < 0.5 ? [top, left, top + size, left + size] : [top, left + size, top + size, left];
  });
  const perImage = (low: number, high: number) =>
    tf.tensor4d(
      Array.from({ length: n }, () => between(low, high)),
      [n, 1, 1, 1],
    );
  return tf.tidy(() => {
    const order = Array.from({ length: n }, (_, i) => i);
    const crops = tf.image.cropAndResize(images, boxes as never, order as never, [side, side]);
    const grey = crops.mean(3, true);
    const colourful = grey.add(crops.sub(grey).mul(perImage(0.5, 1.5)));
    return colourful.mul(perImage(0.7, 1.3)) as Tensor4D;
  });
}
