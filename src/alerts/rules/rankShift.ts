import { latest, rowOf } from '../history.js';
import {
  bad,
  type CommonOptions,
  checkSelection,
  defineRule,
  inClass,
  type Rule,
  round,
  type Selection,
  selected,
  selectionNames,
} from '../rule.js';

export interface RankShiftOptions extends Selection, CommonOptions {
  /** Ranks gained towards 1 since the run's first observation. */
  by: number;
}

/** A segment's mean rank has risen by `by` or more since the run's first observation. */
export function rankShift(options: RankShiftOptions): Rule {
  const defaults = { level: 'warning', consecutive: 1, cooldown: 0 } as const;
  return defineRule('rankShift', options, defaults, ['by', ...selectionNames], (o) => {
    if (!(o.by > 0)) bad('rankShift', 'by', o.by, 'a number of ranks above 0');
    return {
      check: (probe) => checkSelection('rankShift', o, probe),
      evaluate(history) {
        const [first, now] = [history.observed[0], latest(history)];
        return selected(o, history.probe).flatMap(([segment, className]) => {
          const before = rowOf(first, segment, className);
          const row = rowOf(now, segment, className);
          if (!before || !row || before.meanRank - row.meanRank < o.by) return [];
          const shift = before.meanRank - row.meanRank;
          return {
            segment,
            className,
            level: o.level,
            from: before.meanRank,
            to: row.meanRank,
            severity: shift,
            message:
              `'${segment}'${inClass(className)} has risen from rank ${round(before.meanRank)} at epoch ${first.epoch} to ` +
              `${round(row.meanRank)} at epoch ${now.epoch}; look at pictures with and without it`,
            evidence: { by: o.by, shift, chanceRank: row.chanceRank, images: row.n },
          };
        });
      },
    };
  });
}
