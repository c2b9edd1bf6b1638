import type { Level } from 'satwatch';
import { order } from '../../../src/alerts/rule.js';
import type { RunResult } from '../runs/run.js';
import { holmSpending, signFlips } from './multiplicity.js';
import { replay, watch } from './replay.js';

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
  look(result: RunResult): Point[] | Promise<Point[]>;
}

/** Forward passes an observation that satwatch takes by default for 128 probe pictures and the plain gradient. */
const usual = 640;

/**
 * All that are compared, functions of a run's JSON. Core parts are no candidates for any of them, and epoch 0, the net
 * before training, raises nothing.
 */
export const detectors: readonly Detector[] = [
  satwatch('warning'),
  satwatch('alarm'),
  satwatch('severe'),
  satwatch('warning', { name: 'satwatch warning, twice in a row', consecutive: 2 }),
  satwatch('alarm', { name: 'satwatch alarm, twice the passes', budget: 2 * usual }),
  satwatch('alarm', { name: 'satwatch alarm, every pair always', budget: Number.POSITIVE_INFINITY }),
  byEffect('effect', ({ effect }) => effect),
  byEffect('effect of the top givers', ({ top }) => top ?? Number.NEGATIVE_INFINITY),
  byEffect('effect and both fills', ({ effect, fill, blur }) =>
    Math.min(effect, fill ?? effect, blur ?? effect),
  ),
  byEffect('accuracy lost to pastes', ({ lost }) => lost!),
  byEffect('z', ({ z }) => z),
  { name: 'Holm, α/(t(t + 1))', look: holmSpending },
  { name: 'largest of sign flips', look: signFlips },
  // What the prototype of the reliance test asked for, of today's measurement.
  byEffect(
    'effect ≥ 3 points, z ≥ 4, fill ≥ 3 points',
    ({ effect }) => effect,
    ({ effect, z, fill }) => effect >= 0.03 && z >= 4 && (fill === null || fill >= 0.03),
  ),
  byRank('rank against epoch 0', ({ meanRank }, first) => (first.meanRank ?? Number.NaN) - meanRank),
  byRank('mean rank', ({ meanRank }) => -meanRank),
  byRank('rank against chance', ({ meanRank, chanceRank }) => (chanceRank ?? Number.NaN) - meanRank),
  {
    name: 'outranks every core part',
    look: ({ ranks, roles }) =>
      ranks.flatMap(({ segment, className, epoch, meanRank }) => {
        if (epoch === 0 || className === null || meanRank === null || roles[segment] === 'core') return [];
        const cores = ranks.filter(
          (row) => row.epoch === epoch && row.className === className && roles[row.segment] === 'core',
        );
        const best = Math.min(...cores.flatMap((row) => row.meanRank ?? []));
        return [{ segment, className, epoch, score: best - meanRank, alerted: meanRank < best }];
      }),
  },
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

/** The default rule at a level or above, by the program's own turns; the score is the effect, 0 where a pair has no turn. */
function satwatch(
  level: Level,
  { name = `satwatch ${level}`, budget = usual, consecutive = 1 } = {},
): Detector {
  return {
    name,
    look: async (result) => {
      const tested = await watch(result, budget, { consecutive });
      const pairs = replay(result).slice(1).flat();
      return pairs.map(({ effect: { segment, className, epoch } }) => {
        const own = tested.find(
          (one) => one.epoch === epoch && one.segment === segment && one.className === className,
        );
        const alerted = own?.level != null && order[own.level] >= order[level];
        return { segment, className, epoch, score: own?.effect ?? 0, alerted };
      });
    },
  };
}

type Effect = ReturnType<typeof replay>[number][number]['effect'];

/** Of every pair at every epoch. */
function byEffect(
  name: string,
  score: (effect: Effect) => number,
  rule?: (effect: Effect) => boolean,
): Detector {
  return {
    name,
    look: (result) =>
      replay(result)
        .slice(1)
        .flat()
        .map(({ effect }) => {
          const { segment, className, epoch } = effect;
          return { segment, className, epoch, score: score(effect), ...(rule && { alerted: rule(effect) }) };
        }),
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
