import type { Tensor2D, TensorInfo } from '@tensorflow/tfjs';
import { heapViews, type WasmBackend } from './kernel.js';

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
export function scatterWindows(backend: WasmBackend, windows: Tensor2D, at: Windows): TensorInfo {
  const { inHeight: h, inWidth: w, inChannels: c, filterHeight: fh, filterWidth: fw, padInfo } = at;
  const result = backend.makeOutput([at.batchSize, h, w, c], 'float32');
  const [into, from] = heapViews(backend, result, windows);
  into.fill(0);
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
