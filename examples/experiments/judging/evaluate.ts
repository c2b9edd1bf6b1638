import { clopperPearson } from '../../../src/stats/index.js';
import { seededRandom } from '../../support/random.js';
import { known } from '../runs/known.js';
import type { RunResult } from '../runs/run.js';
import type { Detector, Point } from './detectors.js';

/** A net relies on a segment where the other classes lose this share of right answers by it. */
export const leastReliance = 0.05;

/** What a segment costs the other classes than `className`. */
export interface PairTruth {
  segment: string;
  className: string;
  /** By epoch, from 1: accuracy lost to that class; not more than the other classes lose, nor than answers move to the class. */
  lost: Series;
  /** Of the shortcut and its class in a run with a clean twin (the same seed, no shortcut in training): `lost` beyond the twin's. */
  learned: Series | null;
}

/** Values by epoch. */
export interface Series {
  byEpoch: ReadonlyMap<number, number>;
  peak: number;
  peakEpoch: number;
  /** The first of the first two epochs in a row with reliance; null where there are none: it never relied on it for long. */
  onset: number | null;
}

/** A run with what is true of it and what a detector says. */
export interface Examined {
  result: RunResult;
  truths: PairTruth[];
  points: Point[];
}

/** What each detector says of each run, by its name. A run after the other: replaying them all at once takes gigabytes. */
export async function examineAll(
  results: readonly RunResult[],
  detectors: readonly Detector[],
): Promise<Map<string, Examined[]>> {
  const examined = new Map(detectors.map(({ name }) => [name, [] as Examined[]]));
  for (const result of results) {
    const own = truths(result, twinOf(result, results));
    for (const { name, look } of detectors)
      examined.get(name)!.push({ result, truths: own, points: await look(result) });
  }
  return examined;
}

/** The clean run of the same seed. */
function twinOf({ config }: RunResult, results: readonly RunResult[]): RunResult | undefined {
  const { task, kind, net, seed, dose } = config;
  if (dose === 0) return undefined;
  return results.find(
    ({ config: other }) =>
      other.task === task &&
      other.kind === kind &&
      other.net === net &&
      other.seed === seed &&
      other.dose === 0,
  );
}

export function truths(result: RunResult, twin?: RunResult): PairTruth[] {
  const losses = lossesOf(result);
  const clean = twin && lossesOf(twin);
  return [...losses].map(([key, lost]) => {
    const [segment, className] = key.split('\0');
    const own = segment === result.segment && className === result.classNames[0];
    const base = own && clean?.get(key);
    const beyond = base && [...lost].map(([e, loss]) => [e, beyondTwin(loss, base.get(e)!)] as const);
    return { segment, className, lost: series(lost), learned: beyond ? series(new Map(beyond)) : null };
  });
}

/** What was learned of a loss: as much as is beyond the clean twin's, and no more than there is. */
export const beyondTwin = (loss: number, twin: number) => Math.min(loss, loss - twin);

function lossesOf({ truth }: RunResult): Map<string, Map<number, number>> {
  const losses = new Map<string, Map<number, number>>();
  for (const { segment, className, epoch, before, after, towardBefore, towardAfter } of truth) {
    const key = keyOf({ segment, className });
    if (!losses.has(key)) losses.set(key, new Map());
    losses.get(key)!.set(epoch, Math.min(before - after, towardAfter - towardBefore));
  }
  return losses;
}

export function series(byEpoch: ReadonlyMap<number, number>): Series {
  const epochs = [...byEpoch.keys()].sort((a, b) => a - b);
  const peak = Math.max(...byEpoch.values());
  const relies = (epoch: number) => (byEpoch.get(epoch) ?? 0) >= leastReliance;
  return {
    byEpoch,
    peak,
    peakEpoch: epochs.find((epoch) => byEpoch.get(epoch) === peak)!,
    onset: epochs.find((epoch) => relies(epoch) && relies(epoch + 1)) ?? null,
  };
}

const keyOf = ({ segment, className }: Pick<Point, 'segment' | 'className'>) => `${segment}\0${className}`;

/** What a net relies on: whatever sways it, or what its training data taught it. */
export type Sense = 'lost' | 'learned';

/** A detector's largest score, beside what is true. */
export interface Case {
  score: number;
  reliant: boolean;
}

/**
 * A case for each pair that the detector speaks of, or one a run: its largest score. Reliant: for two epochs in a row, in
 * the sense given; not reliant: where an alarm would be false. What is between the two is left out.
 */
