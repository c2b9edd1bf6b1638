import { createHash } from 'node:crypto';
import type { Response } from 'express';
import type { StoredMap } from '../../src/types.js';

/**
 * Answers with bytes under a strong ETag; Express answers 304 where the reader has them already. `immutable`: what the
 * address names never changes, so it need not be asked for again.
 */
export function sendBytes(
  response: Response,
  type: string,
  bytes: Buffer,
  { immutable }: { immutable: boolean },
): void {
  response.set({
    'Content-Type': type,
    'Cache-Control': immutable ? 'private, max-age=31536000, immutable' : 'private, no-cache',
    ETag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`,
  });
  response.send(bytes);
}

/** The peak, which 127 stands for, then the map. */
export function mapBytes({ peak, values }: StoredMap): Buffer {
  const bytes = Buffer.alloc(4 + values.length);
  bytes.writeFloatLE(peak, 0);
  bytes.set(values, 4);
  return bytes;
}
