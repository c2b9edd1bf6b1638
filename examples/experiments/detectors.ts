import type { Level } from 'satwatch';
import type { RunResult } from './run.js';

/** What a detector says of a segment and a class at one epoch; both null where it speaks of the whole run. */
export interface Point {
  segment: string | null;
  className: string | null;
  epoch: number;
  /** Larger is more suspicious. */
  score: number;
  /** Where the detector has a rule of its own: whether it holds. Else a threshold on the score decides. */
  alerted?: boolean;
}

export interface Detector {
  name: string;
  look(result: RunResult): Point[];
}

/**
 * All that are compared, pure functions of a run's JSON. Core parts are no candidates for any of them, and epoch 0, the
 * net before training, raises nothing. One that scores a run against reference runs is made by a function that gets
 * them, `byReference((result) => cleanRunsOfTheSameTaskAndNet)`, and joins the list where the results are known.
 */
export const detectors: readonly Detector[] = [
  satwatch('warning'),
  satwatch('alarm'),
  satwatch('severe'),
  byRank('rank against epoch 0', ({ meanRank }, first) => (first.meanRank ?? Number.NaN) - meanRank),
  byRank('mean rank', ({ meanRank }) => -meanRank),
  byRank('rank against chance', ({ meanRank, chanceRank }) => (chanceRank ?? Number.NaN) - meanRank),
  {
    name: 'train-test gap',
    look: ({ epochs }) =>
      epochs.flatMap(({ epoch, trainAccuracy, testAccuracy }) =>
        trainAccuracy === null || testAccuracy === null
          ? []
          : [{ segment: null, className: null, epoch, score: trainAccuracy - testAccuracy }],
      ),
  },
];

const order: Record<Level, number> = { warning: 1, alarm: 2, severe: 3 };

/** The default rule at a level or above: the score is what its effect and its fill both reach. */
function satwatch(level: Level): Detector {
  return {
    name: `satwatch ${level}`,
    look: ({ effects, alerts }) =>
      effects
        .filter(({ epoch }) => epoch > 0)
        .map(({ segment, className, epoch, effect, fill }) => ({
          segment,
          className,
          epoch,
          score: Math.min(effect, fill ?? effect),
          alerted: alerts.some(
            (alert) =>
              alert.rule === 'reliance' &&
              alert.segment === segment &&
              alert.className === className &&
              order[alert.level] >= order[level] &&
              alert.epoch <= epoch &&
              (alert.resolvedEpoch === null || alert.resolvedEpoch > epoch),
          ),
        })),
  };
}

type Ranked = RunResult['ranks'][number] & { meanRank: number };

/** Of the images of each class. */
function byRank(name: string, score: (now: Ranked, first: RunResult['ranks'][number]) => number): Detector {
  return {
    name,
    look({ ranks, roles }) {
      const key = (row: RunResult['ranks'][number]) => `${row.segment}\0${row.className}`;
      const first = new Map(ranks.filter(({ epoch }) => epoch === 0).map((row) => [key(row), row]));
      return ranks.flatMap((row) => {
        const { segment, className, epoch, meanRank } = row;
        const start = first.get(key(row));
        if (epoch === 0 || className === null || meanRank === null || !start || roles[segment] === 'core')
          return [];
        const value = score({ ...row, meanRank }, start);
        return Number.isNaN(value) ? [] : [{ segment, className, epoch, score: value }];
      });
    },
  };
}
