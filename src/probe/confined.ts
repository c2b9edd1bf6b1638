import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { SatwatchError } from '../errors.js';

/**
 * The path inside the folder. A probe set that somebody else made must not reach for other files of this machine.
 *
 * @throws SatwatchError PROBE_INVALID where it leads out, or is written so that another system would read it otherwise
 */
export function confined(root: string, path: string, where: string): string {
  const refuse = (flaw: string) =>
    new SatwatchError(
      'PROBE_INVALID',
      `${where}: the path '${path}' ${flaw}; give paths inside the folder of the file, with / between their parts`,
      path,
    );
  if (path.includes('\0')) throw refuse('has a null byte in it');
  if (path.includes('\\')) throw refuse('has a backslash in it');
  const inside = relative(root, resolve(root, path));
  if (isAbsolute(path) || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside))
    throw refuse('leads out of the folder');
  return join(root, inside);
}
