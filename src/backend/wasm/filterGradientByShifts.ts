import type { Tensor, Tensor4D, TensorInfo } from '@tensorflow/tfjs';
import { heapViews, type WasmCall } from './heap.js';

/** Where a convolution's windows lie, as `computeConv2DInfo` says it. */
interface Windows {
  inHeight: number;
  inWidth: number;
  outHeight: number;
  outWidth: number;
  filterHeight: number;
  filterWidth: number;
  padInfo: { top: number; bottom: number; left: number; right: number };
}

/** The most floats (64 MiB) that the shifted copies of one chunk of pictures may take. */
const room = 2 ** 24;

/**
 * ∂/∂w of a convolution of stride 1 as one matrix product: the row of a filter's tap is x shifted by that tap, times dy.
 *
 * With zero rows and columns between the pictures, as many as the padding, a shift of all pictures at once is a shift
 * in memory: one copy a tap. dy is filled up with zeros to the same size, so that what wraps around counts nothing.
 * x [n,h,w,c], dy [n,oh,ow,k] → [fh,fw,c,k]; null where the copies of a single picture would take more than `room`.
 */
export function filterGradientByShifts(
  { tf, backend }: WasmCall,
  x: Tensor4D,
  dy: Tensor4D,
  { inHeight, inWidth, outHeight, outWidth, filterHeight: fh, filterWidth: fw, padInfo }: Windows,
): Tensor | null {
  const [n, , , c] = x.shape;
  const k = dy.shape[3];
  const height = Math.max(outHeight, inHeight + Math.max(padInfo.top, padInfo.bottom));
  const width = Math.max(outWidth, inWidth + Math.max(padInfo.left, padInfo.right));
  const onePicture = fh * fw * c * height * width;
  if (onePicture > room) return null;
  const chunk = Math.floor(room / onePicture);
  const parts: Tensor[] = [];
  for (let from = 0; from < n; from += chunk)
    parts.push(tf.tidy(() => product(from, Math.min(chunk, n - from))));
  return (parts.length === 1 ? parts[0] : tf.addN(parts)).reshape([fh, fw, c, k]);

  function product(from: number, count: number): Tensor {
    const own = <T extends Tensor4D>(all: T) =>
      count === n ? all : all.slice([from, 0, 0, 0], [count, -1, -1, -1]);
    const spaced = fill(own(x), inHeight, inWidth).transpose([3, 0, 1, 2]);
    const grad = fill(own(dy), outHeight, outWidth).reshape([count * height * width, k]);
    const shifted = tf.engine().makeTensorFromTensorInfo(shifts(spaced, count * height * width));
    return tf.matMul(shifted as any, grad);
  }

  function fill(pictures: Tensor4D, h: number, w: number): Tensor4D {
    if (h === height && w === width) return pictures;
    return tf.pad(pictures, [
      [0, 0],
      [0, height - h],
      [0, width - w],
      [0, 0],
    ]);
  }

  function shifts(spaced: Tensor, pixels: number): TensorInfo {
    const result = backend.makeOutput([fh * fw * c, pixels], 'float32');
    const [into, values] = heapViews(backend, result, spaced);
    const length = values.length;
    for (let i = 0; i < fh; i++)
      for (let j = 0; j < fw; j++) {
        const shift = (i - padInfo.top) * width + j - padInfo.left;
        const at = (i * fw + j) * length;
        const start = Math.min(length, Math.max(0, -shift));
        const end = Math.max(start, Math.min(length, length - shift));
        into.fill(0, at, at + start);
        into.set(values.subarray(start + shift, end + shift), at + start);
        into.fill(0, at + end, at + length);
      }
    return result;
  }
}
