import { refuseUnknownOptions } from '../errors.js';
import { type Alternative, checkAlternative, pOf } from './alternative.js';
import { checkPairs } from './checks.js';
import { fairCoinTail } from './distributions.js';

/**
 * The sign test: of the pairs that differ, is x above y as often as below? Exact binomial; equal pairs are dropped.
 * (Conover, Practical Nonparametric Statistics, 1999, 3.4.)
 *
 * @param x, y of one length, pair by pair
 * @returns p 1 where all pairs are equal
 * @throws SatwatchError BAD_OPTION where the lengths differ, are 0, or a value is not finite; UNKNOWN_OPTION
 */
export function signTest(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  options: { alternative?: Alternative } = {},
): { p: number } {
  refuseUnknownOptions('signTest', options, ['alternative']);
  const { alternative = 'two-sided' } = options;
  checkAlternative(alternative);
  checkPairs(x, y);
  let [above, below] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    if (x[i] > y[i]) above++;
    if (x[i] < y[i]) below++;
  }
  const n = above + below;
  return { p: pOf(alternative, fairCoinTail(above, n), fairCoinTail(below, n)) };
}
