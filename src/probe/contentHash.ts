import { createHash } from 'node:crypto';
import type { ProbeSet } from '../types.js';

/**
 * SHA-256 over everything a measurement depends on: sizes, class names, roles, and each image's id, label, pixels and
 * segments. The order of images counts, the order of roles and of an image's segments (sorted before) does not.
 */
export function contentHash(set: Omit<ProbeSet, 'id'>): string {
  const hash = createHash('sha256');
  const { width, height, channels, classNames } = set;
  const roles = Object.entries(set.roles).sort(([a], [b]) => (a < b ? -1 : 1));
  hash.update(line({ width, height, channels, classNames, roles }));
  for (const { id, label, pixels, segments } of set.images) {
    // Each line says how many bytes follow it, so no two sets give the same stream.
    const runs = segments.map(({ name, mask }) => [name, mask.runs.length]);
    hash.update(line({ id, label, kind: pixels instanceof Float32Array ? 'float32' : 'uint8', runs }));
    hash.update(bytes(pixels));
    for (const { mask } of segments) hash.update(bytes(mask.runs));
  }
  return hash.digest('hex');
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

function bytes({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
