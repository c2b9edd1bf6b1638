import type { HeatMap } from '../data/images.js';

/** Off, every picture up to its own largest value, or all up to the largest of the observation. */
export const heatScales = ['off', 'own', 'common'] as const;
export type HeatScale = (typeof heatScales)[number];

type Rgb = readonly [number, number, number];

/**
 * Blue below zero, orange above: told apart by every kind of colour vision. From pale to full with the value, and as
 * transparent as it is small; the picture beneath is grey, so that its own colours are not taken for values.
 */
const sides: Record<'negative' | 'positive', { pale: Rgb; full: Rgb }> = {
  negative: { pale: [84, 158, 236], full: [20, 88, 196] },
  positive: { pale: [255, 164, 48], full: [222, 84, 0] },
};

/** Maps have few large and many small values: a root lifts those between, which would be invisible, and not the noise. */
const shown = (part: number) => Math.min(1, part) ** 0.65;

/** The map in colours, a pixel each, as a canvas to be drawn at any size. @param top the value of full colour. */
export function paintHeat(
  { peak, values }: HeatMap,
  width: number,
  height: number,
  top: number,
): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const ctx = canvas.getContext('2d')!;
  const image = ctx.createImageData(width, height);
  const palette = new Uint8ClampedArray(256 * 4);
  for (let v = -127; v <= 127; v++) {
    const part = shown(top > 0 ? (Math.abs(v) / 127) * (peak / top) : 0);
    const { pale, full } = sides[v < 0 ? 'negative' : 'positive'];
    const at = (v + 128) * 4;
    for (let c = 0; c < 3; c++) palette[at + c] = pale[c] + (full[c] - pale[c]) * part;
    palette[at + 3] = 255 * part;
  }
  const [colors, pixels] = [new Uint32Array(palette.buffer), new Uint32Array(image.data.buffer)];
  for (let p = 0; p < pixels.length; p++) pixels[p] = colors[values[p] + 128];
  ctx.putImageData(image, 0, 0);
  return canvas;
}
