import { rowOf } from '../history.js';
import { rankRule } from '../rankRule.js';
import { bad, type CommonOptions, inClass, type Rule, round, type Selection } from '../rule.js';

export interface RankThresholdOptions extends Selection, CommonOptions {
  /** Fires where the mean rank is this or better (a smaller number); 1 is the most influential. */
  rank: number;
}

/** The mean local rank of a segment, of a role's segments or of any segment reaches `rank`. */
export function rankThreshold(options: RankThresholdOptions): Rule {
  if (!(options?.rank >= 1)) bad('rankThreshold', 'rank', options?.rank, 'a rank from 1');
  return rankRule(
    'rankThreshold',
    options,
    { level: 'alarm', own: ['rank'] },
    ({ rank }, row, now, history) => {
      if (row.meanRank > rank) return null;
      const { segment, className } = row;
      const start = history.observed[0];
      const first = rowOf(start, segment, className)?.meanRank ?? null;
      const chance = row.chanceRank === null ? '' : `, by chance ${round(row.chanceRank)}`;
      return {
        from: first,
        severity: -row.meanRank,
        message:
          `'${segment}'${inClass(className)} ranks ${round(row.meanRank)} at epoch ${now.epoch} (threshold ${rank}${chance})` +
          `${first === null || start === now ? '' : `, ${round(first)} at epoch ${start.epoch}`}; look at pictures with and without it`,
        evidence: { threshold: rank },
      };
    },
  );
}
