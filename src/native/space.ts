import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { megabytes } from './bytes.js';
import { failure } from './failure.js';

/** @throws SatwatchError where the file system of `path`, which need not exist yet, has fewer free bytes than `needed`. */
export function refuseFull(path: string, needed: number, mend: string): void {
  let place = path;
  while (!existsSync(place)) place = dirname(place);
  const { bavail, bsize } = statfsSync(place);
  const free = bavail * bsize;
  if (free < needed)
    throw failure(
      'space',
      `${megabytes(free)} are free at ${place}, and ${megabytes(needed)} are needed: ${mend}`,
    );
}
