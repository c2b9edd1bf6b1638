import { checkProbabilities } from './checks.js';
import { ascending } from './holm.js';

/**
 * Benjamini and Hochberg's step-up adjustment: of what is below alpha, a share of at most alpha is expected to be
 * false, for independent or positively dependent tests. The i-th smallest p becomes the least of m·p₍ⱼ₎/j over j ≥ i,
 * at most 1. (Benjamini and Hochberg 1995.)
 *
 * @param p p-values of m tests
 * @returns adjusted p-values in the order of `p`
 * @throws SatwatchError BAD_OPTION for a value outside 0..1
 */
export function benjaminiHochberg(p: ArrayLike<number>): number[] {
  checkProbabilities(p);
  const m = p.length;
  const adjusted = new Array<number>(m);
  let least = 1;
  for (const [fromLast, i] of ascending(p).reverse().entries()) {
    least = Math.min(least, (m * p[i]) / (m - fromLast));
    adjusted[i] = least;
  }
  return adjusted;
}
