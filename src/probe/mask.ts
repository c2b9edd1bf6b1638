import { SatwatchError } from '../errors.js';
import type { Mask, Segment } from '../types.js';
import type { Size } from './reader.js';

/**
 * The mask of a row-major bitmap of height·width values; whatever is not zero (or false) is inside.
 *
 * @throws SatwatchError MASK_SIZE where the bitmap has another number of values
 */
export function maskFromBitmap(bitmap: ArrayLike<number>, width: number, height: number): Mask {
  refuseBadSize(width, height);
  if (bitmap.length !== width * height)
    throw new SatwatchError(
      'MASK_SIZE',
      `a bitmap of ${width}x${height} needs ${width * height} values, this one has ${bitmap.length}`,
      'bitmap',
    );
  const runs: number[] = [];
  for (let i = 0; i < bitmap.length; i++) {
    if (!bitmap[i]) continue;
    const start = i;
    while (i < bitmap.length && bitmap[i]) i++;
    runs.push(start, i - start);
  }
  return { width, height, runs: Uint32Array.from(runs) };
}

/** The mask as height·width bytes, row-major, 1 = inside. */
export function maskToBitmap({ width, height, runs }: Mask): Uint8Array {
  const bitmap = new Uint8Array(width * height);
  for (let r = 0; r < runs.length; r += 2) bitmap.fill(1, runs[r], runs[r] + runs[r + 1]);
  return bitmap;
}

/** What lies in any of the masks, which have one size. */
function uniteMasks(masks: readonly Mask[]): Mask {
  if (masks.length === 1) return masks[0];
  const { width, height } = masks[0];
  const bitmap = new Uint8Array(width * height);
  for (const { runs } of masks)
    for (let r = 0; r < runs.length; r += 2) bitmap.fill(1, runs[r], runs[r] + runs[r + 1]);
  return maskFromBitmap(bitmap, width, height);
}

/** What lies in none of the masks. */
export function backgroundOf(segments: readonly Segment[], { width, height }: Size): Mask {
  const bitmap = new Uint8Array(width * height).fill(1);
  for (const { mask } of segments)
    for (let r = 0; r < mask.runs.length; r += 2)
      bitmap.fill(0, mask.runs[r], mask.runs[r] + mask.runs[r + 1]);
  return maskFromBitmap(bitmap, width, height);
}

/** One segment a name: masks of the same name are united. */
export function uniteByName(segments: readonly Segment[]): Segment[] {
  const masks = new Map<string, Mask[]>();
  for (const { name, mask } of segments) {
    const parts = masks.get(name);
    if (parts) parts.push(mask);
    else masks.set(name, [mask]);
  }
  return [...masks].map(([name, parts]) => ({ name, mask: uniteMasks(parts) }));
}

/** What breaks the rule of runs (ascending, disjoint, not touching, length ≥ 1, inside the image), or undefined. */
export function flawInRuns({ width, height, runs }: Mask): string | undefined {
  if (!(runs instanceof Uint32Array)) return 'its runs are no Uint32Array';
  if (runs.length % 2) return 'its runs are no pairs of start and length';
  let free = 0;
  for (let r = 0; r < runs.length; r += 2) {
    if (runs[r + 1] < 1) return `run ${r / 2} has length 0`;
    if (runs[r] < free) return `run ${r / 2} starts at ${runs[r]}, within or touching the run before`;
    // One pixel has to be left between two runs: touching ones are a single run.
    free = runs[r] + runs[r + 1] + 1;
  }
  return free > width * height + 1 ? `its runs end at ${free - 1}, after the last pixel` : undefined;
}

/**
 * Pixels that an image or a mask may have. Photographs stay well below; what is above is a broken header, or a file
 * made to fill the memory.
 */
export const maxPixels = 100_000_000;

/** Refuses what cannot be the size of a mask. */
export function refuseBadSize(width: number, height: number): void {
  if (![width, height].every((side) => Number.isInteger(side) && side > 0) || width * height > maxPixels)
    throw new SatwatchError(
      'MASK_INVALID',
      `a mask's width and height are whole numbers from 1 on, with at most ${maxPixels} pixels in all, ` +
        `not ${width} and ${height}`,
      'size',
    );
}
