import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import type { Tf } from '../../backend/types.js';
import { SatwatchError } from '../../errors.js';
import type { Segment } from '../../types.js';
import { refuse, shown } from '../optionChecks.js';
import type { Explained, ImageSegments, SaliencyMethod } from '../types.js';
import { type Fill, type Fills, fillsOf } from './fills.js';

export interface SegmentOptions {
  /** The named masks of each image; they may overlap. */
  segments: ImageSegments;
  /** What a removed segment's pixels become. */
  fill: Fill;
}

/** What the methods over segments have in common. */
export const bySegments: Pick<SaliencyMethod, 'options' | 'bySegments' | 'perImage'> = {
  options: { segments: undefined, fill: 'ring' },
  bySegments: true,
  perImage: ['segments'],
};

/** Gradients' worth of the forward passes that an image takes, by its number of segments; five where none are known. */
export function costBySegments(
  segments: ImageSegments | undefined,
  passes: (count: number) => number,
): number {
  const counts = segments?.length ? segments.map((list) => list.length) : [5];
  return counts.reduce((sum, count) => sum + passes(count), 0) / counts.length / 3;
}

export function checkSegments({ segments, fill }: SegmentOptions, shape?: readonly number[]): void {
  const expected = "'ring', 'mean', 'blur' or a colour in the model's range: a number, or one a channel";
  const colour = Array.isArray(fill) ? fill : [fill];
  if (
    !(['ring', 'mean', 'blur'] as unknown[]).includes(fill) &&
    !(colour.length && colour.every(Number.isFinite))
  )
    refuse('fill', shown(fill), expected);
  if (shape && Array.isArray(fill) && fill.length !== shape[3])
    refuse('fill', shown(fill), `${shape[3]} numbers, one a channel`);
  // Without images it is the monitor that asks, who hands in those of each batch.
  if (!shape && segments === undefined) return;
  const lists = 'a list of segments { name, mask } for each image';
  if (!Array.isArray(segments) || !segments.every(Array.isArray)) refuse('segments', kindOf(segments), lists);
  if (shape && segments.length !== shape[0])
    refuse('segments', `${segments.length} lists`, `one for each of the ${shape[0]} images`);
  for (const list of segments) for (const segment of list) checkSegment(segment, lists, shape);
}

function checkSegment(segment: Segment, expected: string, shape?: readonly number[]): void {
  if (typeof segment?.name !== 'string' || !(segment.mask?.runs instanceof Uint32Array))
    refuse(
      'segments',
      `one that is ${kindOf(segment)}`,
      `${expected}; masks come from maskFromBitmap and its like`,
    );
  const { width, height } = segment.mask;
  if (shape && (height !== shape[1] || width !== shape[2]))
    throw new SatwatchError(
      'MASK_SIZE',
      `segment '${segment.name}': its mask is ${width}x${height}, the images are ${shape[2]}x${shape[1]}; give masks of the images' size`,
      segment.name,
    );
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  return Array.isArray(value) ? 'a list of something else' : `a ${typeof value}`;
}

/** The batch's own lists, and what each image's segments are filled with. */
export function filledOf({ tf, first }: Explained, images: Tensor4D, { segments, fill }: SegmentOptions) {
  const [n, ...size] = images.shape;
  const lists = segments.slice(first, first + n);
  const values = images.dataSync() as Float32Array;
  const length = values.length / n;
  const fills = lists.map((list, i) => {
    const image: Tensor3D = images.slice([i, 0, 0, 0], [1, ...size]).squeeze([0]);
    try {
      return fillsOf(tf, image, values.subarray(i * length, (i + 1) * length), list, fill);
    } finally {
      image.dispose();
    }
  });
  return { lists, fills };
}

/** An image of the batch, and which of its segments go. */
export interface Removal {
  image: number;
  removed: (place: number) => boolean;
}

/** The scores of images without some of their segments; whoever's turn it is, the batches are full. */
export function scoresWithout(
  { tf, scores, atOnce }: Explained,
  images: Tensor4D,
  fills: readonly Fills[],
  removals: readonly Removal[],
): Float64Array {
  const [, ...size] = images.shape;
  const length = size.reduce((product, side) => product * side, 1);
  const result = new Float64Array(removals.length);
  for (let start = 0; start < removals.length; start += atOnce) {
    const some = removals.slice(start, start + atOnce);
    const values = new Float32Array(some.length * length);
    some.forEach(({ image, removed }, k) => {
      fills[image].without(removed, values.subarray(k * length, (k + 1) * length));
    });
    const scored = tf.tidy(() =>
      scores(
        tf.tensor4d(values, [some.length, size[0], size[1], size[2]]),
        some.map(({ image }) => image),
      ).dataSync(),
    );
    result.set(scored, start);
  }
  return result;
}

/** [n,h,w,1]: at each pixel the sum of the values of the segments that cover it. */
export function segmentMap(
  tf: Tf,
  [n, height, width]: readonly number[],
  lists: ImageSegments,
  values: readonly ArrayLike<number>[],
): Tensor4D {
  const area = height * width;
  const sums = new Float64Array(n * area);
  lists.forEach((list, i) => {
    list.forEach(({ mask: { runs } }, s) => {
      for (let r = 0; r < runs.length; r += 2) {
        const start = i * area + runs[r];
        for (let at = start; at < start + runs[r + 1]; at++) sums[at] += values[i][s];
      }
    });
  });
  return tf.tensor4d(Float32Array.from(sums), [n, height, width, 1]);
}
