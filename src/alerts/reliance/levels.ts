import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import type { Effect, Level } from '../../types.js';
import { order } from '../rule.js';

type Measured = Pick<Effect, 'effect' | 'z' | 'receivers' | 'givers'>;

/** What a level asks of an effect: its size, and the chance that one of none looks so large. */
const asked: Record<Level, { effect: number; chance: number }> = {
  warning: { effect: 0.05, chance: 0.025 },
  alarm: { effect: 0.08, chance: 0.005 },
  severe: { effect: 0.2, chance: 0.005 },
};

/** The z that a level needs: the t-quantile at 1 − chance for as many clusters as there are, receivers or givers. */
export function leastZ(level: Level, { receivers, givers }: Pick<Effect, 'receivers' | 'givers'>): number {
  return tQuantile(1 - asked[level].chance, Math.max(1, Math.min(receivers, givers) - 1));
}

/** The gravest level that the effect reaches; severe only where the pair's measurement `before` reached it too. */
export function levelOf(now: Measured, before?: Measured): Level | null {
  const reached = reach(now);
  return reached === 'severe' && (!before || reach(before) !== 'severe') ? 'alarm' : reached;
}

function reach(measured: Measured): Level | null {
  const levels = (Object.keys(asked) as Level[]).sort((a, b) => order[b] - order[a]);
  return (
    levels.find((level) => measured.effect >= asked[level].effect && measured.z >= leastZ(level, measured)) ??
    null
  );
}

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
