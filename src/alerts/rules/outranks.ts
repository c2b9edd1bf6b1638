import { latest, rowOf } from '../history.js';
import {
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

export type OutranksOptions = Selection & CommonOptions;

/** A suspect or context segment ranks before every core one. */
export function outranks(options: OutranksOptions = {}): Rule {
  const defaults = { level: 'warning', consecutive: 1, cooldown: 0 } as const;
  return defineRule('outranks', options, defaults, selectionNames, (o) => ({
    check: (probe) => checkSelection('outranks', o, probe),
    evaluate(history) {
      const now = latest(history);
      const { roles, segmentNames } = history.probe;
      const core = segmentNames.filter((name) => roles[name] === 'core');
      return selected(o, history.probe).flatMap(([segment, className]) => {
        if (roles[segment] !== 'suspect' && roles[segment] !== 'context') return [];
        const row = rowOf(now, segment, className);
        const cores = core.flatMap((name) => rowOf(now, name, className) ?? []);
        if (!row || cores.length === 0) return [];
        const best = cores.reduce((a, b) => (b.meanRank < a.meanRank ? b : a));
        if (row.meanRank >= best.meanRank) return [];
        return {
          segment,
          className,
          level: o.level,
          from: best.meanRank,
          to: row.meanRank,
          severity: best.meanRank - row.meanRank,
          message:
            `'${segment}'${inClass(className)} ranks ${round(row.meanRank)} at epoch ${now.epoch}, before every core segment ` +
            `(the best, '${best.segment}', ${round(best.meanRank)}); compare it with its chance rank and look at its pictures`,
          evidence: { bestCore: best.segment, chanceRank: row.chanceRank, images: row.n },
        };
      });
    },
  }));
}
