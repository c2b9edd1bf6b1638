import { rowOf } from '../history.js';
import { rankRule } from '../rankRule.js';
import { bad, type CommonOptions, inClass, type Rule, round, type Selection } from '../rule.js';

export interface RankShiftOptions extends Selection, CommonOptions {
  /** Ranks gained towards 1 since the run's first observation. */
  by: number;
}

/** A segment's mean rank has risen by `by` or more since the run's first observation. */
export function rankShift(options: RankShiftOptions): Rule {
  if (!(options?.by > 0)) bad('rankShift', 'by', options?.by, 'a number of ranks above 0');
  return rankRule('rankShift', options, { level: 'warning', own: ['by'] }, ({ by }, row, now, history) => {
    const { segment, className } = row;
    const first = history.observed[0];
    const before = rowOf(first, segment, className);
    const shift = before ? before.meanRank - row.meanRank : 0;
    if (!before || shift < by) return null;
    return {
      from: before.meanRank,
      severity: shift,
      message:
        `'${segment}'${inClass(className)} has risen from rank ${round(before.meanRank)} at epoch ${first.epoch} to ` +
        `${round(row.meanRank)} at epoch ${now.epoch}; look at pictures with and without it`,
      evidence: { by, shift },
    };
  });
}
