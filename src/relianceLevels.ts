import type { Level } from './types.js';

/**
 * What a level of the reliance test asks for, in probability: an `effect` of that size, with so small a `chance` that one
 * of none looks so large; or that of the `top` givers. The rule judges by these, and the page draws them.
 */
export const relianceLevels: Readonly<Record<Level, { effect: number; chance: number; top: number }>> = {
  warning: { effect: 0.04, chance: 0.025, top: 0.25 },
  alarm: { effect: 0.06, chance: 0.01, top: 0.35 },
  severe: { effect: 0.2, chance: 0.01, top: 0.6 },
};
