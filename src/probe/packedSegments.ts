import type { Mask, Segment } from '../types.js';
import type { Size } from './reader.js';

/**
 * An image's segments in a few bytes a run, where objects would take some 500 bytes a mask: numbers of 7 bits a byte,
 * the low ones first, 0x80 = more follows. The number of segments, then for each its name's place in `names`, its number
 * of runs, and for every run the pixels between the run before and it, and its length.
 */
export type PackedSegments = Uint8Array;

/** Names by their first use, shared by the images of a set. */
export class NameTable {
  readonly names: string[] = [];
  private readonly places = new Map<string, number>();

  placeOf(name: string): number {
    let place = this.places.get(name);
    if (place === undefined) {
      place = this.names.push(name) - 1;
      this.places.set(name, place);
    }
    return place;
  }
}

export function packSegments(segments: readonly Segment[], table: NameTable): PackedSegments {
  const bytes: number[] = [];
  const put = (value: number) => {
    let rest = value;
    for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
    bytes.push(rest);
  };
  put(segments.length);
  for (const { name, mask } of segments) {
    put(table.placeOf(name));
    put(mask.runs.length / 2);
    let end = 0;
    for (let r = 0; r < mask.runs.length; r += 2) {
      put(mask.runs[r] - end);
      put(mask.runs[r + 1]);
      end = mask.runs[r] + mask.runs[r + 1];
    }
  }
  return Uint8Array.from(bytes);
}

export function unpackSegments(
  packed: PackedSegments,
  { names }: NameTable,
  { width, height }: Size,
): Segment[] {
  let at = 0;
  const take = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = packed[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  return Array.from({ length: take() }, () => {
    const name = names[take()];
    const runs = new Uint32Array(2 * take());
    let end = 0;
    for (let r = 0; r < runs.length; r += 2) {
      runs[r] = end + take();
      runs[r + 1] = take();
      end = runs[r] + runs[r + 1];
    }
    const mask: Mask = { width, height, runs };
    return { name, mask };
  });
}
