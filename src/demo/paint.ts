import { maskFromBitmap } from '../probe/index.js';
import type { Segment } from '../types.js';
import type { Shape } from './shapes.js';

/** Red, green, blue, 0..255. */
export type Colour = readonly [number, number, number];

/** A shape in the colours of a named part; later layers hide earlier ones. */
export interface Layer extends Shape {
  part: string;
  colour: (x: number, y: number) => Colour;
}

/** side · side · 3 bytes, and the segments that gave them their colours. */
export interface Painting {
  pixels: Uint8Array;
  segments: Segment[];
}

/** Samples a pixel, along each axis. */
const samples = 2;

/**
 * Paints the layers, each pixel the mean of 2×2 samples. A pixel belongs to every part that gave it a sample, so
 * that a part's mask holds all pixels its colour reaches, and no other; along the borders masks overlap by a pixel.
 */
export function paint(side: number, layers: readonly Layer[]): Painting {
  const pixels = new Uint8Array(side * side * 3);
  const bitmaps = new Map<string, Uint8Array>();
  for (const { part } of layers) if (!bitmaps.has(part)) bitmaps.set(part, new Uint8Array(side * side));
  const masks = layers.map(({ part }) => bitmaps.get(part)!);
  for (let row = 0; row < side; row++) {
    const band = layers
      .map((_, i) => i)
      .filter((i) => layers[i].box[1] <= row + 1 && layers[i].box[3] >= row);
    for (let column = 0; column < side; column++) {
      let [red, green, blue] = [0, 0, 0];
      for (let s = 0; s < samples * samples; s++) {
        const x = column + ((s % samples) + 0.5) / samples;
        const y = row + (Math.floor(s / samples) + 0.5) / samples;
        const top = topmost(layers, band, x, y);
        masks[top][row * side + column] = 1;
        const [r, g, b] = layers[top].colour(x, y);
        red += r;
        green += g;
        blue += b;
      }
      const at = (row * side + column) * 3;
      pixels[at] = byte(red / samples ** 2);
      pixels[at + 1] = byte(green / samples ** 2);
      pixels[at + 2] = byte(blue / samples ** 2);
    }
  }
  const segments = [...bitmaps]
    .filter(([, bitmap]) => bitmap.includes(1))
    .map(([name, bitmap]) => ({ name, mask: maskFromBitmap(bitmap, side, side) }));
  return { pixels, segments };
}

/** The first layer lies everywhere. */
function topmost(layers: readonly Layer[], band: readonly number[], x: number, y: number): number {
  for (let k = band.length - 1; k > 0; k--) {
    const { box, inside } = layers[band[k]];
    if (x >= box[0] && x <= box[2] && inside(x, y)) return band[k];
  }
  return band[0];
}

const byte = (value: number) => Math.max(0, Math.min(255, Math.round(value)));

/** From a to b, t in 0..1. */
export function mix(a: Colour, b: Colour, t: number): Colour {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

export function scale(colour: Colour, by: number): Colour {
  return [colour[0] * by, colour[1] * by, colour[2] * by];
}
