import { deflateSync, inflateSync } from 'node:zlib';
import { Packer, Unpacker } from '../packedRuns.js';
import type { Segment, StoredMap } from '../types.js';
import type { StoredProbeSet } from './layout.js';

export interface Prediction {
  /** null where the model's output was not finite. */
  predicted: number | null;
  /** The label's logit − the largest other logit. */
  margin: number | null;
}

const bytesEach = 6;
const notFinite = 0xffff;

/** Six bytes an image: margin float32, class uint16, little endian. */
export function encodePredictions(predictions: readonly Prediction[]): Buffer {
  const blob = Buffer.alloc(predictions.length * bytesEach);
  predictions.forEach(({ predicted, margin }, i) => {
    blob.writeFloatLE(margin ?? Number.NaN, i * bytesEach);
    blob.writeUInt16LE(predicted ?? notFinite, i * bytesEach + 4);
  });
  return blob;
}

/** `blob` is null in observations of a satwatch that did not keep them. */
export function decodePrediction(blob: Buffer | null, index: number): Prediction {
  if (!blob) return { predicted: null, margin: null };
  const [margin, predicted] = [blob.readFloatLE(index * bytesEach), blob.readUInt16LE(index * bytesEach + 4)];
  return {
    predicted: predicted === notFinite ? null : predicted,
    margin: Number.isNaN(margin) ? null : margin,
  };
}

/** float32, one a segment that the image shows, in the order of the layout; NaN for all where the image was invalid. */
export function encodeFloats(values: readonly number[]): Buffer {
  return Buffer.from(Float32Array.from(values).buffer);
}

/** Values of both signs in −127..127 of the largest magnitude; null where that is not finite. */
export function quantise(map: Float32Array): StoredMap | null {
  let peak = 0;
  for (const value of map) {
    if (!Number.isFinite(value)) return null;
    peak = Math.max(peak, Math.abs(value));
  }
  const scale = peak === 0 ? 0 : 127 / peak;
  return { peak, values: Int8Array.from(map, (value) => Math.round(value * scale)) };
}

export function encodeMap({ values }: StoredMap): Buffer {
  return deflateSync(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
}

export function decodeMap(peak: number, blob: Buffer): StoredMap {
  const bytes = inflateSync(blob);
  return { peak, values: new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

/** The masks of an image's segments, in the order of the layout. */
export function encodeMasks(segments: readonly Segment[], probe: StoredProbeSet, image: number): Buffer {
  const packer = new Packer();
  const byName = new Map(segments.map(({ name, mask }) => [name, mask.runs]));
  for (const name of shown(probe, image)) packer.runs(byName.get(name)!);
  return Buffer.from(packer.bytes);
}

export function decodeMasks(blob: Buffer, probe: StoredProbeSet, image: number): Segment[] {
  const unpacker = new Unpacker(blob);
  const { width, height } = probe;
  return shown(probe, image).map((name) => ({ name, mask: { width, height, runs: unpacker.runs() } }));
}

/** Names of the segments that an image shows, in the order of the layout. */
function shown(probe: StoredProbeSet, image: number): string[] {
  const [, , segments] = probe.images[image];
  return segments.filter((_, i) => i % 2 === 0).map((index) => probe.segmentNames[index]);
}
