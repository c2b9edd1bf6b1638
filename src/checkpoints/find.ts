import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Format, formats } from './formats/index.js';
import { type Placed, placeOf } from './place.js';

/** Something in the watched folder that looks like a checkpoint, whole or not. */
export interface Candidate extends Placed {
  path: string;
  format: Format;
  /** Names, sizes and times of its files: as long as this is the same, nothing was written. */
  state: string;
}

/** Folders within folders within the watched one. */
const depth = 4;

/** Every candidate in the folder and below; hidden files and folders are left out. */
export async function findCheckpoints(folder: string): Promise<Candidate[]> {
  const found: Candidate[] = [];
  await walk(folder, '', depth, found);
  return found;
}

async function walk(folder: string, name: string, levels: number, found: Candidate[]): Promise<void> {
  const entries = (await list(join(folder, name))).filter((entry) => !entry.name.startsWith('.'));
  const names = entries.map((entry) => entry.name);
  const own = formats.find((format) => format.matches(name, names));
  if (own) await add(folder, name, own, found);
  for (const entry of entries) {
    const child = name ? `${name}/${entry.name}` : entry.name;
    const format = formats.find((one) => one.matches(entry.name, null));
    // Links to folders are not followed: they lead to what is there already, or round in a circle.
    if (!entry.isDirectory()) {
      if (format) await add(folder, child, format, found);
    } else if (levels > 0) await walk(folder, child, levels - 1, found);
  }
}

async function add(folder: string, name: string, format: Format, found: Candidate[]): Promise<void> {
  const path = join(folder, name);
  const seen = await stateOf(path);
  // Deleted since its folder was listed.
  if (seen) found.push({ name: name || basename(folder), path, format, ...placeOf(name), ...seen });
}

/** null where it is gone, or not ours to read. */
export async function stateOf(path: string): Promise<{ state: string; time: number } | null> {
  try {
    const own = await stat(path);
    const files = own.isDirectory() ? await filesOf(path) : [''];
    const stats = await Promise.all(files.map((file) => stat(join(path, file))));
    return {
      state: files.map((file, i) => `${file}:${stats[i].size}:${stats[i].mtimeMs}`).join('\n'),
      time: Math.max(...stats.map(({ mtimeMs }) => mtimeMs)),
    };
  } catch (error) {
    if (isGone(error) || isForbidden(error)) return null;
    throw error;
  }
}

/** A folder may hold other things too, such as a log that grows. */
const ofModel = /\.(json|bin|pb|index)$|shard|\.data-/i;

/** In the folder, and in the folder of a SavedModel's variables. */
async function filesOf(path: string): Promise<string[]> {
  const inside = async (folder: string) =>
    (await list(join(path, folder)))
      .filter((entry) => entry.isFile())
      .map((entry) => join(folder, entry.name));
  const files = [...(await inside('')), ...(await inside('variables'))];
  return files.filter((file) => ofModel.test(file)).sort();
}

async function list(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (isGone(error) || isForbidden(error)) return [];
    throw error;
  }
}

/** Whether a file was deleted before it could be read. */
export function isGone(error: unknown): boolean {
  return hasCode(error, ['ENOENT', 'ENOTDIR']);
}

function isForbidden(error: unknown): boolean {
  return hasCode(error, ['EACCES', 'EPERM', 'ELOOP']);
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException)?.code ?? '');
}
