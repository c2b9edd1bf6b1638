import { SatwatchError, suggest } from '../errors.js';
import type { SatRow } from '../types.js';
import { localRanks } from './localRanks.js';

/**
 * The absolute table of local ranks: a row per image, a column per name. Every image is padded to all names
 * with attribution 0, and ranked anew. This is the table that the tests of `satwatch/stats` take.
 *
 * @param sats one table per image; null (an invalid image) is skipped and gets no row
 * @throws SatwatchError UNKNOWN_SEGMENT where a table has a segment that `names` lacks
 */
export function rankTable(sats: readonly (SatRow[] | null)[], names: readonly string[]): number[][] {
  return validSats(sats, names).map((sat) => Array.from(localRanks(padded(sat, names))));
}

/** The image's attributions in the order of `names`, 0 where it lacks the segment. */
export function padded(sat: readonly SatRow[], names: readonly string[]): number[] {
  const attributions = new Map(sat.map((row) => [row.segment, row.attribution]));
  return names.map((name) => attributions.get(name) ?? 0);
}

/** The tables of the valid images, once all their segments are known to stand in `names`. */
export function validSats(sats: readonly (SatRow[] | null)[], names: readonly string[]): SatRow[][] {
  const known = new Set(names);
  const valid = sats.filter((sat) => sat !== null);
  for (const { segment } of valid.flat())
    if (!known.has(segment))
      throw new SatwatchError(
        'UNKNOWN_SEGMENT',
        `a table has the segment '${segment}', which the given names lack; ${suggest(segment, names)}`,
        segment,
      );
  return valid;
}
