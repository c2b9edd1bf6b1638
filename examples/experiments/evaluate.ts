import { clopperPearson } from '../../src/stats/index.js';
import { seededRandom } from '../support/random.js';
import type { Detector, Point } from './detectors.js';
import type { RunResult } from './run.js';

/** A net relies on a segment where the other classes lose this share of right answers by it. */
export const leastReliance = 0.05;

/** What a segment costs the other classes than `className`, epoch by epoch from 1. */
export interface PairTruth {
  segment: string;
  className: string;
  /** Accuracy lost to that class: not more than the other classes lose, nor than answers move to the class. */
  lost: Map<number, number>;
  peak: number;
  peakEpoch: number;
  reliant: boolean;
}

export function truths({ truth }: RunResult): PairTruth[] {
  const pairs = new Map<string, PairTruth>();
  for (const { segment, className, epoch, before, after, towardBefore, towardAfter } of truth) {
    const lost = Math.min(before - after, towardAfter - towardBefore);
    const key = `${segment}\0${className}`;
    const pair = pairs.get(key) ?? {
      ...{
        segment,
        className,
        lost: new Map(),
        peak: Number.NEGATIVE_INFINITY,
        peakEpoch: 0,
        reliant: false,
      },
    };
    pair.lost.set(epoch, lost);
    if (lost > pair.peak)
      Object.assign(pair, { peak: lost, peakEpoch: epoch, reliant: lost >= leastReliance });
    pairs.set(key, pair);
  }
  return [...pairs.values()];
}

/** Reliance that the training data taught: what stamping costs, less what it costs the clean twin of the same seed. */
export function learned(result: RunResult, twin: RunResult): Map<number, number> {
  const own = ({ truth, segment, classNames }: RunResult) =>
    truth.filter((row) => row.how === 'stamp' && row.segment === segment && row.className === classNames[0]);
  const base = new Map(own(twin).map(({ epoch, before, after }) => [epoch, before - after]));
  return new Map(
    own(result).map(({ epoch, before, after }) => [epoch, before - after - (base.get(epoch) ?? 0)]),
  );
}

/** The first of the first two epochs in a row with reliance; null where there are none. */
export function onset(lost: ReadonlyMap<number, number>): number | null {
  const epochs = [...lost.keys()].sort((a, b) => a - b);
  const relies = (epoch: number) => (lost.get(epoch) ?? 0) >= leastReliance;
  return epochs.find((epoch) => relies(epoch) && relies(epoch + 1)) ?? null;
}

/** A detector's largest score, beside what is true. */
export interface Case {
  score: number;
  reliant: boolean;
}

