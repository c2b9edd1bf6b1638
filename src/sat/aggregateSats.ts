import { SatwatchError, suggest } from '../errors.js';
import type { Aggregation, SatRow, SegmentSummary } from '../types.js';
import { padded, rankTable, validSats } from './rankTable.js';

const modes: readonly Aggregation[] = ['relative', 'absolute'];

/**
 * A segment's ranks and attributions over many images.
 *
 * `relative`: over the images in which the segment is present, with the ranks of their own tables.
 * `absolute`: over all valid images; each is padded to all `names` with attribution 0 and ranked anew. An image
 * without any segment counts there (all tied), and nowhere in the relative mode.
 * Quartiles are interpolated linearly (R type 7, numpy's default).
 *
 * @param sats one table per image; null (an invalid image) is skipped
 * @param names the segments listed, in this order, and the padding set of the absolute mode;
 *   by default every name seen in `sats`, sorted. To aggregate one class, hand in the names of all classes.
 * @returns a summary per name; `{ segment, n: 0 }` alone where no image counts
 * @throws SatwatchError UNKNOWN_SEGMENT where a table has a segment that `names` lacks; BAD_OPTION for another mode
 */
export function aggregateSats(
  sats: readonly (SatRow[] | null)[],
  mode: Aggregation,
  names: readonly string[] = namesSeen(sats),
): SegmentSummary[] {
  if (!modes.includes(mode))
    throw new SatwatchError('BAD_OPTION', `mode is '${mode}'; ${suggest(String(mode), modes)}`, 'mode');
  const valid = validSats(sats, names);
  if (mode === 'relative') {
    const rows = new Map<string, SatRow[]>(names.map((name) => [name, []]));
    for (const row of valid.flat()) rows.get(row.segment)!.push(row);
    return names.map((name) =>
      summary(
        name,
        rows.get(name)!.map((row) => row.rank),
        rows.get(name)!.map((row) => row.attribution),
      ),
    );
  }
  const ranks = rankTable(valid, names);
  const attributions = valid.map((sat) => padded(sat, names));
  return names.map((name, s) =>
    summary(
      name,
      ranks.map((row) => row[s]),
      attributions.map((row) => row[s]),
    ),
  );
}

function namesSeen(sats: readonly (SatRow[] | null)[]): string[] {
  return [...new Set(sats.flatMap((sat) => sat ?? []).map((row) => row.segment))].sort();
}

function summary(segment: string, ranks: number[], attributions: number[]): SegmentSummary {
  const n = ranks.length;
  if (n === 0) return { segment, n };
  const r = Float64Array.from(ranks).sort();
  const a = Float64Array.from(attributions).sort();
  return {
    segment,
    n,
    meanRank: mean(r),
    medianRank: quantile(r, 0.5),
    q1Rank: quantile(r, 0.25),
    q3Rank: quantile(r, 0.75),
    meanAttribution: mean(a),
    medianAttribution: quantile(a, 0.5),
    q1Attribution: quantile(a, 0.25),
    q3Attribution: quantile(a, 0.75),
    minAttribution: a[0],
    maxAttribution: a[n - 1],
  };
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function quantile(sorted: Float64Array, q: number): number {
  const position = q * (sorted.length - 1);
  const low = Math.floor(position);
  const high = Math.ceil(position);
  return sorted[low] + (sorted[high] - sorted[low]) * (position - low);
}
