import { z } from 'zod';
import { SatwatchError } from '../errors.js';
import type { Mask, Segment } from '../types.js';
import { byName, name } from './readJson.js';

const labelId = z
  .string()
  .refine((id) => /^(0|[1-9]\d*)$/.test(id) && Number(id) <= 255, 'label ids are whole numbers 0..255');

/** Id in a label PNG → segment name; null: pixels of no segment. */
export const labelIds = byName(z.record(labelId, name.nullable()));

/**
 * The segments of a label PNG; 0 is nothing unless it is named.
 *
 * @param file the PNG
 * @param list where the names stand, for messages: '"segments"'
 * @throws SatwatchError PROBE_INVALID for an id that occurs and is not in the list
 */
export function namedSegments(
  masks: ReadonlyMap<number, Mask>,
  names: z.infer<typeof labelIds> = {},
  where: string,
  file: string,
  list: string,
): Segment[] {
  return [...masks].flatMap(([id, mask]) => {
    const segment = names[id];
    if (typeof segment === 'string') return { name: segment, mask };
    if (segment === null || id === 0) return [];
    throw new SatwatchError(
      'PROBE_INVALID',
      `${where}: ${file} has pixels of id ${id}, which ${list} does not name; ` +
        `add "${id}": "a name" there, or "${id}": null to leave them out`,
      file,
    );
  });
}
