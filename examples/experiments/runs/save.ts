import { renameSync, writeFileSync } from 'node:fs';

/** Writes the file whole or not at all, so that one that exists is a result. */
export function save(file: string, content: string | Buffer): void {
  writeFileSync(`${file}.part`, content);
  renameSync(`${file}.part`, file);
}
