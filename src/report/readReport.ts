import { SatwatchError } from '../errors.js';
import type { RunEvent, RunInfo, RunRef, Store, StoredProbeSet } from '../store/index.js';
import type { Cost, Effect, ImageDetail, ObservationInfo, Role, TrajectoryRow } from '../types.js';
import { type AlertSubject, alertSubjects } from './alertSubjects.js';
import { compareSegments, type SegmentComparison } from './compareSegments.js';

/** What a report tells of a run, read from its store once: plain values, which `JSON.stringify` takes. */
export interface RunReport {
  run: RunInfo;
  /** Of the observations on the run's current probe set; the arrays below have an entry each. */
  epochs: number[];
  last: ObservationInfo;
  /** Mean share of the time, and median seconds of an observation. */
  cost: { share: number | null; seconds: number };
  probe: {
    id: string;
    width: number;
    height: number;
    images: number;
    classes: { name: string; images: number }[];
    /** Observations on earlier probe sets, which are not in here. */
    earlier: number;
  };
  /** Best ranked first. */
  segments: ReportedSegment[];
  alerts: ReportedAlert[];
  /** What the reliance test has measured; `largest` over all of it. */
  tested: { pairs: number; largest: Effect | null };
  comparison: SegmentComparison;
  /** Names of the runs that it was compared with. */
  references: string[];
  events: RunEvent[];
}

/** Over all classes and the images that show it. */
export interface ReportedSegment {
  segment: string;
  role: Role | null;
  /** Mean ranks and chance ranks of all observations; null where none could be measured. */
  ranks: (number | null)[];
  chanceRanks: (number | null)[];
  /** From the lowest to the highest mean rank of the reference runs; null where none has that epoch. */
  band: ([low: number, high: number] | null)[];
  meanRank: number | null;
  chanceRank: number | null;
  first: number | null;
  best: number | null;
  bestEpoch: number | null;
  /** Images it was measured on at the last observation. */
  n: number;
}

export interface ReportedAlert extends AlertSubject {
  role: Role | null;
  /** What the segment cost at the epoch of the peak. */
  costs: Cost[];
  /** Kept with its last alert that has pictures, the most telling first. */
  pictures: ReportedPicture[];
}

export interface ReportedPicture {
  probeSet: string;
  index: number;
  id: string;
  className: string;
  /** null where the model's output was not finite. */
  predicted: string | null;
  rank: number | null;
}

/**
 * @param run its id or its name
 * @throws SatwatchError RUN_UNKNOWN, also where the run has no observations
 */
export function readReport(store: Store, run: RunRef): RunReport {
  // A run that goes on may commit between two reads; its heartbeats are no changes.
  for (let tries = 1; ; tries++) {
    const seq = store.seq();
    const report = readOnce(store, run);
    if (store.seq() === seq || tries === 3) return report;
  }
}

function readOnce(store: Store, run: RunRef): RunReport {
  const info = store.run(run);
  const observations = store.metrics(info.id);
  if (observations.length === 0)
    throw new SatwatchError(
      'RUN_UNKNOWN',
      info.observations === 0
        ? `run '${info.name}' has no observations: there is nothing to report`
        : `run '${info.name}' has no observation on its present probe set yet (${info.observations} on another one): report it when the next is done`,
      info.name,
    );
  const probe = store.probeSet(info.probeSet);
  const effects = store.effects(info.id);
  const references = namesOf(info.config.reference).filter((name) => store.hasRun(name));
  const bands = bandsOf(
    references.flatMap((name) => store.trajectories(name, { probeSet: info.probeSet })),
    observations,
  );
  const shares = observations.flatMap(({ share }) => share ?? []);
  const seconds = observations.map((observation) => observation.seconds).sort((a, b) => a - b);
  return {
    run: info,
    epochs: observations.map(({ epoch }) => epoch),
    last: observations[observations.length - 1],
    cost: {
      share: shares.length ? shares.reduce((a, b) => a + b, 0) / shares.length : null,
      seconds: seconds[seconds.length >> 1],
    },
    probe: {
      id: probe.id,
      width: probe.width,
      height: probe.height,
      images: probe.images.length,
      classes: probe.classNames.map((name, label) => ({
        name,
        images: probe.images.filter(([, other]) => other === label).length,
      })),
      earlier: info.observations - observations.length,
    },
    segments: rankedSegments(store.trajectories(info.id), observations, probe, bands),

    alerts: reportedAlerts(store, info, probe.roles),
    tested: {
      pairs: new Set(effects.map(({ segment, className }) => JSON.stringify([segment, className]))).size,
      largest: effects
        .filter(({ effect, epoch }) => epoch > 0 && Number.isFinite(effect))
        .reduce<Effect | null>((a, b) => (a === null || b.effect > a.effect ? b : a), null),
    },
    comparison: compareSegments(
      store.sats(info.id, 'last').map(({ sat }) => sat),
      probe.segmentNames,
    ),
    references,
    events: store.events(info.id),
  };
}

