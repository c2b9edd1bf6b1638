import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { bytesOf } from './bytes.js';

/** What `satwatch native` makes there, and so may remove: libraries by name and version, and those being made. */
const ours =
  /^(tensorflow|tensorflow-cpu|tensorflow-cpu-aws|nvidia)-[\d.]+-linux-(x64|arm64)(\.partial-.*)?$/;

/** Shared by all projects of a user; `SATWATCH_CACHE` moves it. */
export function cacheFolder(): string {
  const { SATWATCH_CACHE, XDG_CACHE_HOME } = process.env;
  return resolve(SATWATCH_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'satwatch'));
}

function cacheEntries(): string[] {
  const folder = cacheFolder();
  return existsSync(folder) ? readdirSync(folder).filter((name) => ours.test(name)) : [];
}

export function cacheBytes(): number {
  return cacheEntries().reduce((sum, name) => sum + bytesOf(join(cacheFolder(), name)), 0);
}

/** Removes what `satwatch native` has put there, and the folder if that was all; answers how many bytes that were. */
export function cleanCache(): number {
  const bytes = cacheBytes();
  for (const name of cacheEntries()) rmSync(join(cacheFolder(), name), { recursive: true, force: true });
  if (existsSync(cacheFolder()) && readdirSync(cacheFolder()).length === 0)
    rmSync(cacheFolder(), { recursive: true, force: true });
  return bytes;
}

/**
 * The folder of an entry. Where it is not there yet, `make` fills a folder beside it, which gets its name when it is
 * complete: an entry is whole or absent, and of two processes that make it at once, the later one's is thrown away.
 */
export async function cacheEntry(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const entry = join(cacheFolder(), name);
  if (existsSync(entry)) return entry;
  mkdirSync(cacheFolder(), { recursive: true });
  removeAbandoned();
  const partial = `${entry}.partial-${process.pid}`;
  const remove = () => rmSync(partial, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    remove();
    mkdirSync(partial);
    await make(partial);
    try {
      renameSync(partial, entry);
    } catch (error) {
      if (!existsSync(entry)) throw error;
    }
    return entry;
  } finally {
    remove();
    process.off('exit', remove);
  }
}

/** What killed processes have left; another machine may share the folder, so age decides, not the process id. */
function removeAbandoned(): void {
  const day = 24 * 3600 * 1000;
  for (const name of cacheEntries().filter((name) => name.includes('.partial-'))) {
    const path = join(cacheFolder(), name);
    try {
      if (Date.now() - statSync(path).mtimeMs > day) rmSync(path, { recursive: true, force: true });
    } catch {
      // Removed by its own process meanwhile.
    }
  }
}
