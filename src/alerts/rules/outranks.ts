import { rowOf } from '../history.js';
import { rankRule } from '../rankRule.js';
import { bad, type CommonOptions, inClass, type Rule, round, type Selection } from '../rule.js';

export type OutranksOptions = Selection & CommonOptions;

/** A suspect or context segment ranks before every core one. */
export function outranks(options: OutranksOptions = {}): Rule {
  if (options?.role === 'core')
    bad('outranks', 'role', 'core', 'suspect or context: they are held against the core ones');
  return rankRule('outranks', options, { level: 'warning', own: [] }, (_, row, now, { probe }) => {
    const { segment, className } = row;
    const { roles, segmentNames } = probe;
    if (roles[segment] !== 'suspect' && roles[segment] !== 'context') return null;
    const cores = segmentNames
      .filter((name) => roles[name] === 'core')
      .flatMap((name) => rowOf(now, name, className) ?? []);
    if (cores.length === 0) return null;
    const best = cores.reduce((a, b) => (b.meanRank < a.meanRank ? b : a));
    if (row.meanRank >= best.meanRank) return null;
    return {
      from: best.meanRank,
      severity: best.meanRank - row.meanRank,
      message:
        `'${segment}'${inClass(className)} ranks ${round(row.meanRank)} at epoch ${now.epoch}, before every core segment ` +
        `(the best, '${best.segment}', ${round(best.meanRank)}); compare it with its chance rank and look at its pictures`,
      evidence: { bestCore: best.segment },
    };
  });
}