export function cases(examined: readonly Examined[], sense: Sense, each: 'pair' | 'run'): Case[] {
  return examined.flatMap((one): Case[] => {
    const { truths, points } = one;
    const best = (list: readonly Point[]) => Math.max(...list.map(({ score }) => score));
    const reliant = (pair: PairTruth) => pair[sense] !== null && pair[sense].onset !== null;
    const never = (pair: PairTruth) => isFalse({ ...pair, epoch: 1, score: 0 }, one);
    if (each === 'run') {
      if (points.length === 0 || !(truths.some(reliant) || !truths.some(relied))) return [];
      return [{ score: best(points), reliant: truths.some(reliant) }];
    }
    return truths.flatMap((pair) => {
      const own = points.filter((point) => keyOf(point) === keyOf(pair));
      return own.length && (reliant(pair) || never(pair))
        ? [{ score: best(own), reliant: reliant(pair) }]
        : [];
    });
  });
}

/** The chance that a reliant case scores higher than another (ties half); NaN where one of the two kinds is missing. */
export function auroc(list: readonly Case[]): number {
  const sorted = [...list].sort((a, b) => a.score - b.score);
  let [sum, below] = [0, 0];
  for (let i = 0; i < sorted.length; ) {
    let end = i;
    while (end < sorted.length && sorted[end].score === sorted[i].score) end++;
    const tied = sorted.slice(i, end);
    const others = tied.filter(({ reliant }) => !reliant).length;
    sum += (tied.length - others) * (below + others / 2);
    below += others;
    i = end;
  }
  return sum / (below * (list.length - below));
}

/** Precision and recall at every threshold, the strictest first, and their average precision (a sum, no interpolation). */
export function precisionRecall(list: readonly Case[]): {
  curve: { threshold: number; precision: number; recall: number }[];
  averagePrecision: number;
} {
  const sorted = [...list].sort((a, b) => b.score - a.score);
  const reliant = list.filter((one) => one.reliant).length;
  const curve: { threshold: number; precision: number; recall: number }[] = [];
  let [found, averagePrecision] = [0, 0];
  sorted.forEach((one, i) => {
    found += Number(one.reliant);
    if (sorted[i + 1]?.score === one.score) return;
    const recall = found / reliant;
    const precision = found / (i + 1);
    averagePrecision += precision * (recall - (curve.at(-1)?.recall ?? 0));
    curve.push({ threshold: one.score, precision, recall });
  });
  return { curve, averagePrecision };
}

/** What a detector with its threshold makes of one run. */
export interface Outcome {
  result: RunResult;
  /** A row for each pair that the net relied on for two epochs in a row; of a detector that speaks of runs, one a run. */
  reliances: Record<Sense, Reliance[]>;
  /** The first alarm on each segment and class. */
  alarms: Point[];
  /** Those on segments that the net relied on at no epoch. */
  falseAlarms: Point[];
}

interface Reliance {
  peak: number;
  alarm: number | null;
  /** Epochs from the onset to the first alarm, negative where it comes before; null without an alarm. */
  delay: number | null;
  beforePeak: boolean;
}

/** `threshold` is not asked for where the detector has a rule of its own. */
export function outcome(examined: Examined, threshold: number): Outcome {
  const { result, truths, points } = examined;
  const first = new Map<string, Point>();
  for (const point of points) {
    if (!(point.alerted ?? point.score >= threshold)) continue;
    const before = first.get(keyOf(point));
    if (!before || point.epoch < before.epoch) first.set(keyOf(point), point);
  }
  const wholeRun = first.get(keyOf({ segment: null, className: null }));
  const reliances = (sense: Sense) =>
    truths.flatMap((pair): Reliance | [] => {
      const relied = pair[sense];
      if (!relied || relied.onset === null || isReplaced(pair, result)) return [];
      const alarm = (first.get(keyOf(pair)) ?? wholeRun)?.epoch ?? null;
      const delay = alarm === null ? null : alarm - relied.onset;
      return { peak: relied.peak, alarm, delay, beforePeak: alarm !== null && alarm <= relied.peakEpoch };
    });
  return {
    result,
    reliances: { lost: reliances('lost'), learned: reliances('learned') },
    alarms: [...first.values()],
    falseAlarms: [...first.values()].filter((point) => isFalse(point, examined)),
  };
}

/** What a segment must cost for an alarm on it to be right: towards any class or the one named, at any epoch or at two in a row. */
export interface Right {
  towards: 'any class' | 'the class named';
  at: 'any epoch' | 'two in a row';
}

/**
 * Whether an alarm there would be false: on a segment, or of a run, that is never relied on. Where dark skies speak for
 * one class, bright ones speak for the others, and where sand does, so does the grass that it replaces: the same fact.
 */
export function isFalse(
  point: Point,
  { result, truths }: Examined,
  { towards, at }: Right = { towards: 'any class', at: 'any epoch' },
): boolean {
  const { segment, className } = point;
  const holds = at === 'any epoch' ? relied : ({ lost }: PairTruth) => lost.onset !== null;
  if (segment === null) return !truths.some(holds);
  const replaced = isReplaced(point, result);
  const same = replaced ? [segment, result.segment] : [segment];
  const measured = truths.filter(
    (pair) =>
      same.includes(pair.segment) && (towards === 'any class' || replaced || pair.className === className),
  );
  return measured.length > 0 && !measured.some(holds);
}

