import { checkProbabilities } from './checks.js';

/**
 * Holm's step-down adjustment: below alpha, the chance of any false rejection is at most alpha, whatever the
 * dependence between the tests. The i-th smallest p becomes the largest of (m − j + 1)·p₍ⱼ₎ over j ≤ i, at most 1.
 * (Holm 1979.)
 *
 * @param p p-values of m tests
 * @returns adjusted p-values in the order of `p`
 * @throws SatwatchError BAD_OPTION for a value outside 0..1
 */
export function holm(p: ArrayLike<number>): number[] {
  checkProbabilities(p);
  const m = p.length;
  const adjusted = new Array<number>(m);
  let largest = 0;
  for (const [place, i] of ascending(p).entries()) {
    largest = Math.max(largest, Math.min(1, (m - place) * p[i]));
    adjusted[i] = largest;
  }
  return adjusted;
}

/** Indices of `p`, the smallest first. */
export function ascending(p: ArrayLike<number>): number[] {
  return Array.from({ length: p.length }, (_, i) => i).sort((i, j) => p[i] - p[j]);
}
