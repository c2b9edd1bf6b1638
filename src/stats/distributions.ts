import betainc from '@stdlib/math-base-special-betainc';
import erfc from '@stdlib/math-base-special-erfc';
import erfcinv from '@stdlib/math-base-special-erfcinv';
import gammainc from '@stdlib/math-base-special-gammainc';
import betaincinv from '@stdlib/math-base-special-kernel-betaincinv';

// Tails are computed as such and not as 1 − cdf, so small p-values keep all their digits.

/** P(Z > z), Z standard normal. */
export const normalTail = (z: number) => erfc(z / Math.SQRT2) / 2;

/** The z above which a standard normal has the probability `p`. */
export const normalUpperPoint = (p: number) => Math.SQRT2 * erfcinv(2 * p);

/** P(X > x), X chi-square with `df` degrees of freedom. */
export const chiSquareTail = (x: number, df: number) => gammainc(x / 2, df / 2, true, true);

/** P(X > f), X of the F distribution. */
export const fTail = (f: number, df1: number, df2: number) =>
  betainc(df2 / (df2 + df1 * f), df2 / 2, df1 / 2, true, false);

/** P(|T| > |t|), T of Student's distribution. */
export const studentTwoSided = (t: number, df: number) =>
  betainc(df / (df + t * t), df / 2, 0.5, true, false);

/** P(X ≥ k), X the heads of `n` throws of a fair coin. */
export const fairCoinTail = (k: number, n: number) => (k <= 0 ? 1 : betainc(0.5, k, n - k + 1, true, false));

/** The x below which a beta distribution has the probability `p`. */
export const betaPoint = (p: number, a: number, b: number) => betaincinv(a, b, p, 1 - p)[0];
