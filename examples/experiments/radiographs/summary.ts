import { mean } from '../../support/mean.js';
import { bootstrap, type Share, share } from '../judging/evaluate.js';
import type { RunConfig } from '../runs/config.js';
import type { NetName } from '../runs/nets.js';
import type { RunResult } from '../runs/run.js';
import {
  type Accuracies,
  accuracies,
  type Found,
  found,
  ill,
  lastRanks,
  named,
  segmentsOf,
  traceOf,
} from './judge.js';

/** A run and the clean one of its seed. */
export interface Pair {
  result: RunResult;
  clean: RunResult;
}

/** A mean over the runs; from low to high 95 %, whole runs drawn anew. */
export interface Estimate {
  mean: number;
  low: number;
  high: number;
}

/** All runs of a net on pictures with the same traces. */
export interface Summary {
  traces: string;
  dose: number;
  carriers: RunConfig['carriers'];
  found: Found[];
  /** Runs with an alarm on anything but a trace towards the ill: 'segment → class'. */
  otherAlarms: Record<string, number>;
  /** After the last epoch. */
  accuracy: Record<keyof Accuracies, Estimate>;
  /** Mean ranks after the last epoch, the clean nets' on their probe pictures beside them. */
  ranks: { segment: string; rank: number; chance: number; clean: number }[];
}

export interface NetSummary {
  net: NetName;
  /** Nets that never saw a trace. Of a tag that sways them an alarm is right, and says nothing of their data. */
  clean: {
    runs: number;
    alarms: Record<string, Share | null>;
    otherAlarms: Record<string, number>;
    accuracy: Record<keyof Accuracies, Estimate>;
  };
  settings: Summary[];
}

export function summarise(pairs: readonly Pair[], traces: string, measured: readonly string[]): Summary {
  const runs = pairs.map(({ result }) => result);
  const [{ config }] = runs;
  const ranks = pairs.map(({ result, clean }) => ({ own: lastRanks(result), clean: lastRanks(clean) }));
  return {
    traces,
    dose: config.dose,
    carriers: config.carriers,
    found: measured.map((trace) => found(pairs, trace)),
    otherAlarms: otherAlarms(runs),
    accuracy: accuracyAt(runs, lastEpoch(runs)),
    ranks: [...ranks[0].own.keys()].map((segment) => ({
      segment,
      rank: mean(ranks.map(({ own }) => own.get(segment)!.rank)),
      chance: mean(ranks.map(({ own }) => own.get(segment)!.chance)),
      clean: mean(ranks.map((one) => one.clean.get(segment)?.rank ?? Number.NaN)),
    })),
  };
}

export function summariseClean(runs: readonly RunResult[]): NetSummary['clean'] {
  const swayed = (trace: string) =>
    runs.filter((run) => named(run).some((one) => one.segment === trace && one.className === ill)).length;
  return {
    runs: runs.length,
    alarms: Object.fromEntries(segmentsOf.site.map((trace) => [trace, share(swayed(trace), runs.length)])),
    otherAlarms: otherAlarms(runs),
    accuracy: accuracyAt(runs, lastEpoch(runs)),
  };
}

/** On pictures with the runs' own traces. */
export function accuracyAt(runs: readonly RunResult[], epoch: number): Record<keyof Accuracies, Estimate> {
  const each = runs.map((run) => accuracies(run, traceOf(run), epoch));
  const of = (name: keyof Accuracies) => estimate(each.map((one) => one[name]));
  return {
    ...{ siteA: of('siteA'), siteB: of('siteB') },
    ...{ balanced: of('balanced'), asTrained: of('asTrained') },
  };
}

export function estimate(values: readonly number[]): Estimate {
  const [low, high] = bootstrap(values, mean);
  return { mean: mean(values), low, high };
}

function otherAlarms(runs: readonly RunResult[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { segment, className } of runs.flatMap(named)) {
    if (segmentsOf.site.includes(segment) && className === ill) continue;
    const what = `${segment} → ${className}`;
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
}

const lastEpoch = ([run]: readonly RunResult[]) => run.epochs.at(-1)!.epoch;
