import type { AggregatedRow } from '../store/index.js';
import type { Aggregation, Effect, Metrics, ProbeSet } from '../types.js';

/** One observation as the rules see it. */
export interface Observed {
  epoch: number;
  step: number | null;
  metrics: Metrics;
  probeAccuracy: number | null;
  rows: readonly AggregatedRow[];
  effects: readonly Omit<Effect, 'epoch' | 'step'>[];
}

/** All that a rule may look at: the run so far on its current probe set, oldest first. */
export interface History {
  probe: Pick<ProbeSet, 'segmentNames' | 'classNames' | 'roles'> & { classCounts: readonly number[] };
  /** Observations the whole run is expected to have; the reliance test spends its error rate over them. */
  planned: number;
  /** (segment, class) pairs that the reliance test can test on this probe set. */
  pairs: number;
  observed: readonly Observed[];
}

export function latest(history: History): Observed {
  return history.observed[history.observed.length - 1];
}

/** A segment's row, or undefined where it was measured on no image. */
export function rowOf(
  observed: Observed,
  segment: string,
  className: string | null,
  aggregation: Aggregation = 'relative',
): (AggregatedRow & { meanRank: number }) | undefined {
  let index = indices.get(observed.rows);
  if (!index) {
    index = new Map(observed.rows.map((row) => [key(row.segment, row.className, row.aggregation), row]));
    indices.set(observed.rows, index);
    if (indices.size > mostIndexed) indices.delete(indices.keys().next().value!);
  }
  const row = index.get(key(segment, className, aggregation));
  return row?.meanRank == null ? undefined : (row as AggregatedRow & { meanRank: number });
}

/** Rules ask for all rows of the newest observations and of the first; the index of every other would only take room. */
const mostIndexed = 8;
const indices = new Map<object, Map<string, AggregatedRow>>();
const key = (segment: string, className: string | null, aggregation: string) =>
  JSON.stringify([segment, className, aggregation]);