const relied = ({ lost }: PairTruth) => lost.peak >= leastReliance;

/** Whether a segment is the region that the run's shortcut stands in place of. */
function isReplaced({ segment }: { segment: string | null }, { config }: RunResult): boolean {
  const replaces = config.kind === null ? undefined : known.shortcuts[config.kind].replaces;
  return replaces !== undefined && segment === replaces(known.tasks[config.task]);
}

export interface Share {
  count: number;
  of: number;
  share: number;
  /** 95 %, Clopper and Pearson. */
  interval: [low: number, high: number];
}

export function share(count: number, of: number): Share | null {
  return of === 0 ? null : { count, of, share: count / of, interval: clopperPearson(count, of, 0.05) };
}

/** Of the runs. */
export function falseAlarmRate(outcomes: readonly Outcome[]): Share | null {
  return share(outcomes.filter(({ falseAlarms }) => falseAlarms.length > 0).length, outcomes.length);
}

/** Of the pairs that were relied on, by at least `from` and less than `to` at the peak. */
export function recall(
  outcomes: readonly Outcome[],
  sense: Sense,
  { from = leastReliance, to = Number.POSITIVE_INFINITY } = {},
): Share | null {
  const all = outcomes.flatMap((one) => one.reliances[sense]).filter(({ peak }) => peak >= from && peak < to);
  return share(all.filter(({ alarm }) => alarm !== null).length, all.length);
}

/**
 * The lowest threshold at which at most `rate` of the runs have a false alarm: to be chosen on the development half.
 * null for a detector with a rule of its own.
 */
export function chooseThreshold(examined: readonly Examined[], rate: number): number | null {
  const wrong = examined.map((one) => one.points.filter((point) => isFalse(point, one)));
  if (wrong.flat().some(({ alerted }) => alerted !== undefined)) return null;
  const peaks = wrong.map((points) => Math.max(...points.map(({ score }) => score))).sort((a, b) => b - a);
  // Just above the first run that must stay silent.
  const loudest = peaks[Math.floor(rate * peaks.length)] ?? Number.NEGATIVE_INFINITY;
  return Number.isFinite(loudest) ? loudest + 1e-9 : 0;
}

/** The first epoch at which a detector alarms on the shortcut and its class, or on the run as a whole. */
export function firstAlarm({ result, points }: Examined, threshold: number): number | null {
  const epochs = points
    .filter((point) => isShortcut(point, result) && (point.alerted ?? point.score >= threshold))
    .map(({ epoch }) => epoch);
  return epochs.length ? Math.min(...epochs) : null;
}

/** Whether a point speaks of the shortcut and the class that carries it, or of the run as a whole. */
export function isShortcut({ segment, className }: Point, result: RunResult): boolean {
  return segment === null || (segment === result.segment && className === result.classNames[0]);
}

/** The smallest dose from which on, at every higher one too, `least` of the runs alarm on the shortcut. */
export function smallestDose(examined: readonly Examined[], threshold: number, least = 0.9): number | null {
  const byDose = new Map<number, boolean[]>();
  for (const one of examined) {
    const { dose } = one.result.config;
    const found = firstAlarm(one, threshold) !== null;
    if (dose > 0) byDose.set(dose, [...(byDose.get(dose) ?? []), found]);
  }
  let smallest: number | null = null;
  for (const [dose, found] of [...byDose].sort(([a], [b]) => b - a)) {
    if (found.filter(Boolean).length < least * found.length) break;
    smallest = dose;
  }
  return smallest;
}

/** The runs of a task, net and seed together: they share their pictures, and clean ones are the same net. */
export function bySeed<T>(list: readonly T[], configOf: (item: T) => RunResult['config']): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of list) {
    const { task, net, seed } = configOf(item);
    const key = JSON.stringify([task, net, seed]);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()];
}

/** Percentile bootstrap (Efron 1979): whole units (runs, or groups of runs) are drawn anew. NaN results are left out. */
export function bootstrap<T>(
  units: readonly T[],
  statistic: (drawn: T[]) => number,
  { resamples = 1000, seed = 1, alpha = 0.05 } = {},
): [low: number, high: number] {
  const random = seededRandom(seed);
  const values = Array.from({ length: resamples }, () =>
    statistic(units.map(() => units[Math.floor(random() * units.length)])),
  )
    .filter((value) => !Number.isNaN(value))
    .sort((a, b) => a - b);
  const at = (q: number) => values[Math.min(values.length - 1, Math.floor(q * values.length))] ?? Number.NaN;
  return [at(alpha / 2), at(1 - alpha / 2)];
}

/** NaN of an empty list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length === 0 ? Number.NaN : (sorted[Math.floor(middle)] + sorted[Math.ceil(middle - 1)]) / 2;
}
