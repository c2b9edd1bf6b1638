import type { AggregatedRow } from '../store/index.js';
import { type History, latest, type Observed, rowOf } from './history.js';
import {
  type CommonOptions,
  checkSelection,
  defineRule,
  type Finding,
  type Rule,
  type Selection,
  selected,
  selectionNames,
} from './rule.js';

export type RankedRow = AggregatedRow & { meanRank: number };

/** What a rank rule says of one segment's newest row; null where there is nothing to tell. */
export type Judgement = Pick<Finding, 'from' | 'severity' | 'message' | 'evidence'> | null;

/** A rule that looks at the newest mean rank of every selected segment, one at a time. */
export function rankRule<Options extends Selection & CommonOptions>(
  name: string,
  options: Options,
  { level, own }: { level: 'warning' | 'alarm'; own: readonly string[] },
  judge: (options: Options, row: RankedRow, now: Observed, history: History) => Judgement,
): Rule {
  const defaults = { level, consecutive: 1, cooldown: 0 } as Required<CommonOptions> & Partial<Options>;
  return defineRule(name, options, defaults, [...own, ...selectionNames], (o) => ({
    check: (probe) => checkSelection(name, o, probe),
    evaluate(history) {
      const now = latest(history);
      return selected(o, history.probe).flatMap(([segment, className]): Finding[] => {
        const row = rowOf(now, segment, className);
        const judgement = row && judge(o, row, now, history);
        if (!judgement) return [];
        const { evidence, ...told } = judgement;
        return [
          {
            segment,
            className,
            level: o.level,
            to: row.meanRank,
            ...told,
            evidence: { ...evidence, chanceRank: row.chanceRank, images: row.n },
          },
        ];
      });
    },
  }));
}
