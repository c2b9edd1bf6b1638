import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Of a file or of all files under a folder, links not followed; 0 where there is nothing, or no longer. */
export function bytesOf(path: string): number {
  try {
    const stat = lstatSync(path);
    if (!stat.isDirectory()) return stat.size;
    return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
  } catch {
    return 0; // what a download moves away meanwhile
  }
}

export const megabytes = (bytes: number) => `${Math.round(bytes / 1e6).toLocaleString('en')} MB`;
