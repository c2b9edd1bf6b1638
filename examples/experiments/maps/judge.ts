import { mean } from '../../support/mean.js';
import { auroc, bootstrap, leastReliance } from '../judging/evaluate.js';
import { type Losses, mostLearned } from './cohort.js';
import type { MapConfig } from './maps.js';
import type { MeanRanks } from './ranks.js';

/** A segment's mean ranks by epoch, the first before training. */
export type Trajectory = (MeanRanks & { epoch: number })[];

/** What one run shows under one setting: of each draw (of noise, of pictures) a trajectory for each segment looked at. */
export interface Shown {
  config: MapConfig;
  losses: Losses;
  draws: Trajectory[][];
}

/** The largest over epochs after the first and over segments: the higher, the more it looks like a shortcut. */
const scores = {
  'against epoch 0': (at: MeanRanks, first: MeanRanks) => first.rank! - at.rank!,
  'against chance': (at: MeanRanks) => at.chance! - at.rank!,
  'mean rank': (at: MeanRanks) => -at.rank!,
};
type ScoreName = keyof typeof scores;
export const scoreNames = Object.keys(scores) as ScoreName[];

function scoreOf(draw: readonly Trajectory[], name: ScoreName): number {
  const all = draw.flatMap(([first, ...later]) =>
    // A segment that is gone says nothing.
    later.flatMap((at) => (at.rank === null || first.rank === null ? [] : scores[name](at, first))),
  );
  return Math.max(...all);
}

export interface Estimate {
  /** null where it does not exist. */
  value: number | null;
  /** 95 %, percentile bootstrap over seeds, each with all its runs. */
  interval: [low: number, high: number] | null;
}

export interface Judged {
  runs: { learned: number; clean: number; leftOut: number };
  /** The chance that a run which learned the watermark scores higher than a clean one; mean over the draws. */
  auroc: Record<ScoreName, Estimate>;
  /** Mean ranks over runs, draws and segments by epoch. */
  ranks: Record<'learned' | 'clean', { epoch: number; rank: Estimate; chance: Estimate }[]>;
}

/**
 * How well runs that learned the watermark are told from clean ones. Learned: the stamp cost the other class 5 points or
 * more, beyond the clean twin, at an epoch observed. Runs with the watermark in training that did not learn it are left
 * out.
 */
export function judge(shown: readonly Shown[], resamples: number): Judged {
  const twinOf = ({ config }: Shown) =>
    shown.find(
      (other) => isClean(other) && config.net === other.config.net && config.seed === other.config.seed,
    )!;
  const judged = shown.map((one): Case => {
    const learned = !isClean(one) && mostLearned(one.losses, twinOf(one).losses) >= leastReliance;
    return { ...one, kind: isClean(one) ? 'clean' : learned ? 'learned' : 'leftOut' };
  });
  const count = (kind: Case['kind']) => judged.filter((one) => one.kind === kind).length;
  const cases = judged.filter(({ kind }) => kind !== 'leftOut');
  // Runs of a seed share their pictures: they are drawn together.
  const bySeed = [...new Set(cases.map(({ config }) => config.seed))].map((seed) =>
    cases.filter(({ config }) => config.seed === seed),
  );
  const estimate = <T>(groups: readonly T[], statistic: (drawn: T[]) => number): Estimate => {
    const value = statistic([...groups]);
    if (!Number.isFinite(value)) return { value: null, interval: null };
    return { value, interval: bootstrap(groups, statistic, { resamples }) };
  };
  const aurocOf = (name: ScoreName) => {
    const scored = bySeed.map((runs) =>
      runs.map(({ kind, draws }) => ({
        reliant: kind === 'learned',
        scores: draws.map((draw) => scoreOf(draw, name)),
      })),
    );
    return estimate(scored, (drawn) => {
      const runs = drawn.flat();
      const draws = runs[0].scores.map((_, d) =>
        auroc(runs.map(({ reliant, scores }) => ({ reliant, score: scores[d] }))),
      );
      return mean(draws);
    });
  };
  const ranksOf = (kind: Case['kind']) => {
    const groups = bySeed
      .map((runs) => runs.filter((run) => run.kind === kind))
      .filter((runs) => runs.length);
    const epochs = groups[0]?.[0].draws[0][0].map(({ epoch }) => epoch) ?? [];
    return epochs.map((epoch, e) => {
      const of = (what: 'rank' | 'chance') => {
        const values = groups.map((runs) =>
          runs.map(({ draws }) => mean(draws.flatMap((draw) => draw.flatMap((line) => line[e][what] ?? [])))),
        );
        return estimate(values, (drawn) => mean(drawn.flat().filter((value) => !Number.isNaN(value))));
      };
      return { epoch, rank: of('rank'), chance: of('chance') };
    });
  };
  return {
    runs: { learned: count('learned'), clean: count('clean'), leftOut: count('leftOut') },
    auroc: Object.fromEntries(scoreNames.map((name) => [name, aurocOf(name)])) as Judged['auroc'],
    ranks: { learned: ranksOf('learned'), clean: ranksOf('clean') },
  };
}

type Case = Shown & { kind: 'learned' | 'clean' | 'leftOut' };
const isClean = ({ config }: Shown) => config.dose === 0;
