import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { relianceChance, relianceLevels } from '../../relianceLevels.js';
import type { Effect, Level } from '../../types.js';
import { order } from '../rule.js';

type Measured = Pick<Effect, 'effect' | 'z' | 'top' | 'receivers' | 'givers'>;

/** The z that an effect needs: the t-quantile at 99 % for as many clusters as there are, receivers or givers. */
export function leastZ({ receivers, givers }: Pick<Effect, 'receivers' | 'givers'>): number {
  return tQuantile(1 - relianceChance, Math.max(1, Math.min(receivers, givers) - 1));
}

export interface Reached {
  level: Level;
  /** Whether all givers on average reach the level, or only those that move predictions most. */
  by: 'effect' | 'top';
}

/** The gravest level that is reached; severe only where the pair's measurement `before` reached it too. */
export function levelOf(now: Measured, before?: Measured): Reached | null {
  const reached = reach(now);
  if (reached?.level !== 'severe' || (before && reach(before)?.level === 'severe')) return reached;
  return { ...reached, level: 'alarm' };
}

function reach(measured: Measured): Reached | null {
  // Where an answer was not finite nothing is known.
  if (Number.isNaN(measured.effect)) return null;
  for (const level of gravestFirst) {
    const { effect, top } = relianceLevels[level];
    if (measured.effect >= effect && measured.z >= leastZ(measured)) return { level, by: 'effect' };
    if (measured.top !== null && measured.top >= top) return { level, by: 'top' };
  }
  return null;
}

/** How large it is beside what a warning asks of the effect, or of the top givers: from 1 on it may be one. */
export function sizeOf({ effect, top }: Pick<Effect, 'effect' | 'top'>): number {
  const { warning } = relianceLevels;
  return Math.max(effect / warning.effect, (top ?? Number.NEGATIVE_INFINITY) / warning.top);
}

const gravestFirst = (Object.keys(relianceLevels) as Level[]).sort((a, b) => order[b] - order[a]);

export type Confirmation = 'confirmed' | 'not confirmed' | 'untestable';

/** Both ways of filling the segment must take back so much probability. */
const leastFall = 0.03;

/**
 * Whether taking the segment away says what putting it in says: on other classes' pictures that show it, filled in two
 * ways. 'untestable' where no such picture does (or an earlier version measured).
 */
export function confirmation({ fill, blur }: Pick<Effect, 'fill' | 'blur'>): Confirmation {
  if (fill === null || blur === null) return 'untestable';
  return fill >= leastFall && blur >= leastFall ? 'confirmed' : 'not confirmed';
}
