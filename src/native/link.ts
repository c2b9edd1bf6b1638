import { existsSync, mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { libraries } from './library.js';

/** Whether the package's library is linked from the cache, and CUDA's beside it. */
export function linkedLibraries(home: string): { wheel: boolean; cuda: boolean } {
  try {
    // The package's own installer makes links, too, within the folder.
    const wheel = isAbsolute(readlinkSync(join(home, 'deps/lib', libraries[1])));
    return { wheel, cuda: wheel && existsSync(join(home, 'deps/nvidia')) };
  } catch {
    return { wheel: false, cuda: false };
  }
}

/**
 * Links the cached libraries into the package's `deps`: nothing is copied, 440 MB are on the disk once. What lies
 * beside `tensorflow` in the wheels (`nvidia`, an OpenMP library on arm64) is linked beside `lib`, where the library's
 * own run path looks for it.
 */
export function linkLibraries(home: string, entries: string[]): void {
  const deps = join(home, 'deps');
  rmSync(deps, { recursive: true, force: true });
  mkdirSync(join(deps, 'lib'), { recursive: true });
  const [tensorflow] = entries;
  for (const library of libraries)
    symlinkSync(join(tensorflow, 'tensorflow', library), join(deps, 'lib', library));
  for (const entry of entries)
    for (const { name } of readdirSync(entry, { withFileTypes: true }).filter((item) => item.isDirectory()))
      if (name !== 'tensorflow') symlinkSync(join(entry, name), join(deps, name));
}
