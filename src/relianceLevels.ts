import type { Level } from './types.js';

/**
 * What a level of the reliance test asks for, in probability: an `effect` of that size that is no luck (`relianceChance`),
 * or that of the `top` givers. The rule judges by these, and the page draws them.
 */
export const relianceLevels: Readonly<Record<Level, { effect: number; top: number }>> = {
  warning: { effect: 0.06, top: 0.35 },
  alarm: { effect: 0.2, top: 0.4 },
  severe: { effect: 0.3, top: 0.6 },
};

/** With so small a chance an effect of none looks as large beside its standard error. */
export const relianceChance = 0.01;
