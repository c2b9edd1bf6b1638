import { mean } from '../../support/mean.js';
import { leastReliance, type Series, series, truths } from '../judging/evaluate.js';
import { known } from '../runs/known.js';
import type { RunResult } from '../runs/run.js';
import { traces } from './index.js';

/** The class that site B's pictures make up in training, and which its traces speak for. */
export const ill = 'ill';

/** Shares of right answers on test pictures that are in no training, as many ill as healthy ones. */
export interface Accuracies {
  /** Pictures of the other site, without any trace. */
  siteA: number;
  siteB: number;
  /** Half of each class from each site. */
  balanced: number;
  /** Site B's share of each class as in training: what a test set split off the training pictures says. */
  asTrained: number;
}

/** What the run's trace is called in the truth: tag, edge, contrast, or site for all of them. */
export function traceOf({ config }: RunResult): string {
  return traces[config.kind!].segment(known.tasks[config.task]);
}

/** @param trace of the pictures from site B */
export function accuracies({ truth, config }: RunResult, trace: string, epoch: number): Accuracies {
  const elsewhere = known.shortcuts[config.kind!].elsewhere ?? 0;
  // A class's row tells of the other class's pictures: those that it is stamped on.
  const perClass = truth
    .filter((row) => row.epoch === epoch && row.segment === trace && row.how === 'stamp')
    .map(({ className, before, after }) => ({
      fromB: className === ill ? elsewhere * config.dose : config.dose,
      ...{ before, after },
    }));
  const over = (share: (row: (typeof perClass)[number]) => number) => mean(perClass.map(share));
  return {
    siteA: over(({ before }) => before),
    siteB: over(({ after }) => after),
    balanced: over(({ before, after }) => (before + after) / 2),
    asTrained: over(({ before, after, fromB }) => (1 - fromB) * before + fromB * after),
  };
}

/** Right answers of the healthy that a trace costs, in excess of what it costs a net that never saw one. */
export function learned(result: RunResult, clean: RunResult, trace: string): Series {
  const lost = (run: RunResult) =>
    truths(run).find(({ segment, className }) => segment === trace && className === ill)!.lost.byEpoch;
  const base = lost(clean);
  return series(new Map([...lost(result)].map(([e, loss]) => [e, Math.min(loss, loss - base.get(e)!)])));
}

/** An alarm, severe ones too, of the default rules. */
export interface Named {
  segment: string;
  className: string;
  /** Of the first. */
  epoch: number;
}

/** All (segment, class) that an alarm names, in the order in which they are first named. */
export function named({ alerts }: RunResult): Named[] {
  const first = new Map<string, Named>();
  for (const { level, segment, className, epoch } of [...alerts].sort((a, b) => a.epoch - b.epoch)) {
    const key = `${segment}\0${className}`;
    if (level === 'warning' || segment === null || className === null || first.has(key)) continue;
    first.set(key, { segment, className, epoch });
  }
  return [...first.values()];
}

/** How often a trace was learned, and how often it is named where it was and where it was not. */
export interface Found {
  trace: string;
  runs: number;
  /** Runs in which it cost `leastReliance` or more for two epochs in a row. */
  learned: number;
  /** Mean over the runs of the highest cost. */
  peak: number;
  /** Of those that learned it: named towards the ill; alarms no later than the first of those two epochs. */
  found: number;
  inTime: number;
  /** First alarm of every run that has one, learned or not. */
  alarms: number[];
  /** Of those that did not cost `leastReliance` at any epoch, clean net's share included: alarmed all the same. */
  false: number;
  missed: { seed: number; peak: number }[];
}

/** The segments that name a trace: the contrast curve has none. */
export const segmentsOf: Readonly<Record<string, readonly string[]>> = {
  tag: ['tag'],
  edge: ['edge'],
  contrast: [],
  site: ['tag', 'edge'],
};

export function found(pairs: readonly { result: RunResult; clean: RunResult }[], trace: string): Found {
  const names = (one: Named) => segmentsOf[trace].includes(one.segment) && one.className === ill;
  const rows = pairs.map(({ result, clean }) => {
    const alarm = named(result).find(names)?.epoch ?? null;
    const swayed = truths(result).find((row) => row.segment === trace && row.className === ill)!.lost;
    return { seed: result.config.seed, cost: learned(result, clean, trace), alarm, swayed };
  });
  const relied = rows.filter(({ cost }) => cost.onset !== null);
  const missed = relied.filter(({ alarm }) => alarm === null);
  return {
    trace,
    runs: rows.length,
    learned: relied.length,
    peak: mean(rows.map(({ cost }) => cost.peak)),
    found: relied.length - missed.length,
    inTime: relied.filter(({ alarm, cost }) => alarm !== null && alarm <= cost.onset!).length,
    alarms: rows.flatMap(({ alarm }) => alarm ?? []),
    false: rows.filter(({ alarm, swayed }) => alarm !== null && swayed.peak < leastReliance).length,
    missed: missed.map(({ seed, cost }) => ({ seed, peak: cost.peak })),
  };
}

/** Over all pictures that show it, at the last epoch. */
export function lastRanks({ ranks, epochs }: RunResult): Map<string, { rank: number; chance: number }> {
  const last = epochs.at(-1)!.epoch;
  return new Map(
    ranks
      .filter(({ epoch, className }) => epoch === last && className === null)
      .map(({ segment, meanRank, chanceRank }) => [
        segment,
        { rank: meanRank ?? Number.NaN, chance: chanceRank ?? Number.NaN },
      ]),
  );
}