/** A case for each pair that the detector speaks of, or one a run: its largest score, and whether it relies on anything. */
export function cases(results: readonly RunResult[], detector: Detector, each: 'pair' | 'run'): Case[] {
  return results.flatMap((result): Case[] => {
    const known = truths(result);
    const points = detector.look(result);
    const best = (list: Point[]) => Math.max(...list.map(({ score }) => score));
    if (each === 'run')
      return points.length ? [{ score: best(points), reliant: known.some(({ reliant }) => reliant) }] : [];
    return known.flatMap(({ segment, className, reliant }) => {
      const own = points.filter((point) => point.segment === segment && point.className === className);
      return own.length ? [{ score: best(own), reliant }] : [];
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
  /** A row for each pair that the net relied on; of a detector that speaks of runs, one a run. */
  reliances: {
    peak: number;
    alarm: number | null;
    /** Epochs from the onset to the first alarm, negative where it comes before; null without either. */
    delay: number | null;
    beforePeak: boolean;
  }[];
  /** Alarms on pairs that the net never relied on. */
  falseAlarms: { segment: string | null; className: string | null; epoch: number }[];
}

/** `threshold` is not asked for where the detector has a rule of its own. */
export function outcome(result: RunResult, detector: Detector, threshold: number): Outcome {
  const known = truths(result).filter(({ reliant }) => reliant);
  const first = new Map<string, Point>();
  const key = ({ segment, className }: { segment: string | null; className: string | null }) =>
    `${segment}\0${className}`;
  for (const point of detector.look(result)) {
    if (!(point.alerted ?? point.score >= threshold)) continue;
    const before = first.get(key(point));
    if (!before || point.epoch < before.epoch) first.set(key(point), point);
  }
  const wholeRun = first.get(key({ segment: null, className: null }));
  const reliances = known.map((pair) => {
    const alarm = (first.get(key(pair)) ?? wholeRun)?.epoch ?? null;
    const start = onset(pair.lost);
    return {
      peak: pair.peak,
      alarm,
      delay: alarm === null || start === null ? null : alarm - start,
      beforePeak: alarm !== null && alarm <= pair.peakEpoch,
    };
  });
  const falseAlarms = [...first.values()].filter((point) =>
    point.segment === null ? known.length === 0 : !known.some((pair) => key(pair) === key(point)),
  );
  return { result, reliances, falseAlarms };
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

/** Of the pairs that were relied on, by at least `least`. */
export function recall(outcomes: readonly Outcome[], least = leastReliance): Share | null {
  const all = outcomes.flatMap(({ reliances }) => reliances).filter(({ peak }) => peak >= least);
  return share(all.filter(({ alarm }) => alarm !== null).length, all.length);
}

/**
 * The lowest threshold at which at most `rate` of the runs have a false alarm: to be chosen on the development half.
 * null for a detector with a rule of its own.
 */
export function chooseThreshold(
  results: readonly RunResult[],
  detector: Detector,
  rate: number,
): number | null {
  const peaks = results.map((result) => {
    const reliant = new Set(
      truths(result)
        .filter((pair) => pair.reliant)
        .map(({ segment, className }) => `${segment}\0${className}`),
    );
    const wrong = detector
      .look(result)
      .filter(({ segment, className }) =>
        segment === null ? reliant.size === 0 : !reliant.has(`${segment}\0${className}`),
      );
    return wrong.some(({ alerted }) => alerted !== undefined)
      ? null
      : Math.max(...wrong.map(({ score }) => score));
  });
  if (peaks.includes(null)) return null;
  const sorted = (peaks as number[]).sort((a, b) => b - a);
  // Just above the first run that must stay silent.
  const loudest = sorted[Math.floor(rate * sorted.length)] ?? Number.NEGATIVE_INFINITY;
  return Number.isFinite(loudest) ? loudest + 1e-9 : 0;
}

/** The first epoch at which a detector alarms on the shortcut and its class, or on the run as a whole. */
export function firstAlarm(result: RunResult, detector: Detector, threshold: number): number | null {
  const epochs = detector
    .look(result)
    .filter((point) => isShortcut(point, result) && (point.alerted ?? point.score >= threshold))
    .map(({ epoch }) => epoch);
  return epochs.length ? Math.min(...epochs) : null;
}

/** Whether a point speaks of the shortcut and the class that carries it, or of the run as a whole. */
export function isShortcut({ segment, className }: Point, result: RunResult): boolean {
  return segment === null || (segment === result.segment && className === result.classNames[0]);
}

/** The smallest dose from which on, at every higher one too, `least` of the runs alarm on the shortcut. */
export function smallestDose(
  results: readonly RunResult[],
  detector: Detector,
  threshold: number,
  least = 0.9,
): number | null {
  const byDose = new Map<number, boolean[]>();
  for (const result of results) {
    const { dose } = result.config;
    const found = firstAlarm(result, detector, threshold) !== null;
    if (dose > 0) byDose.set(dose, [...(byDose.get(dose) ?? []), found]);
  }
  let smallest: number | null = null;
  for (const [dose, found] of [...byDose].sort(([a], [b]) => b - a)) {
    if (found.filter(Boolean).length < least * found.length) break;
    smallest = dose;
  }
  return smallest;
}

/** Percentile bootstrap (Efron 1979): whole runs are drawn anew. NaN results are left out. */
export function bootstrap<T>(
  runs: readonly T[],
  statistic: (drawn: T[]) => number,
  { resamples = 1000, seed = 1, alpha = 0.05 } = {},
): [low: number, high: number] {
  const random = seededRandom(seed);
  const values = Array.from({ length: resamples }, () =>
    statistic(runs.map(() => runs[Math.floor(random() * runs.length)])),
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
