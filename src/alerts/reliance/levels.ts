import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import type { Effect, Level } from '../../types.js';

type Measured = Pick<Effect, 'effect' | 'z' | 'fill'>;

/** Alarms a clean run may raise by chance, shared over all its tests. */
const errorRate = 0.01;

/** The z an alarm needs: the t-quantile at 1 − 0.01 / tests for n receivers; 4 for 120 tests and 64 receivers. */
export function alarmZ(tests: number, receivers: number): number {
  return tQuantile(1 - errorRate / Math.max(1, tests), Math.max(1, receivers - 1));
}

/**
 * WARNING: effect ≥ 0.02 and z ≥ 3. ALARM: effect ≥ 0.03, z ≥ `zAlarm`, fill ≥ 0.03. SEVERE: an alarm whose effect and
 * fill are ≥ 0.10, now and at the pair's measurement before. A fill that could not be measured asks nothing.
 */
export function levelOf(now: Measured, before: Measured | undefined, zAlarm: number): Level | null {
  if (now.effect >= 0.03 && now.z >= zAlarm && filled(now, 0.03))
    return large(now) && before && large(before) ? 'severe' : 'alarm';
  return now.effect >= 0.02 && now.z >= 3 ? 'warning' : null;
}

const filled = ({ fill }: Measured, least: number) => fill === null || fill >= least;
const large = (measured: Measured) => measured.effect >= 0.1 && filled(measured, 0.1);
