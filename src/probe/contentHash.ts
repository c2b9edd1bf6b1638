import { createHash, type Hash } from 'node:crypto';
import type { ProbeImage, ProbeSet } from '../types.js';
import { background } from './roles.js';

/**
 * SHA-256 over everything a measurement depends on: sizes, class names, roles, and each image's id, label, pixels and
 * segments. The order of images counts, the order of roles and of an image's segments (sorted before) does not.
 * Images are added one by one, so that none has to be kept.
 */
export class ContentHash {
  /**
   * The stream begins with the roles, and whether `background` is among them is known only when an image shows one: until
   * then both streams are hashed.
   */
  private readonly streams: { bare?: Hash; full: Hash };
  private seen = false;

  constructor(
    set: Pick<ProbeSet, 'width' | 'height' | 'channels' | 'classNames'>,
    given: Readonly<ProbeSet['roles']>,
  ) {
    const { width, height, channels, classNames } = set;
    const stream = (named: Readonly<ProbeSet['roles']>) => {
      const roles = Object.entries(named).sort(([a], [b]) => (a < b ? -1 : 1));
      return createHash('sha256').update(line({ width, height, channels, classNames, roles }));
    };
    this.streams = { bare: stream(given), full: stream({ ...background, ...given }) };
  }

  add({ id, label, pixels, segments }: ProbeImage): void {
    if (!this.seen && segments.some(({ name }) => name === 'background')) {
      this.seen = true;
      this.streams.bare = undefined;
    }
    // Each line says how many bytes follow it, so no two sets give the same stream.
    const runs = segments.map(({ name, mask }) => [name, mask.runs.length]);
    const head = line({ id, label, kind: pixels instanceof Float32Array ? 'float32' : 'uint8', runs });
    for (const hash of [this.streams.bare, this.streams.full]) {
      hash?.update(head).update(bytes(pixels));
      for (const { mask } of segments) hash?.update(bytes(mask.runs));
    }
  }

  digest(): string {
    return (this.streams.bare ?? this.streams.full).digest('hex');
  }
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

function bytes({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
