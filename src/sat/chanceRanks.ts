import type { Mask, Segment } from '../types.js';
import { localRanks } from './localRanks.js';
import { refuseOtherSize } from './prefixSums.js';
import { seededRandom } from './random.js';

/** A circular shift: down by `dy` rows and right by `dx` columns, as numpy's `roll(map, (dy, dx), (0, 1))`. */
export interface Offset {
  dy: number;
  dx: number;
}

/** Both in the order of the names asked for. */
export interface ChanceRanks {
  /** Mean rank among the present segments; NaN where the segment is absent. */
  relative: Float64Array;
  /** Mean rank in the table padded to all names with attribution 0. */
  absolute: Float64Array;
}

/**
 * `count` random shifts for one image, the identity never among them. They depend on the seed and the image's index
 * only: every observation of a run shifts alike, so the chance rank moves with the maps and not with the dice.
 */
export function shiftOffsets(
  seed: number,
  imageIndex: number,
  count: number,
  width: number,
  height: number,
): Offset[] {
  const random = seededRandom(seed ^ Math.imul(imageIndex + 1, 0x27d4eb2f));
  return Array.from({ length: count }, () => {
    const pixel = 1 + Math.floor(random() * (width * height - 1));
    return { dy: Math.floor(pixel / width) % height, dx: pixel % width };
  });
}

/**
 * The chance rank of each segment in one image: the mean local rank it gets on the same map shifted circularly by
 * each of `offsets`, that is, what its size and shape alone would give. (|mean| of a signed map over few pixels is
 * large by chance, so small segments rank high on any network.)
 *
 * @param prefix prefix sums of a finite map of h·w pixels
 * @param segments the image's segments
 * @param names all segment names of the probe set: the order of the result and the padding of the absolute table
 * @throws SatwatchError MASK_SIZE where a mask has another size than the map
 */
export function chanceRanks(
  prefix: Float64Array,
  segments: readonly Segment[],
  names: readonly string[],
  offsets: readonly Offset[],
): ChanceRanks {
  for (const segment of segments) refuseOtherSize(prefix.length - 1, segment);
  const masks = new Map(segments.map(({ name, mask }) => [name, mask]));
  const present = names.flatMap((name, i) => (masks.get(name)?.runs.length ? [i] : []));
  const shapes = present.map((i) => masks.get(names[i])!);

  const relative = new Float64Array(names.length).fill(Number.NaN);
  const absolute = new Float64Array(names.length);
  for (const i of present) relative[i] = 0;
  for (const offset of offsets) {
    const table = new Float64Array(names.length);
    present.forEach((i, k) => {
      table[i] = shiftedMean(prefix, shapes[k], offset);
    });
    localRanks(table).forEach((rank, i) => {
      absolute[i] += rank / offsets.length;
    });
    localRanks(present.map((i) => table[i])).forEach((rank, k) => {
      relative[present[k]] += rank / offsets.length;
    });
  }
  return { relative, absolute };
}

/** Mean over the mask of the map shifted by the offset: the mask is moved the other way over the map as it is. */
function shiftedMean(prefix: Float64Array, mask: Mask, { dy, dx }: Offset): number {
  const { width, height } = mask;
  const up = ((-dy % height) + height) % height;
  const left = ((-dx % width) + width) % width;
  const pieces = rowPieces(mask);
  let [sum, count] = [0, 0];
  for (let p = 0; p < pieces.length; p += 3) {
    const length = pieces[p + 2];
    const row = ((pieces[p] + up) % height) * width;
    const x = (pieces[p + 1] + left) % width;
    const end = Math.min(x + length, width);
    sum += prefix[row + end] - prefix[row + x];
    // What runs out of the row on the right comes in again on its left.
    sum += prefix[row + x + length - end] - prefix[row];
    count += length;
  }
  return sum / count;
}

const pieceCache = new WeakMap<Mask, Uint32Array>();

/** The mask's runs cut at the ends of rows: [row, column, length, …]. Masks do not change, so they are cut once. */
function rowPieces(mask: Mask): Uint32Array {
  let pieces = pieceCache.get(mask);
  if (pieces) return pieces;
  const { width, runs } = mask;
  const list: number[] = [];
  for (let r = 0; r < runs.length; r += 2) {
    const end = runs[r] + runs[r + 1];
    for (let start = runs[r]; start < end; ) {
      const column = start % width;
      const length = Math.min(end - start, width - column);
      list.push((start - column) / width, column, length);
      start += length;
    }
  }
  pieces = Uint32Array.from(list);
  pieceCache.set(mask, pieces);
  return pieces;
}
