import type { RunResult } from '../runs/run.js';
import { auroc, bootstrap, bySeed, type Examined } from './evaluate.js';
import { replay } from './replay.js';

/** Tells, of a run that is swayed by the shortcut, whether its training data taught it: larger is 'learned'. */
interface Teller {
  name: string;
  /** null where it cannot say. */
  score(result: RunResult, references: readonly RunResult[]): number | null;
}

const tellers: readonly Teller[] = [
  { name: 'the largest effect', score: (result) => Math.max(...effectsOf(result)) },
  {
    name: 'what is left of it at the end',
    score: (result) => {
      const effects = effectsOf(result);
      return effects[effects.length - 1] / Math.max(...effects);
    },
  },
  { name: 'the last effect', score: (result) => effectsOf(result).at(-1)! },
  {
    name: 'the largest excess over clean runs of other seeds',
    score: (result, references) =>
      references.length < 2
        ? null
        : Math.max(
            ...effectsOf(result).map(
              (effect, epoch) => effect - Math.max(...references.map((run) => effectsOf(run)[epoch])),
            ),
          ),
  },
  // What a user knows who has masks of the training pictures, or a detector for the segment.
  { name: 'its share in the class in training', score: ({ config }) => config.dose },
];

const known = new WeakMap<RunResult, number[]>();

/** Of the shortcut and its class, epoch by epoch from 1. */
function effectsOf(result: RunResult): number[] {
  const isOwn = ({ effect: { segment, className } }: ReturnType<typeof replay>[number][number]) =>
    segment === result.segment && className === result.classNames[0];
  if (!known.has(result))
    known.set(
      result,
      replay(result)
        .slice(1)
        .flatMap((pairs) => pairs.filter(isOwn).map(({ effect }) => effect.effect)),
    );
  return known.get(result)!;
}

/**
 * Among the runs that the shortcut sways (two epochs in a row with a loss of 5 points), those that learned it against those
 * that are swayed as much by a thing they hardly or never saw: how well each teller separates the two (AUROC, 95 % by
 * drawing the seeds of each task and net).
 */
export function swayOrLearned(examined: readonly Examined[], resamples: number) {
  const swayed = examined.flatMap(({ result, truths }) => {
    const own = truths.find(
      ({ segment, className }) => segment === result.segment && className === result.classNames[0],
    );
    if (!own || own.lost.onset === null || effectsOf(result).length === 0) return [];
    return [{ result, learned: own.learned?.onset != null }];
  });
  const references = ({ config: { task, net, kind, seed } }: RunResult) =>
    examined
      .map(({ result }) => result)
      .filter(
        ({ config: other }) =>
          other.dose === 0 &&
          other.task === task &&
          other.net === net &&
          other.kind === kind &&
          other.seed !== seed,
      );
  return tellers.map(({ name, score }) => {
    const told = (runs: typeof swayed) => {
      const cases = runs.flatMap(({ result, learned }) => {
        const said = score(result, references(result));
        return said === null ? [] : [{ config: result.config, score: said, reliant: learned }];
      });
      return {
        learned: cases.filter(({ reliant }) => reliant).length,
        onlySwayed: cases.filter(({ reliant }) => !reliant).length,
        auroc: auroc(cases),
        interval: bootstrap(
          bySeed(cases, ({ config }) => config),
          (drawn) => auroc(drawn.flat()),
          { resamples },
        ),
      };
    };
    return { name, all: told(swayed), poisoned: told(swayed.filter(({ result }) => result.config.dose > 0)) };
  });
}
