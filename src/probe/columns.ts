import { SatwatchError } from '../errors.js';
import type { Mask } from '../types.js';
import { maskFromBitmap, refuseBadSize } from './mask.js';

/** Runs that a mask may be put together from. The busiest of hand-drawn masks have some ten thousand. */
export const maxRuns = 4_000_000;

/**
 * A mask put together from runs down the columns, which is how COCO counts: pixel (x, y) is number x·height + y. Runs
 * may overlap and come in any order; what lies in any of them is inside. The time depends on the number of runs and of
 * the pixels, not on both multiplied.
 */
export class ColumnRuns {
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];

  /** @throws SatwatchError MASK_INVALID for a size that no mask has */
  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    refuseBadSize(width, height);
  }

  /** From the pixel `start` up to, but without, the pixel `end`. */
  add(start: number, end: number): void {
    if (start === end) return;
    if (this.starts.length === maxRuns) throw tooManyRuns();
    this.starts.push(start);
    this.ends.push(end);
  }

  mask(): Mask {
    const { width, height } = this;
    const bitmap = new Uint8Array(width * height);
    const [starts, ends] = [this.starts, this.ends].map((list) => Uint32Array.from(list).sort());
    for (let s = 0, e = 0; s < starts.length; ) {
      const start = starts[s];
      // Both lists are sorted: when as many runs have ended as have begun, none is open.
      do {
        while (s < starts.length && starts[s] <= ends[e]) s++;
        e++;
      } while (e < s);
      fill(bitmap, start, ends[e - 1], width, height);
    }
    return maskFromBitmap(bitmap, width, height);
  }
}

function fill(bitmap: Uint8Array, start: number, end: number, width: number, height: number): void {
  let x = Math.floor(start / height);
  let y = start % height;
  for (let i = start; i < end; i++) {
    bitmap[y * width + x] = 1;
    if (++y === height) [x, y] = [x + 1, 0];
  }
}

export function tooManyRuns(): SatwatchError {
  return new SatwatchError(
    'MASK_INVALID',
    `the mask has more than ${maxRuns} runs; simplify its outline`,
    'mask',
  );
}
