import { isAbsolute, relative, resolve, sep } from 'node:path';
import { SatwatchError } from '../errors.js';

/** @throws SatwatchError CHECKPOINT_UNREADABLE where a file that a checkpoint names lies outside its folder */
export function confined(folder: string, file: string): void {
  const inside = relative(folder, resolve(folder, file));
  if (
    isAbsolute(file) ||
    inside === '..' ||
    inside.startsWith(`..${sep}`) ||
    isAbsolute(inside) ||
    file.includes('\0')
  )
    throw new SatwatchError(
      'CHECKPOINT_UNREADABLE',
      `it names the file '${file}', which is outside its folder; it is left alone`,
      file,
    );
}
