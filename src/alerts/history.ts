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

/** A finished run that this one is compared with: what it was on the same probe set, oldest first. */
export interface ReferenceRun {
  name: string;
  /** `rows`: relative ranks over all classes. */
  observed: readonly Pick<Observed, 'epoch' | 'rows' | 'effects'>[];
}

/** All that a rule may look at: the run so far on its current probe set, oldest first. */
export interface History {
  probe: Pick<ProbeSet, 'segmentNames' | 'classNames' | 'roles'> & { classCounts: readonly number[] };
  /** (segment, class) pairs that the reliance test can test on this probe set. */
  pairs: number;
  observed: readonly Observed[];
  /** Read once, when the run starts; none where the user named none. */
  references?: readonly ReferenceRun[];
}

export function latest(history: History): Observed {
  return history.observed[history.observed.length - 1];
}

/**
 * The rows of one observation in columns, some 30 bytes a row where an object takes five times as many: a run of
 * hundreds of classes keeps millions of them. As an observation's `rows` they are made anew whenever they are asked for.
 */
export class RowColumns {
  /** −1 where there is no row. */
  private readonly n: Int32Array;
  /** meanRank, meanAttribution, chanceRank of each row; NaN for null. */
  private readonly values: Float64Array;

  constructor(private readonly probe: Pick<ProbeSet, 'segmentNames' | 'classNames'>) {
    const slots = (1 + probe.classNames.length) * aggregations.length * probe.segmentNames.length;
    this.n = new Int32Array(slots).fill(-1);
    this.values = new Float64Array(3 * slots);
  }

  put({ aggregation, className, segment, n, meanRank, meanAttribution, chanceRank }: AggregatedRow): void {
    const slot = this.slot(segment, className, aggregation)!;
    this.n[slot] = n;
    this.values.set(
      [meanRank, meanAttribution, chanceRank].map((value) => value ?? Number.NaN),
      3 * slot,
    );
  }

  get(segment: string, className: string | null, aggregation: Aggregation): AggregatedRow | undefined {
    const slot = this.slot(segment, className, aggregation);
    if (slot === undefined || this.n[slot] < 0) return undefined;
    const [meanRank, meanAttribution, chanceRank] = Array.from(
      this.values.subarray(3 * slot, 3 * slot + 3),
      (value) => (Number.isNaN(value) ? null : value),
    );
    return { aggregation, className, segment, n: this.n[slot], meanRank, meanAttribution, chanceRank };
  }

  all(): AggregatedRow[] {
    const { classNames, segmentNames } = this.probe;
    return [null, ...classNames].flatMap((className) =>
      aggregations.flatMap((aggregation) =>
        segmentNames.flatMap((segment) => this.get(segment, className, aggregation) ?? []),
      ),
    );
  }

  private slot(segment: string, className: string | null, aggregation: Aggregation): number | undefined {
    const { segmentNames, classNames } = this.probe;
    const group = className === null ? 0 : 1 + (places(classNames).get(className) ?? Number.NaN);
    const place = places(segmentNames).get(segment);
    if (Number.isNaN(group) || place === undefined) return undefined;
    return (group * aggregations.length + aggregations.indexOf(aggregation)) * segmentNames.length + place;
  }
}

const aggregations: readonly Aggregation[] = ['relative', 'absolute'];

const known = new WeakMap<readonly string[], ReadonlyMap<string, number>>();

/** Where each name stands; made once a list. */
function places(names: readonly string[]): ReadonlyMap<string, number> {
  let found = known.get(names);
  if (!found) {
    found = new Map(names.map((name, place) => [name, place]));
    known.set(names, found);
  }
  return found;
}

/**
 * An observation that keeps its rows in columns. A class, for the rules look through all of a run's at every observation:
 * V8 reads objects that were made by spreading, with a getter, more than ten times slower.
 */
export class Kept implements Observed {
  readonly epoch: number;
  readonly step: number | null;
  readonly metrics: Metrics;
  readonly probeAccuracy: number | null;
  readonly effects: Observed['effects'];

  constructor(
    { epoch, step, metrics, probeAccuracy, effects }: Omit<Observed, 'rows'>,
    readonly columns: RowColumns,
  ) {
    this.epoch = epoch;
    this.step = step;
    this.metrics = metrics;
    this.probeAccuracy = probeAccuracy;
    this.effects = effects;
  }

  get rows(): AggregatedRow[] {
    return this.columns.all();
  }
}

/** A segment's row, or undefined where it was measured on no image. */
export function rowOf(
  observed: Pick<Observed, 'rows'>,
  segment: string,
  className: string | null,
  aggregation: Aggregation = 'relative',
): (AggregatedRow & { meanRank: number }) | undefined {
  const row =
    observed instanceof Kept
      ? observed.columns.get(segment, className, aggregation)
      : indexOf(observed.rows).get(key(segment, className, aggregation));
  return row?.meanRank == null ? undefined : (row as AggregatedRow & { meanRank: number });
}

/** The newest observation's rows are objects still, and all of them are asked for. */
const indices = new WeakMap<object, Map<string, AggregatedRow>>();

function indexOf(rows: readonly AggregatedRow[]): Map<string, AggregatedRow> {
  let index = indices.get(rows);
  if (!index) {
    index = new Map(rows.map((row) => [key(row.segment, row.className, row.aggregation), row]));
    indices.set(rows, index);
  }
  return index;
}

const key = (segment: string, className: string | null, aggregation: string) =>
  JSON.stringify([segment, className, aggregation]);
