import { SatwatchError } from '../errors.js';
import type { Mask, Segment } from '../types.js';

/** Where the runs of an image's segments begin and end, in one list. */
export interface Bounds {
  /** [start, end, start, end, …], the first segment's runs first; ends are exclusive. */
  ends: Int32Array;
  /** Where each segment's part of `ends` ends. */
  until: Int32Array;
  /** Pixels inside each segment. */
  areas: Float64Array;
}

const cache = new WeakMap<readonly Segment[], Bounds & { masks: Mask[]; pixels: number }>();

/**
 * The bounds of these segments. Masks do not change and are met at every observation, so they are read once: with 200
 * segments that halves the time of a look-up. A list that got other masks is read anew.
 *
 * @throws SatwatchError MASK_SIZE where a mask was not drawn over a map of this many pixels
 */
export function boundsOf(segments: readonly Segment[], pixels: number): Bounds {
  const known = cache.get(segments);
  if (known && known.pixels === pixels && sameMasks(segments, known.masks)) return known;
  for (const segment of segments) refuseOtherSize(pixels, segment);
  const masks = segments.map(({ mask }) => mask);
  const bounds = { ...read(masks), masks, pixels };
  cache.set(segments, bounds);
  return bounds;
}

/** Looks at the segments alone: with 200 of them, reading each mask's size as well would take as long as their means. */
function sameMasks(segments: readonly Segment[], masks: readonly Mask[]): boolean {
  if (segments.length !== masks.length) return false;
  for (let s = 0; s < masks.length; s++) if (segments[s].mask !== masks[s]) return false;
  return true;
}

function read(masks: readonly Mask[]): Bounds {
  const ends = new Int32Array(masks.reduce((sum, { runs }) => sum + runs.length, 0));
  const until = new Int32Array(masks.length);
  const areas = new Float64Array(masks.length);
  let at = 0;
  masks.forEach(({ runs }, s) => {
    for (let r = 0; r < runs.length; r += 2) {
      ends[at++] = runs[r];
      ends[at++] = runs[r] + runs[r + 1];
      areas[s] += runs[r + 1];
    }
    until[s] = at;
  });
  return { ends, until, areas };
}

/** Refuses a mask that was not drawn over a map of this many pixels. */
export function refuseOtherSize(pixels: number, { name, mask }: Segment): void {
  if (mask.width * mask.height !== pixels)
    throw new SatwatchError(
      'MASK_SIZE',
      `segment '${name}': its mask is ${mask.width}x${mask.height} (${mask.width * mask.height} pixels), ` +
        `the attribution map has ${pixels} pixels; give masks of the map's size`,
      name,
    );
}
