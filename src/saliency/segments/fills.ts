import type { Tensor, Tensor3D } from '@tensorflow/tfjs';
import type { Tf } from '../../backend/types.js';
import type { Mask, Segment } from '../../types.js';

/**
 * What stands in a removed segment's place: the mean colour of the two-pixel ring around it, the image's mean colour, the
 * image blurred by a box of an eighth of its shorter side three times (≈ a Gaussian), or a colour in the model's range.
 * Ring and blur are those of the reliance test.
 */
export type Fill = 'ring' | 'mean' | 'blur' | number | number[];

/** Width of the ring, in pixels. */
const ring = 2;

/** An image and what its segments are filled with; all is read off the image as it is. */
export interface Fills {
  /** Places of the segments that have a pixel. */
  present: number[];
  /** The image without some segments, into `result`: where removed segments overlap, the largest one's fill stands. */
  without(removed: (place: number) => boolean, result: Float32Array): void;
}

/** `picture`: the image's own values. */
export function fillsOf(
  tf: Tf,
  image: Tensor3D,
  picture: Float32Array,
  segments: readonly Segment[],
  fill: Fill,
): Fills {
  const channels = image.shape[2];
  const present = segments.flatMap(({ mask }, place) => (mask.runs.length > 0 ? [place] : []));
  const blurred = fill === 'blur' ? valuesOf(tf, () => blur(tf, image)) : undefined;
  const smallFirst = present
    .map((place) => {
      const { mask } = segments[place];
      const colour = fill === 'blur' ? [] : valuesOf(tf, () => colourOf(tf, image, mask, fill));
      return { place, mask, colour };
    })
    .sort((a, b) => areaOf(a.mask) - areaOf(b.mask));
  return {
    present,
    without(removed, result) {
      result.set(picture);
      for (const { place, mask, colour } of smallFirst) {
        if (!removed(place)) continue;
        for (let r = 0; r < mask.runs.length; r += 2) {
          const [start, end] = [mask.runs[r] * channels, (mask.runs[r] + mask.runs[r + 1]) * channels];
          if (blurred) result.set(blurred.subarray(start, end), start);
          else for (let k = start; k < end; k++) result[k] = colour[(k - start) % channels];
        }
      }
    },
  };
}

function valuesOf(tf: Tf, make: () => Tensor): Float32Array {
  const tensor = tf.tidy(make);
  try {
    return tensor.dataSync() as Float32Array;
  } finally {
    tensor.dispose();
  }
}

function areaOf({ runs }: Mask): number {
  let area = 0;
  for (let r = 1; r < runs.length; r += 2) area += runs[r];
  return area;
}

/** [c] */
function colourOf(tf: Tf, image: Tensor3D, mask: Mask, fill: Exclude<Fill, 'blur'>): Tensor {
  if (Array.isArray(fill)) return tf.tensor1d(fill);
  if (typeof fill === 'number') return tf.fill([image.shape[2]], fill);
  const around = fill === 'ring' ? ringAround(tf, mask) : undefined;
  const pixels = around?.sum().dataSync()[0];
  // A segment that leaves no room for a ring gets the image's colour.
  return pixels ? image.mul(around!).sum([0, 1]).div(pixels) : image.mean([0, 1]);
}

/** [h,w,1]: 1 on the ring, 0 elsewhere. */
function ringAround(tf: Tf, { width, height, runs }: Mask): Tensor {
  const inside = new Float32Array(width * height);
  for (let r = 0; r < runs.length; r += 2) inside.fill(1, runs[r], runs[r] + runs[r + 1]);
  const mask = tf.tensor4d(inside, [1, height, width, 1]);
  return tf
    .maxPool(mask, 2 * ring + 1, 1, 'same')
    .sub(mask)
    .squeeze([0]);
}

function blur(tf: Tf, image: Tensor3D): Tensor3D {
  const radius = Math.max(1, Math.round(Math.min(image.shape[0], image.shape[1]) / 16));
  // Its 'same' takes the mean over the pixels that are there.
  const box = (x: Tensor3D) => tf.avgPool(x, 2 * radius + 1, 1, 'same');
  return box(box(box(image)));
}
