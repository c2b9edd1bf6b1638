import { seededRandom } from '../random.js';
import type { Mask, Segment } from '../types.js';
import { refuseOtherSize } from './bounds.js';
import { localRanks } from './localRanks.js';

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
  const pieces = shapes.map(rowPieces);

  const relative = new Float64Array(names.length).fill(Number.NaN);
  const absolute = new Float64Array(names.length);
  for (const i of present) relative[i] = 0;
  const means = new Float64Array(present.length);
  for (const offset of offsets) {
    for (let k = 0; k < shapes.length; k++) means[k] = shiftedMean(prefix, shapes[k], pieces[k], offset);
    const ranks = localRanks(means);
    const padded = present.length === names.length ? ranks : paddedRanks(means, ranks, present, names.length);
    for (let k = 0; k < present.length; k++) relative[present[k]] += ranks[k] / offsets.length;
    for (let i = 0; i < names.length; i++) absolute[i] += padded[i] / offsets.length;
  }
  return { relative, absolute };
}

/** Ranks in the table with a 0 for each absent name: what is not zero keeps its place, and all zeros tie behind it. */
function paddedRanks(
  means: Float64Array,
  ranks: Float64Array,
  present: readonly number[],
  names: number,
): Float64Array {
  const notZero = means.reduce((count, mean) => count + (mean === 0 ? 0 : 1), 0);
  const padded = new Float64Array(names).fill((notZero + 1 + names) / 2);
  present.forEach((i, k) => {
    if (means[k] !== 0) padded[i] = ranks[k];
  });
  return padded;
}

/** Mean over the mask of the map shifted by the offset: the mask is moved the other way over the map as it is. */
function shiftedMean(
  prefix: Float64Array,
  { width, height }: Mask,
  pieces: Int32Array,
  { dy, dx }: Offset,
): number {
  const up = (height - ((dy | 0) % height)) % height;
  const left = (width - ((dx | 0) % width)) % width;
  let sum = 0;
  let count = 0;
  for (let p = 0; p < pieces.length; p += 3) {
    const length = pieces[p + 2];
    const row = width * wrapped(pieces[p] + up, height);
    const x = wrapped(pieces[p + 1] + left, width);
    // What runs out of the row on the right comes in again on its left.
    const over = notNegative(x + length - width);
    sum += prefix[row + x + length - over] - prefix[row + x] + (prefix[row + over] - prefix[row]);
    count += length;
  }
  return sum / count;
}

// Without branches: which pieces wrap is for no processor to foretell, and this is most of what an observation costs
// beside the model.
const wrapped = (at: number, size: number) => at - (size & ((size - 1 - at) >> 31));
const notNegative = (value: number) => value & ~(value >> 31);

const pieceCache = new WeakMap<Mask, Int32Array>();

/** The mask's runs cut at the ends of rows: [row, column, length, …]. Masks do not change, so they are cut once. */
function rowPieces(mask: Mask): Int32Array {
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
  pieces = Int32Array.from(list);
  pieceCache.set(mask, pieces);
  return pieces;
}
