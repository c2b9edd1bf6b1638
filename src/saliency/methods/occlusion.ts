import type { Tensor4D } from '@tensorflow/tfjs';
import { baselineTensor, checkBaseline } from '../baseline.js';
import { checkSize, refuse, shown } from '../optionChecks.js';
import type { Baseline, SaliencyMethod } from '../types.js';

interface Options {
  /** Rows and columns of the window; default: an eighth of the image's. */
  window: [number, number] | undefined;
  /** Steps from one window to the next; default: half the window. */
  stride: [number, number] | undefined;
  baseline: Baseline;
}

/** Where the windows begin and end along one axis. */
type Spans = [start: number, end: number][];

/**
 * At each pixel the mean of f(x) − f(x with the window at the baseline) over the windows that cover it (Zeiler and
 * Fergus 2014), the same in every channel. Forward passes only, one a window.
 */
export const occlusion: SaliencyMethod = {
  name: 'occlusion',
  options: { window: undefined, stride: undefined, baseline: 0 },
  // The 15 × 15 windows of the default on sides that 16 divides; the image is not known here.
  gradients: () => (15 * 15) / 3,
  check({ window, stride, baseline }: Options, shape) {
    checkBaseline({ baseline }, shape);
    if (window !== undefined) checkSize('window', window);
    if (stride !== undefined) checkSize('stride', stride);
    if (window && shape && (window[0] > shape[1] || window[1] > shape[2]))
      refuse('window', shown(window), `at most the image's [${shape[1]},${shape[2]}]`);
    const across = window ?? (shape && defaultWindow(shape));
    if (across && stride && (stride[0] > across[0] || stride[1] > across[1]))
      refuse('stride', shown(stride), `at most the window's [${across}], or pixels are left out`);
  },
  attribute({ tf, scores, atOnce }, images, { window, stride, baseline }: Options) {
    const [n, height, width, channels] = images.shape;
    const across = window ?? defaultWindow(images.shape);
    const steps = stride ?? across.map((side) => Math.max(1, Math.floor(side / 2)));
    const [rows, columns] = [height, width].map((size, axis) => spans(size, across[axis], steps[axis]));
    const windows = rows.flatMap((down) => columns.map((along) => [...down, ...along]));
    const instead = baselineTensor(tf, baseline, images);
    const whole = scores(images).dataSync();
    const sums = new Float64Array(n * height * width);
    const together = Math.max(1, Math.floor(atOnce / n));
    for (let start = 0; start < windows.length; start += together) {
      const some = windows.slice(start, start + together);
      const scored = tf.tidy(() => {
        const copies = images.tile([some.length, 1, 1, 1]);
        const mask = tf.tensor4d(masks(some, n, height, width), [some.length * n, height, width, 1]);
        const occluded = copies.mul(tf.sub(1, mask)).add(instead.mul(mask)) as Tensor4D;
        return scores(
          occluded,
          Array.from({ length: some.length * n }, (_, at) => at % n),
        ).dataSync();
      });
      some.forEach((window, w) => {
        for (let i = 0; i < n; i++)
          addOver(sums, window, whole[i] - scored[w * n + i], i * height * width, width);
      });
    }
    const [down, along] = [covers(rows, height), covers(columns, width)];
    const means = Float32Array.from(sums, (sum, at) => {
      const pixel = at % (height * width);
      return sum / (down[Math.floor(pixel / width)] * along[pixel % width]);
    });
    return tf.tensor4d(means, [n, height, width, 1]).tile([1, 1, 1, channels]) as Tensor4D;
  },
};

function defaultWindow([, height, width]: readonly number[]): [number, number] {
  return [Math.max(1, Math.round(height / 8)), Math.max(1, Math.round(width / 8))];
}

/** ⌈(size − window) / stride⌉ + 1 windows from 0 on; the last one is cut at the border. */
function spans(size: number, window: number, stride: number): Spans {
  return Array.from({ length: Math.ceil((size - window) / stride) + 1 }, (_, k) => [
    k * stride,
    Math.min(k * stride + window, size),
  ]);
}

/** How many windows cover each place of an axis. */
function covers(list: Spans, size: number): Float64Array {
  const counts = new Float64Array(size);
  for (const [start, end] of list) for (let at = start; at < end; at++) counts[at]++;
  return counts;
}

/** 1 inside each window, for n images each: [windows · n, h, w, 1]. */
function masks(windows: number[][], n: number, height: number, width: number): Float32Array {
  const area = height * width;
  const values = new Float32Array(windows.length * n * area);
  windows.forEach(([top, bottom, left, right], w) => {
    const first = w * n * area;
    for (let y = top; y < bottom; y++) values.fill(1, first + y * width + left, first + y * width + right);
    for (let i = 1; i < n; i++) values.copyWithin(first + i * area, first, first + area);
  });
  return values;
}

function addOver(
  sums: Float64Array,
  [top, bottom, left, right]: number[],
  value: number,
  first: number,
  width: number,
): void {
  for (let y = top; y < bottom; y++) {
    const row = first + y * width;
    for (let at = row + left; at < row + right; at++) sums[at] += value;
  }
}
