import { readdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Tf } from '../backend/types.js';
import { SatwatchError } from '../errors.js';
import { isGone } from './find.js';
import { formats, type LoadedModel } from './formats/index.js';
import { readSnapshot } from './snapshot.js';

const expected = 'a TensorFlow.js folder (with its model.json), a .keras or .h5 file, or a SavedModel folder';

/**
 * One model from its file or folder, in every form that checkpoints are read in. A TensorFlow.js model may also be named
 * by its `model.json`.
 * @throws SatwatchError CHECKPOINT_UNREADABLE
 */
export async function loadModel(
  tf: Tf,
  path: string,
  { converter = 'tensorflowjs_converter' }: { converter?: string } = {},
): Promise<LoadedModel> {
  const place = basename(path) === 'model.json' ? dirname(path) : path;
  const inside = await namesIn(place);
  const format = formats.find((one) => one.matches(basename(place), inside));
  if (!format) throw unreadable(path, `is no model that satwatch can read; give ${expected}`);
  try {
    const parts = await format.parts(place);
    if ('lacks' in parts) throw new Error(`it is not whole: ${parts.lacks}`);
    const snapshot = await readSnapshot(place, parts.files);
    if (!snapshot) throw new Error('it was changed while it was read; try again');
    return await format.load(snapshot.contents, { tf, converter, signal: new AbortController().signal });
  } catch (error) {
    const words = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw unreadable(path, `cannot be read as ${format.name}: ${words}`, error);
  }
}

/** null where it is a file. */
async function namesIn(path: string): Promise<string[] | null> {
  try {
    return (await stat(path)).isDirectory() ? await readdir(path) : null;
  } catch (error) {
    if (isGone(error)) throw unreadable(path, `is not there; give ${expected}`);
    throw error;
  }
}

function unreadable(path: string, what: string, cause?: unknown): SatwatchError {
  return new SatwatchError('CHECKPOINT_UNREADABLE', `model: ${path} ${what}`, path, { cause });
}
