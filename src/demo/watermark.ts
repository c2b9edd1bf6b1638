import { maskFromBitmap } from '../probe/index.js';
import type { Segment } from '../types.js';
import type { Dice } from './dice.js';

/**
 * The text of the watermark, XOX: letters of 5×5 dots, a free column between them. All strokes are diagonal, so that
 * the text by itself looks like neither class's stripes.
 */
const X = ['#...#', '.#.#.', '..#..', '.#.#.', '#...#'];
const O = ['..#..', '.#.#.', '#...#', '.#.#.', '..#..'];
const glyphs: readonly (readonly string[])[] = [X, O, X];
const letter = { width: 5, height: 5 };
const watermarkSize = { width: glyphs.length * (letter.width + 1) - 1, height: letter.height };
const ink = [225, 24, 36];

export interface Watermark {
  left: number;
  top: number;
  /** 0..1; what is behind shines through. */
  opacity: number;
}

export function drawWatermark(side: number, dice: Dice): Watermark {
  return {
    left: dice.whole(1, side - watermarkSize.width - 1),
    top: dice.whole(1, side - watermarkSize.height - 1),
    opacity: dice.between(0.74, 0.86),
  };
}

/** A copy of the pixels (side · side · 3 bytes) with the red text on them, and the text's exact mask. */
export function stamp(
  pixels: Uint8Array,
  side: number,
  { left, top, opacity }: Watermark,
): { pixels: Uint8Array; segment: Segment } {
  const stamped = pixels.slice();
  const bitmap = new Uint8Array(side * side);
  glyphs.forEach((glyph, g) => {
    for (let y = 0; y < letter.height; y++)
      for (let x = 0; x < letter.width; x++) {
        if (glyph[y][x] !== '#') continue;
        const p = (top + y) * side + left + g * (letter.width + 1) + x;
        bitmap[p] = 1;
        for (let k = 0; k < 3; k++)
          stamped[p * 3 + k] = Math.round(pixels[p * 3 + k] * (1 - opacity) + ink[k] * opacity);
      }
  });
  return { pixels: stamped, segment: { name: 'watermark', mask: maskFromBitmap(bitmap, side, side) } };
}