type Band = ReportedSegment['band'];

/** By segment, over the epochs of the observations. */
function bandsOf(
  rows: readonly TrajectoryRow[],
  observations: readonly ObservationInfo[],
): Map<string, Band> {
  const places = new Map<number, number[]>();
  for (const [i, { epoch }] of observations.entries()) places.set(epoch, [...(places.get(epoch) ?? []), i]);
  const bands = new Map<string, Band>();
  for (const { segment, epoch, meanRank } of rows) {
    if (meanRank === null) continue;
    const band = bands.get(segment) ?? observations.map(() => null);
    bands.set(segment, band);
    for (const i of places.get(epoch) ?? []) {
      const [low, high] = band[i] ?? [meanRank, meanRank];
      band[i] = [Math.min(low, meanRank), Math.max(high, meanRank)];
    }
  }
  return bands;
}

const namesOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];

function rankedSegments(
  rows: readonly TrajectoryRow[],
  observations: readonly ObservationInfo[],
  { segmentNames, roles }: Pick<StoredProbeSet, 'segmentNames' | 'roles'>,
  bands: ReadonlyMap<string, Band>,
): ReportedSegment[] {
  const keyOf = ({ epoch, step }: { epoch: number; step: number | null }) => `${epoch}:${step}`;
  const places = new Map(observations.map((observation, i) => [keyOf(observation), i]));
  const series = new Map(
    segmentNames.map((name) => [
      name,
      new Array<TrajectoryRow | undefined>(observations.length).fill(undefined),
    ]),
  );
  for (const row of rows) {
    const place = places.get(keyOf(row));
    if (place !== undefined) series.get(row.segment)![place] = row;
  }
  const segments = [...series].map(([segment, mine]): ReportedSegment => {
    const ranks = mine.map((row) => row?.meanRank ?? null);
    const known = ranks.filter((rank) => rank !== null);
    const best = known.length ? known.reduce((a, b) => Math.min(a, b)) : null;
    const last = mine.at(-1);
    return {
      segment,
      role: roleOf(roles, segment),
      ranks,
      chanceRanks: mine.map((row) => row?.chanceRank ?? null),
      band: bands.get(segment) ?? observations.map(() => null),
      meanRank: last?.meanRank ?? null,
      chanceRank: last?.chanceRank ?? null,
      first: known[0] ?? null,
      best,
      bestEpoch: best === null ? null : observations[ranks.indexOf(best)].epoch,
      n: last?.n ?? 0,
    };
  });
  const place = ({ meanRank }: ReportedSegment) => meanRank ?? Number.MAX_VALUE;
  return segments.sort((a, b) => place(a) - place(b));
}

/** A file may hold anything; a role becomes a colour and a word. */
const roleOf = (roles: Record<string, Role>, segment: string): Role | null =>
  (['core', 'context', 'suspect'] as const).find((role) => role === roles[segment]) ?? null;

function reportedAlerts(store: Store, run: RunInfo, roles: Record<string, Role>): ReportedAlert[] {
  const costs = store.costs(run.id);
  return alertSubjects(store.alerts(run.id)).map((subject) => {
    const { segment, className, peakEpoch } = subject;
    // A later alert of a subject is the graver one, or the newer.
    const kept = subject.alerts.map(({ id }) => store.alertImages(id)).findLast((list) => list.length > 0);
    return {
      ...subject,
      role: segment === null ? null : roleOf(roles, segment),
      costs: costs.filter(
        (cost) =>
          cost.segment === segment &&
          cost.epoch === peakEpoch &&
          (className === null || cost.className === className),
      ),
      pictures: (kept ?? []).map((image) => pictureOf(store, image, segment)),
    };
  });
}

function pictureOf(
  store: Store,
  { probeSet, index, id, label, predicted, sat }: ImageDetail & { probeSet: string },
  segment: string | null,
): ReportedPicture {
  const { classNames } = store.probeSet(probeSet);
  return {
    probeSet,
    index,
    id,
    className: classNames[label],
    predicted: predicted === null ? null : classNames[predicted],
    rank: sat?.find((row) => row.segment === segment)?.rank ?? null,
  };
}
