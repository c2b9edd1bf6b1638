import type { ProbeSet, SatRow } from '../types.js';

/**
 * The order of an observation's blob: image after image, each image's present segments in the order of
 * `segmentNames`. `[image id, label, [segment index, area, segment index, area, …]]`.
 */
export type BlobLayout = [id: string, label: number, segments: number[]][];

/** A probe set without its pixels and masks. */
export type StoredProbeSet = Omit<ProbeSet, 'images'> & { images: BlobLayout };

export function describeProbeSet(probe: ProbeSet): StoredProbeSet {
  const index = new Map(probe.segmentNames.map((name, i) => [name, i]));
  const images: BlobLayout = probe.images.map((image) => {
    const present = image.segments
      .map(({ name, mask }): [number, number] => [index.get(name)!, area(mask.runs)])
      .filter(([, pixels]) => pixels > 0)
      .sort(([a], [b]) => a - b);
    return [image.id, image.label, present.flat()];
  });
  const { id, width, height, channels, classNames, segmentNames, roles } = probe;
  return { id, width, height, channels, classNames, segmentNames, roles, images };
}

/** Four bytes a row; a null SAT (an invalid image) is written as NaN. */
export function encodeSats(sats: readonly (SatRow[] | null)[], probe: StoredProbeSet): Buffer {
  // A map and a list for all images: one for each took most of a commit's time.
  const index = new Map(probe.segmentNames.map((name, i) => [name, i]));
  const attributions = new Float64Array(probe.segmentNames.length);
  const blob = Buffer.alloc(2 * probe.images.reduce((sum, [, , segments]) => sum + segments.length, 0));
  let at = 0;
  probe.images.forEach(([, , segments], i) => {
    attributions.fill(Number.NaN);
    for (const row of sats[i] ?? []) attributions[index.get(row.segment)!] = row.attribution;
    for (let s = 0; s < segments.length; s += 2) at = blob.writeFloatLE(attributions[segments[s]], at);
  });
  return blob;
}

export interface AttributionRow {
  segment: string;
  area: number;
  attribution: number;
}

/** An image's rows without ranks; null where the image was invalid. */
export function decodeAttributions(blob: Buffer, probe: StoredProbeSet): (AttributionRow[] | null)[] {
  let at = 0;
  return probe.images.map(([, , segments], image) => {
    const rows = decodeRows(blob.subarray(at), probe, image);
    at += 2 * segments.length;
    return rows;
  });
}

/** Of one image, whose attributions the blob starts with. */
export function decodeRows(blob: Buffer, probe: StoredProbeSet, image: number): AttributionRow[] | null {
  const [, , segments] = probe.images[image];
  const rows: AttributionRow[] = [];
  for (let s = 0; s < segments.length; s += 2)
    rows.push({
      segment: probe.segmentNames[segments[s]],
      area: segments[s + 1],
      attribution: blob.readFloatLE(2 * s),
    });
  return rows.some((row) => Number.isNaN(row.attribution)) ? null : rows;
}

function area(runs: Uint32Array): number {
  let sum = 0;
  for (let i = 1; i < runs.length; i += 2) sum += runs[i];
  return sum;
}
