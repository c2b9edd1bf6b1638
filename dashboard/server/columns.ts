import type { TrajectoryRow } from '../../src/types.js';
import type { TrajectoryColumns } from '../wire.js';

/** More than a chart or a table shows, and a third of the bytes: ranks to 4 decimals, attributions to 6 digits. */
const toDecimals = (value: number | null) => (value === null ? null : Math.round(value * 1e4) / 1e4);
const toDigits = (value: number | null) => (value === null ? null : Number(value.toPrecision(6)));

/** Rows ordered by epoch turned into columns; a segment without a row at an epoch has n 0 and nulls there. */
export function toColumns(
  rows: TrajectoryRow[],
  segmentNames: string[],
): Pick<TrajectoryColumns, 'epochs' | 'steps' | 'segments'> {
  const epochs: number[] = [];
  const steps: (number | null)[] = [];
  const place = new Map<string, number>();
  for (const { epoch, step } of rows) {
    const key = `${epoch}:${step}`;
    if (place.has(key)) continue;
    place.set(key, epochs.length);
    epochs.push(epoch);
    steps.push(step);
  }
  const blank = <T>(value: T): T[] => new Array<T>(epochs.length).fill(value);
  const segments = new Map(
    segmentNames.map((segment) => [
      segment,
      {
        segment,
        n: blank(0),
        meanRank: blank<number | null>(null),
        meanAttribution: blank<number | null>(null),
        chanceRank: blank<number | null>(null),
      },
    ]),
  );
  for (const row of rows) {
    const at = place.get(`${row.epoch}:${row.step}`)!;
    const column = segments.get(row.segment)!;
    column.n[at] = row.n;
    column.meanRank[at] = toDecimals(row.meanRank);
    column.meanAttribution[at] = toDigits(row.meanAttribution);
    column.chanceRank[at] = toDecimals(row.chanceRank);
  }
  return { epochs, steps, segments: [...segments.values()] };
}
