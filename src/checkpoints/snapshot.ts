import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isGone } from './find.js';

/** A checkpoint's files as they were at one moment. */
export interface Snapshot {
  contents: Map<string, Buffer>;
  /** SHA-256 of the files' names and contents: the same checkpoint copied elsewhere has the same. */
  hash: string;
}

/**
 * Read into memory once, so that what is hashed is what is loaded, whatever becomes of the files. null where one of them
 * is gone.
 */
export async function readSnapshot(path: string, files: readonly string[]): Promise<Snapshot | null> {
  const contents = new Map<string, Buffer>();
  const hash = createHash('sha256');
  try {
    for (const file of [...files].sort()) {
      const bytes = await readFile(join(path, file));
      contents.set(file, bytes);
      hash.update(`${file}\0${bytes.length}\0`).update(bytes);
    }
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
  return { contents, hash: hash.digest('hex') };
}
