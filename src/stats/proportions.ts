import { checkAlpha, checkWhole } from './checks.js';
import { betaPoint, normalUpperPoint } from './distributions.js';

/**
 * The exact interval of Clopper and Pearson (1934) for a proportion seen as k of n, at the level 1 − alpha: never
 * covers less than it says, often more. From 0 where k = 0, to 1 where k = n.
 *
 * @throws SatwatchError BAD_OPTION unless n ≥ 1 and 0 ≤ k ≤ n are whole and alpha lies between 0 and 1
 */
export function clopperPearson(k: number, n: number, alpha: number): [low: number, high: number] {
  check(k, n, alpha);
  return [
    k === 0 ? 0 : betaPoint(alpha / 2, k, n - k + 1),
    k === n ? 1 : 1 - betaPoint(alpha / 2, n - k, k + 1),
  ];
}

/**
 * Wilson's score interval (1927) for a proportion seen as k of n, at the level 1 − alpha, without correction for
 * continuity: shorter than the exact one, covers 1 − alpha on average.
 *
 * @throws SatwatchError BAD_OPTION as {@link clopperPearson}
 */
export function wilson(k: number, n: number, alpha: number): [low: number, high: number] {
  check(k, n, alpha);
  const z = normalUpperPoint(alpha / 2);
  const middle = k + (z * z) / 2;
  const half = z * Math.sqrt((k * (n - k)) / n + (z * z) / 4);
  const all = n + z * z;
  return [k === 0 ? 0 : (middle - half) / all, k === n ? 1 : (middle + half) / all];
}

function check(k: number, n: number, alpha: number): void {
  checkWhole('n', n, 1);
  checkWhole('k', k, 0, n);
  checkAlpha(alpha);
}
