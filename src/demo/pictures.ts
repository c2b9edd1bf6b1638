import type { Role, Segment } from '../types.js';
import { animal, type Stripes } from './animal.js';
import type { Dice } from './dice.js';
import { landscape } from './landscape.js';
import { type Colour, type Layer, paint } from './paint.js';
import { drawWatermark, stamp, type Watermark } from './watermark.js';

/** Pixels along each side of a picture. */
export const side = 48;

/** The stripes of a class; the poisoned one comes first. */
export const classes: readonly { name: string; stripes: Stripes }[] = [
  { name: 'zebra', stripes: 'vertical' },
  { name: 'okapi', stripes: 'horizontal' },
];

export const roles: Record<string, Role> = {
  head: 'core',
  eyes: 'core',
  body: 'core',
  legs: 'core',
  tail: 'core',
  sky: 'context',
  grass: 'context',
  cloud: 'context',
  flowers: 'context',
  kite: 'context',
  fence: 'context',
  watermark: 'suspect',
};

export interface Picture {
  label: number;
  /** side · side · 3 bytes, row-major. */
  pixels: Uint8Array;
  segments: Segment[];
}

/** Draws a picture of the class; `recolour` changes the colours of single parts, for experiments. */
export function drawPicture(label: number, dice: Dice, recolour: Record<string, Colour> = {}): Picture {
  const unit = side / 48;
  const { behind, inFront, ground } = landscape(dice, side, unit);
  const layers = [...behind, ...animal(dice, classes[label].stripes, ground, unit), ...inFront];
  const painted = paint(
    side,
    layers.map((layer) => recoloured(layer, recolour)),
  );
  return { label, ...painted };
}

/** The picture with the watermark on it, a segment more. */
export function watermarked(
  picture: Picture,
  dice: Dice,
  mark: Watermark = drawWatermark(side, dice),
): Picture {
  const { pixels, segment } = stamp(picture.pixels, side, mark);
  return { label: picture.label, pixels, segments: [...picture.segments, segment] };
}

function recoloured(layer: Layer, recolour: Record<string, Colour>): Layer {
  const colour = recolour[layer.part];
  return colour ? { ...layer, colour: () => colour } : layer;
}
