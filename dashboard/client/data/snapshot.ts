import type { Aggregation } from '../../../src/types.js';
import type { Alert, Cost, Effect, ObservationInfo, RunDetail, TrajectoryColumns } from '../../wire.js';

export interface SegmentSeries {
  name: string;
  role: 'core' | 'context' | 'suspect' | null;
  images: number;
  n: number[];
  rank: (number | null)[];
  attribution: (number | null)[];
  chance: (number | null)[];
}

export interface RunView {
  aggregation: Aggregation;
  /** Null: over all classes. */
  className: string | null;
}

/** All that is shown of one run, every array over the same observations. */
export interface Snapshot {
  /** What the segments' values are of; the choice may already be another, whose data is under way. */
  view: RunView;
  detail: RunDetail;
  observations: ObservationInfo[];
  epochs: number[];
  segments: SegmentSeries[];
  /** By segment, then class: one entry an observation, null where the pair was not tested. */
  effects: Map<string, Map<string, (Effect | null)[]>>;
  /** By segment, then `costKey`: one entry an observation, null where it was not measured. */
  costs: Map<string, Map<string, (Cost | null)[]>>;
  alerts: Alert[];
}

export const costKey = (variant: Cost['variant'], className: string | null): string =>
  JSON.stringify([variant, className]);

/** One observation's values of every segment, in the order of the columns. */
export interface ObservationRows {
  n: number[];
  rank: (number | null)[];
  attribution: (number | null)[];
  chance: (number | null)[];
}

export const keyOf = ({ epoch, step }: { epoch: number; step: number | null }): string => `${epoch}:${step}`;

/** Cuts columns into observations, the unit in which new data arrives and old is replaced. */
export function toRows({ epochs, steps, segments }: TrajectoryColumns): Map<string, ObservationRows> {
  return new Map(
    epochs.map((epoch, i) => [
      keyOf({ epoch, step: steps[i] }),
      {
        n: segments.map((s) => s.n[i]),
        rank: segments.map((s) => s.meanRank[i]),
        attribution: segments.map((s) => s.meanAttribution[i]),
        chance: segments.map((s) => s.chanceRank[i]),
      },
    ]),
  );
}

export function toSnapshot(
  view: RunView,
  detail: RunDetail,
  byKey: Map<string, ObservationInfo>,
  rows: Map<string, ObservationRows>,
  effectsByKey: Map<string, Effect[]>,
  costsByKey: Map<string, Cost[]>,
  alerts: Map<number, Alert>,
): Snapshot {
  const observations = [...byKey.values()].sort((a, b) => a.epoch - b.epoch || (a.step ?? 0) - (b.step ?? 0));
  const keys = observations.map(keyOf);
  const ordered = keys.map((key) => rows.get(key));
  const segments = detail.probe.segments.map(({ name, role, images }, s) => ({
    name,
    role,
    images,
    n: ordered.map((row) => row?.n[s] ?? 0),
    rank: ordered.map((row) => row?.rank[s] ?? null),
    attribution: ordered.map((row) => row?.attribution[s] ?? null),
    chance: ordered.map((row) => row?.chance[s] ?? null),
  }));
  return {
    view,
    detail,
    observations,
    epochs: observations.map(({ epoch }) => epoch),
    segments,
    effects: inSeries(keys, effectsByKey, ({ className }) => className),
    costs: inSeries(keys, costsByKey, ({ variant, className }) => costKey(variant, className)),
    alerts: [...alerts.values()].sort((a, b) => a.id - b.id),
  };
}

/** Rows of observations as series over them, by segment and what else tells a segment's series apart. */
function inSeries<T extends { segment: string }>(
  keys: string[],
  byKey: Map<string, T[]>,
  nameOf: (row: T) => string,
): Map<string, Map<string, (T | null)[]>> {
  const all = new Map<string, Map<string, (T | null)[]>>();
  keys.forEach((key, i) => {
    for (const row of byKey.get(key) ?? []) {
      const ofSegment = all.get(row.segment) ?? new Map<string, (T | null)[]>();
      all.set(row.segment, ofSegment);
      const name = nameOf(row);
      const series = ofSegment.get(name) ?? new Array<T | null>(keys.length).fill(null);
      ofSegment.set(name, series);
      series[i] = row;
    }
  });
  return all;
}
