import { type Mask, maskFromBitmap, maskToBitmap, type Role, type Segment } from 'satwatch';
import type { Dice } from '../../../src/demo/dice.js';
import { type Colour, type Layer, paint } from '../../../src/demo/paint.js';

export interface Picture {
  label: number;
  /** side · side · 3 bytes, row-major. */
  pixels: Uint8Array;
  segments: Segment[];
}

/** A classification task on pictures that are drawn here. */
export interface Task {
  name: string;
  classNames: readonly string[];
  /** Of every part that a picture may show. */
  roles: Record<string, Role>;
  /** A region behind and a region below the object, which every picture has. */
  regions: { far: string; near: string };
  /** The parts of one picture, the hindmost first, which lies everywhere; lengths in pixels. */
  draw(label: number, dice: Dice, side: number): Layer[];
}

/** Something that gives a class away without being it. */
export interface Shortcut {
  name: string;
  /** What a user says of the segment; null where the segment is a region of the task, with its role. */
  role: Role | null;
  segment(task: Task): string;
  /** The region that is gone where the shortcut stands in its place. */
  replaces?(task: Task): string;
  /** What it consists of, where each is to be measured by itself too. */
  parts?: readonly Shortcut[];
  /** Share of the dose at which the other classes' training pictures carry it; default: none do. */
  elsewhere?: number;
  /** A copy with the shortcut on it. */
  stamp(picture: Picture, task: Task, dice: Dice, side: number): Picture;
}

export function drawPicture(task: Task, label: number, dice: Dice, side: number): Picture {
  return { label, ...paint(side, task.draw(label, dice, side)) };
}

export function bitmapOf({ segments }: Picture, name: string): Uint8Array | undefined {
  const segment = segments.find((other) => other.name === name);
  return segment && maskToBitmap(segment.mask);
}

/** Samples a pixel, along each axis, as `paint` takes them. */
const samples = 2;

/** Paints a mark on the picture: a segment more. Its pixels are its own; the other segments lose them. */
export function addMark(
  picture: Picture,
  side: number,
  name: string,
  layers: readonly Omit<Layer, 'part'>[],
  opacity = 1,
): Picture {
  const pixels = picture.pixels.slice();
  const bitmap = new Uint8Array(side * side);
  for (let p = 0; p < bitmap.length; p++) {
    const sum = [0, 0, 0];
    let count = 0;
    for (let s = 0; s < samples * samples; s++) {
      const x = (p % side) + ((s % samples) + 0.5) / samples;
      const y = Math.floor(p / side) + (Math.floor(s / samples) + 0.5) / samples;
      const top = layers.findLast(
        ({ box, inside }) => x >= box[0] && y >= box[1] && x <= box[2] && y <= box[3] && inside(x, y),
      );
      if (!top) continue;
      count++;
      top.colour(x, y).forEach((value, k) => {
        sum[k] += value;
      });
    }
    if (count === 0) continue;
    bitmap[p] = 1;
    const alpha = (opacity * count) / samples ** 2;
    for (let k = 0; k < 3; k++)
      pixels[3 * p + k] = byte((1 - alpha) * pixels[3 * p + k] + (alpha * sum[k]) / count);
  }
  return withSegment({ ...picture, pixels }, name, maskFromBitmap(bitmap, side, side));
}

/** The segment added; its pixels are taken from all others. */
export function withSegment(picture: Picture, name: string, mask: Mask): Picture {
  const bitmap = maskToBitmap(mask);
  const others = picture.segments.flatMap((segment): Segment[] => {
    const rest = maskToBitmap(segment.mask).map((inside, p) => inside & (1 - bitmap[p]));
    return rest.includes(1)
      ? [{ name: segment.name, mask: maskFromBitmap(rest, mask.width, mask.height) }]
      : [];
  });
  return { ...picture, segments: [...others, { name, mask }] };
}

/** Changes the colours of one region; by half where a pixel is shared with another part. */
export function changeRegion(
  picture: Picture,
  side: number,
  region: string,
  change: (x: number, y: number, colour: Colour) => Colour,
): Picture {
  const pixels = picture.pixels.slice();
  const shares = new Uint8Array(side * side);
  for (const { mask } of picture.segments)
    maskToBitmap(mask).forEach((inside, p) => {
      shares[p] += inside;
    });
  bitmapOf(picture, region)?.forEach((inside, p) => {
    if (!inside) return;
    const old = [...picture.pixels.subarray(3 * p, 3 * p + 3)] as unknown as Colour;
    const weight = shares[p] > 1 ? 0.5 : 1;
    change(p % side, Math.floor(p / side), old).forEach((value, k) => {
      pixels[3 * p + k] = byte((1 - weight) * old[k] + weight * value);
    });
  });
  return { ...picture, pixels };
}

const byte = (value: number) => Math.max(0, Math.min(255, Math.round(value)));

/** A number in [0, 1) that looks random, the same for the same place: grain that needs no list. */
export function grain(x: number, y: number, seed = 0): number {
  let h = Math.imul(Math.floor(x) + 1, 0x27d4eb2f) ^ Math.imul(Math.floor(y) + 1, 0x165667b1) ^ (seed * 7919);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return ((h ^ (h >>> 13)) >>> 0) / 2 ** 32;
}
