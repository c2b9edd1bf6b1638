import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { Tf } from '../types.js';
import { heap } from './heap.js';

/** Where windows lie on their pictures, as `computeConv2DInfo` says it. */
interface Windows {
  batchSize: number;
  inHeight: number;
  inWidth: number;
  inChannels: number;
  outHeight: number;
  outWidth: number;
  filterHeight: number;
  filterWidth: number;
  strideHeight: number;
  strideWidth: number;
  padInfo: { top: number; left: number };
}

/** Adds windows [n·oh·ow, fh·fw·c] up where they lie on their pictures [n,h,w,c]. */
export function scatterWindows(tf: Tf, windows: Tensor2D, at: Windows): Tensor {
  const { inHeight: h, inWidth: w, inChannels: c, filterHeight: fh, filterWidth: fw, padInfo } = at;
  // One window a pixel, in order: the windows are the picture.
  if (
    fh === 1 &&
    fw === 1 &&
    at.strideHeight === 1 &&
    at.strideWidth === 1 &&
    h === at.outHeight &&
    w === at.outWidth
  )
    return tf.reshape(windows, [at.batchSize, h, w, c]);
  const result = tf.zeros([at.batchSize, h, w, c]);
  const from = heap(tf, windows);
  const into = heap(tf, result);
  let source = 0;
  for (let b = 0; b < at.batchSize; b++)
    for (let oy = 0; oy < at.outHeight; oy++)
      for (let ox = 0; ox < at.outWidth; ox++) {
        const y0 = oy * at.strideHeight - padInfo.top;
        const x0 = ox * at.strideWidth - padInfo.left;
        for (let i = 0; i < fh; i++)
          for (let j = 0; j < fw; j++, source += c) {
            const y = y0 + i;
            const x = x0 + j;
            if (y < 0 || y >= h || x < 0 || x >= w) continue;
            const target = ((b * h + y) * w + x) * c;
            for (let k = 0; k < c; k++) into[target + k] += from[source + k];
          }
      }
  return result;
}
