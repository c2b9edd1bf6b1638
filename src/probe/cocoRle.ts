import { SatwatchError } from '../errors.js';
import type { Mask } from '../types.js';
import { ColumnRuns } from './columns.js';

/** Run lengths over the COLUMN-major mask, the first run outside; as numbers or as COCO's compressed string. */
export interface CocoRle {
  size: [height: number, width: number];
  counts: number[] | string;
}

/**
 * The mask of a COCO run-length encoding, compressed or not.
 *
 * @throws SatwatchError MASK_INVALID where counts are negative, broken, or do not sum to height·width
 */
export function maskFromCocoRle({ size, counts }: CocoRle): Mask {
  const [height, width] = size;
  const runs = new ColumnRuns(width, height);
  addCocoRle(runs, counts);
  return runs.mask();
}

/** Adds what the counts say is inside. */
export function addCocoRle(runs: ColumnRuns, counts: CocoRle['counts']): void {
  const { width, height } = runs;
  const lengths = typeof counts === 'string' ? decompress(counts) : counts;
  if (!Array.isArray(lengths))
    throw invalid(`counts are ${typeof counts}, expected a list of numbers or a text`);
  const wrong = lengths.findIndex((length) => !Number.isInteger(length) || length < 0);
  if (wrong >= 0) throw invalid(`count ${wrong} is ${lengths[wrong]}; counts are whole numbers from 0 on`);
  const sum = lengths.reduce((total, length) => total + length, 0);
  if (sum !== width * height)
    throw invalid(
      `the counts sum to ${sum}, a mask of ${height}x${width} (height x width) needs ${width * height}`,
    );

  let start = 0;
  lengths.forEach((length, run) => {
    if (run % 2) runs.add(start, start + length);
    start += length;
  });
}

/**
 * COCO's compressed counts: from the fourth on each is the difference to the one two places before; a number is
 * signed, 5 bits a character from the low ones on, 0x20 = more follows, 0x10 of the last = negative, plus 48.
 */
function decompress(text: string): number[] {
  const counts: number[] = [];
  for (let i = 0; i < text.length; ) {
    let value = 0;
    let weight = 1;
    let bits: number;
    do {
      bits = text.charCodeAt(i++) - 48;
      if (!(bits >= 0 && bits < 64))
        throw invalid(
          i > text.length
            ? 'the compressed counts end within a number'
            : `character ${i - 1} ('${text[i - 1]}') of the compressed counts is none of COCO's`,
        );
      value += (bits & 0x1f) * weight;
      weight *= 32;
    } while (bits & 0x20);
    if (bits & 0x10) value -= weight;
    counts.push(counts.length > 2 ? value + counts[counts.length - 2] : value);
  }
  return counts;
}

function invalid(reason: string): SatwatchError {
  return new SatwatchError('MASK_INVALID', `COCO run lengths: ${reason}`, 'counts');
}
