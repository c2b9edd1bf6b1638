import { Packer, Unpacker } from '../packedRuns.js';
import type { Segment } from '../types.js';
import type { Size } from './reader.js';

/**
 * An image's segments in a few bytes a run, where objects would take some 500 bytes a mask: the number of segments, then
 * for each its name's place in `names` and its runs.
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
  const packer = new Packer();
  packer.number(segments.length);
  for (const { name, mask } of segments) {
    packer.number(table.placeOf(name));
    packer.runs(mask.runs);
  }
  return Uint8Array.from(packer.bytes);
}

export function unpackSegments(
  packed: PackedSegments,
  { names }: NameTable,
  { width, height }: Size,
): Segment[] {
  const unpacker = new Unpacker(packed);
  return Array.from({ length: unpacker.number() }, () => ({
    name: names[unpacker.number()],
    mask: { width, height, runs: unpacker.runs() },
  }));
}
