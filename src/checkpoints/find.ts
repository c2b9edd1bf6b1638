import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Format, formats } from './formats/index.js';
import { isFile } from './isFile.js';
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
  const names = await filesAmong(join(folder, name), entries);
  const own = formats.find((format) => format.matches(name, names));
  if (own) await add(folder, name, own, found);
  const inside = (child: string) => (name ? `${name}/${child}` : child);
  for (const file of names) {
    const format = formats.find((one) => one.matches(file, null));
    if (format) await add(folder, inside(file), format, found);
  }
  // Links to folders are not followed: they lead to what is there already, or round in a circle.
  for (const entry of entries)
    if (entry.isDirectory() && levels > 0) await walk(folder, inside(entry.name), levels - 1, found);
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
  const inside = async (folder: string) => {
    const names = await filesAmong(join(path, folder), await list(join(path, folder)));
    return names.map((name) => join(folder, name));
  };
  const files = [...(await inside('')), ...(await inside('variables'))];
  return files.filter((file) => ofModel.test(file)).sort();
}

/** Names of the regular files, also behind links; pipes and links to nothing can not be read. */
async function filesAmong(folder: string, entries: readonly Dirent[]): Promise<string[]> {
  const names: string[] = [];
  for (const entry of entries)
    if (entry.isFile() || (entry.isSymbolicLink() && (await isFile(join(folder, entry.name)))))
      names.push(entry.name);
  return names;
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
