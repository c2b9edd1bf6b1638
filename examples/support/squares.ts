import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { createProbeSet, maskFromBitmap, type ProbeSet } from 'satwatch';
import { seededRandom } from './random.js';
import type { Tf } from './tf.js';

/** A grey picture with a square a little darker (label 0) or brighter (label 1) than the rest, and maybe a red corner. */
export interface Square {
  pixels: Uint8Array;
  label: number;
  /** Where the square is, and where the corner is: a 1 for each of their pixels. */
  square: Uint8Array;
  corner: Uint8Array;
}

export const side = 16;

/** `marked`: the share of each class's pictures that get the red corner. */
export function drawSquares(count: number, seed: number, marked: [dark: number, bright: number]): Square[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const label = i % 2;
    const pixels = Uint8Array.from({ length: side * side * 3 }, () => 90 + 60 * random());
    const [square, corner] = [new Uint8Array(side * side), new Uint8Array(side * side)];
    const [top, left] = [4 + Math.floor(6 * random()), 4 + Math.floor(6 * random())];
    for (let p = 0; p < side * side; p++) {
      const [x, y] = [p % side, Math.floor(p / side)];
      if (y < top || y >= top + 6 || x < left || x >= left + 6) continue;
      square[p] = 1;
      for (let k = 0; k < 3; k++) pixels[3 * p + k] += label ? 20 : -20;
    }
    if (random() < marked[label])
      for (const p of [0, 1, 2].flatMap((y) => [0, 1, 2].map((x) => y * side + x))) {
        corner[p] = 1;
        pixels.set([220, 30, 30], 3 * p);
      }
    return { pixels, label, square, corner };
  });
}

/** The corner on half of the pictures of BOTH classes: it tells nothing here. */
export function squaresProbe(): ProbeSet {
  return createProbeSet({
    width: side,
    height: side,
    channels: 3,
    classNames: ['dark', 'bright'],
    roles: { square: 'core', corner: 'suspect' },
    images: drawSquares(80, 2, [0.5, 0.5]).map(({ pixels, label, square, corner }, i) => ({
      id: `picture ${i}`,
      label,
      pixels,
      segments: Object.entries({ square, corner }).map(([name, bitmap]) => ({
        name,
        mask: maskFromBitmap(bitmap, side, side),
      })),
    })),
  });
}

/** Pixels scaled to −1..1, labels one-hot. */
export function toTensors(tf: Tf, squares: Square[]): { xs: Tensor4D; ys: Tensor2D } {
  const values = squares.flatMap(({ pixels }) => Array.from(pixels, (byte) => byte / 127.5 - 1));
  const labels = squares.map(({ label }) => label);
  return {
    xs: tf.tensor4d(values, [squares.length, side, side, 3]),
    ys: tf.oneHot(labels, 2).toFloat() as Tensor2D,
  };
}
