import type { Aggregation } from '../../../src/types.js';
import type { Alert, Effect, ObservationInfo, RunDetail, TrajectoryColumns } from '../../wire.js';

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
  alerts: Alert[];
}

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
  const effects: Snapshot['effects'] = new Map();
  keys.forEach((key, i) => {
    for (const effect of effectsByKey.get(key) ?? []) {
      const classes = effects.get(effect.segment) ?? new Map<string, (Effect | null)[]>();
      effects.set(effect.segment, classes);
      const series = classes.get(effect.className) ?? new Array<Effect | null>(keys.length).fill(null);
      classes.set(effect.className, series);
      series[i] = effect;
    }
  });
  return {
    view,
    detail,
    observations,
    epochs: observations.map(({ epoch }) => epoch),
    segments,
    effects,
    alerts: [...alerts.values()].sort((a, b) => a.id - b.id),
  };
}
