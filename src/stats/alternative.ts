import { checkChoice } from './checks.js';

/** What is held against "no difference": that x differs from y, lies above it, or below it. */
export type Alternative = 'two-sided' | 'greater' | 'less';

export function checkAlternative(alternative: string): void {
  checkChoice('alternative', alternative, ['two-sided', 'greater', 'less'] satisfies Alternative[]);
}

/** The p of an alternative from the chances to see at least and at most what was seen. */
export function pOf(alternative: Alternative, atLeast: number, atMost: number): number {
  if (alternative === 'two-sided') return Math.min(1, 2 * Math.min(atLeast, atMost));
  return Math.min(1, alternative === 'greater' ? atLeast : atMost);
}
