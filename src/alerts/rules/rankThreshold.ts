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

export interface RankThresholdOptions extends Selection, CommonOptions {
  /** Fires where the mean rank is this or better (a smaller number); 1 is the most influential. */
  rank: number;
}

/** The mean local rank of a segment, of a role's segments or of any segment reaches `rank`. */
export function rankThreshold(options: RankThresholdOptions): Rule {
  const defaults = { level: 'alarm', consecutive: 1, cooldown: 0 } as const;
  return defineRule('rankThreshold', options, defaults, ['rank', ...selectionNames], (o) => {
    if (!(o.rank >= 1)) bad('rankThreshold', 'rank', o.rank, 'a rank from 1');
    return {
      check: (probe) => checkSelection('rankThreshold', o, probe),
      evaluate(history) {
        const now = latest(history);
        return selected(o, history.probe).flatMap(([segment, className]) => {
          const row = rowOf(now, segment, className);
          if (!row || row.meanRank > o.rank) return [];
          const start = history.observed[0];
          const first = rowOf(start, segment, className)?.meanRank ?? null;
          const chance = row.chanceRank === null ? '' : `, by chance ${round(row.chanceRank)}`;
          return {
            segment,
            className,
            level: o.level,
            from: first,
            to: row.meanRank,
            severity: -row.meanRank,
            message:
              `'${segment}'${inClass(className)} ranks ${round(row.meanRank)} at epoch ${now.epoch} (threshold ${o.rank}${chance})` +
              `${first === null || start === now ? '' : `, ${round(first)} at epoch ${start.epoch}`}; look at pictures with and without it`,
            evidence: { threshold: o.rank, chanceRank: row.chanceRank, images: row.n },
          };
        });
      },
    };
  });
}
