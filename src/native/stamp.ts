import { readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addonPath } from './packages.js';
import type { Facts } from './tryBinding.js';

/** How the library came: by the package's own installer (or whoever), or by the wheel. */
export type Route = 'own' | 'wheel';

export interface Stamp {
  route: Route;
  cuda: boolean;
  facts: Facts;
}

/** Of a trial that went well, in the package's folder: gone with it, and void with another Node, addon or library. */
const file = (home: string) => join(home, '.satwatch.json');

/** What the trial depended on; null where a part of it is gone, such as a cache that was cleaned. */
function state(home: string): string | null {
  try {
    const addon = statSync(addonPath(home)).mtimeMs;
    // A link into a cache that was cleaned throws here.
    const libraries = process.platform === 'linux' ? 'deps/lib/libtensorflow_framework.so.2' : 'deps/lib';
    const lib = realpathSync(join(home, libraries));
    return JSON.stringify([process.version, process.arch, addon, lib, statSync(lib).mtimeMs]);
  } catch {
    return null;
  }
}

export function readStamp(home: string): Stamp | undefined {
  try {
    const { of, stamp } = JSON.parse(readFileSync(file(home), 'utf8')) as { of: string; stamp: Stamp };
    return of === state(home) ? stamp : undefined;
  } catch {
    return undefined;
  }
}

export function writeStamp(home: string, stamp: Stamp): void {
  const of = state(home);
  if (of !== null) writeFileSync(file(home), `${JSON.stringify({ of, stamp })}\n`);
}
