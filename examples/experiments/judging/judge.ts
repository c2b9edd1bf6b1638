import type { RunConfig } from '../runs/config.js';
import { shortcuts } from '../shortcuts/index.js';
import {
  auroc,
  bootstrap,
  bySeed,
  cases,
  type Examined,
  falseAlarmRate,
  isFalse,
  leastReliance,
  median,
  type Outcome,
  outcome,
  precisionRecall,
  type Right,
  recall,
  type Sense,
  type Share,
  share,
  smallestDose,
} from './evaluate.js';

/** Accuracy lost at the peak, by which recall is told. */
const losses = [
  [leastReliance, 0.1],
  [0.1, 0.2],
  [0.2, 0.4],
  [0.4, 1.01],
];

/** What may be asked of a right alarm, the mildest first: it is what `falseAlarms` goes by. */
const rights: readonly Right[] = [
  { towards: 'any class', at: 'any epoch' },
  { towards: 'any class', at: 'two in a row' },
  { towards: 'the class named', at: 'any epoch' },
  { towards: 'the class named', at: 'two in a row' },
];

/** Shares of the clean runs that may have any alarm, in hindsight. */
const cleanRates = [0.05, 0.1, 0.2];

/** All that is counted of a detector, at its threshold; null where it has a rule of its own. */
export function judge(
  detector: string,
  list: readonly Examined[],
  threshold: number | null,
  resamples: number,
) {
  const outcomes = list.map((one) => outcome(one, threshold ?? 0));
  const clean = outcomes.filter(({ result }) => result.config.dose === 0);
  const told = (sense: Sense) => {
    const reliances = outcomes.flatMap((one) => one.reliances[sense]);
    const pairs = cases(list, sense, 'pair');
    const byRun = bySeed(list, ({ result }) => result.config).map((group) => cases(group, sense, 'run'));
    const delays = reliances.flatMap(({ delay }) => delay ?? []);
    return {
      recall: recall(outcomes, sense),
      recallByLoss: losses.map(([from, to]) => ({ from, to, found: recall(outcomes, sense, { from, to }) })),
      beforePeak: share(reliances.filter(({ beforePeak }) => beforePeak).length, reliances.length),
      delay: { median: delays.length ? median(delays) : null, all: delays },
      pairs: { auroc: auroc(pairs), ...thinned(precisionRecall(pairs)), cases: pairs.length },
      runs: {
        auroc: auroc(byRun.flat()),
        aurocInterval: bootstrap(byRun, (drawn) => auroc(drawn.flat()), { resamples }),
        ...thinned(precisionRecall(byRun.flat())),
      },
    };
  };
  const recallOf = (holds: (config: RunConfig) => boolean) =>
    recall(
      outcomes.filter(({ result }) => holds(result.config)),
      'learned',
    );
  const groups = bySeed(outcomes, ({ result }) => result.config);
  const bySeeds = (part: (drawn: Outcome[]) => Share | null) =>
    bootstrap(groups, (drawn) => part(drawn.flat())?.share ?? Number.NaN, { resamples });
  const kinds = [...new Set(list.map(({ result }) => result.config.kind!))];
  return {
    detector,
    threshold,
    falseAlarms: { all: falseAlarmRate(outcomes), clean: falseAlarmRate(clean) },
    /** Runs with a false alarm, by what is asked of a right one. */
    falseBy: rights.map((right) => ({
      ...right,
      runs: outcomes.filter(({ alarms }, i) => alarms.some((point) => isFalse(point, list[i], right))).length,
    })),
    /** Right or not: a clean net may be swayed by the shortcut that it never saw, or by another part. */
    alarmedClean: {
      any: alarmedShare(clean),
      onShortcut: clean.filter(({ alarms, result }) =>
        alarms.some(({ segment }) => segment === result.segment),
      ).length,
      onOthers: clean.filter(({ alarms, result }) => alarms.some(({ segment }) => segment !== result.segment))
        .length,
    },
    /** Of each learned shortcut, in the order of the runs. */
    found: outcomes.flatMap(({ reliances }) => reliances.learned.map(({ alarm }) => alarm !== null)),
    atCleanRate: cleanRates.map((rate) => ({ rate, recall: recallAtCleanRate(list, rate) })),
    learned: told('learned'),
    lost: told('lost'),
    named: recallOf(({ kind }) => isNamed(kind!)),
    unnamed: recallOf(({ kind }) => !isNamed(kind!)),
    byKind: Object.fromEntries(kinds.map((kind) => [kind, recallOf((config) => config.kind === kind)])),
    /** 95 % intervals, the seeds of each task and net drawn anew. */
    bySeeds: {
      learned: bySeeds((drawn) => recall(drawn, 'learned')),
      falseAlarms: bySeeds(falseAlarmRate),
      alarmedClean: bySeeds((drawn) => alarmedShare(drawn.filter(({ result }) => result.config.dose === 0))),
    },
    smallestDose: doseTable(list, (own) => smallestDose(own, threshold ?? 0)),
  };
}

export type Judged = ReturnType<typeof judge>;

const alarmedShare = (outcomes: readonly Outcome[]) =>
  share(outcomes.filter(({ alarms }) => alarms.length > 0).length, outcomes.length);

/**
 * Recall of the learned at the lowest threshold on the score at which at most `rate` of the clean runs have an alarm, right
 * or not: what is found at the same counted rate.
 */
function recallAtCleanRate(list: readonly Examined[], rate: number) {
  const scored = list.map((one) => ({
    ...one,
    points: one.points.map(({ alerted: _, ...point }) => point),
  }));
  const peaks = scored
    .filter(({ result }) => result.config.dose === 0)
    .map(({ points }) => Math.max(...points.map(({ score }) => score)))
    .sort((a, b) => b - a);
  const threshold = (peaks[Math.floor(rate * peaks.length)] ?? 0) + 1e-9;
  return recall(
    scored.map((one) => outcome(one, threshold)),
    'learned',
  );
}

const isNamed = (kind: string) => shortcuts[kind].role !== null;

/** As many points as a figure can show. */
function thinned({ curve, averagePrecision }: ReturnType<typeof precisionRecall>) {
  const kept = Array.from({ length: 21 }, (_, i) => curve.findIndex(({ recall: at }) => at >= i / 20));
  return { averagePrecision, curve: curve.filter((_, i) => kept.includes(i)) };
}

/** Of `of`, for each task, shortcut and net: `doseKey`. */
function doseTable(list: readonly Examined[], of: (own: Examined[]) => number | null) {
  const groups = new Map<string, Examined[]>();
  for (const one of list) {
    const { task, kind, net } = one.result.config;
    const key = doseKey(task, kind!, net);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return Object.fromEntries([...groups].map(([key, own]) => [key, of(own)]));
}

export const doseKey = (task: string, kind: string, net: string) => `${task}, ${kind}, ${net}`;
