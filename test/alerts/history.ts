import type { Effect, History, Metrics, Observed, Role } from 'satwatch';

/** What an observation says of a segment over all classes, or of 'segment@class' in one. */
export type Ranks = Record<string, number | null>;

const roles: Record<string, Role> = { mark: 'suspect', sky: 'context', head: 'core', eyes: 'core' };

/** One observation by hand: relative ranks (the absolute ones are all 1, which no rule may read). */
export function observed(
  epoch: number,
  {
    ranks = {},
    effects = [],
    metrics = {},
    probeAccuracy = null,
    attribution = 0.01,
  }: {
    ranks?: Ranks;
    effects?: Partial<Effect>[];
    metrics?: Metrics;
    probeAccuracy?: number | null;
    attribution?: number | null;
  },
): Observed {
  const rows = Object.entries(ranks).flatMap(([key, meanRank]) => {
    const [segment, className = null] = key.split('@');
    const row = { segment, className, n: meanRank === null ? 0 : 10, chanceRank: 3.5 };
    return [
      { ...row, aggregation: 'absolute' as const, meanRank: 1, meanAttribution: attribution },
      { ...row, aggregation: 'relative' as const, meanRank, meanAttribution: attribution },
    ];
  });
  return {
    epoch,
    step: null,
    metrics,
    probeAccuracy,
    rows,
    effects: effects.map((effect) => ({
      segment: 'mark',
      className: 'cat',
      effect: 0,
      z: 0,
      top: 0,
      fill: 0,
      blur: 0,
      flipped: 0,
      lost: 0,
      receivers: 64,
      givers: 20,
      ...effect,
    })),
  };
}

/** A run of hand-made observations, 20 pictures of each class. */
export function history(...run: Observed[]): History {
  return {
    probe: {
      segmentNames: ['eyes', 'head', 'mark', 'sky'],
      classNames: ['cat', 'dog'],
      roles,
      classCounts: [20, 20],
    },
    pairs: 4,
    observed: run,
  };
}

/** Epochs 0, 1, … of ranks. */
export const ofRanks = (...run: Ranks[]): History =>
  history(...run.map((ranks, epoch) => observed(epoch, { ranks })));

/** Epochs 1, 2, … of what was measured for ('mark', 'cat') unless said otherwise. */
export const ofEffects = (...run: Partial<Effect>[][]): History =>
  history(...run.map((effects, i) => observed(i + 1, { effects })));
