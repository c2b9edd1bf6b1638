import { normalTail } from './distributions.js';

/** The integrand falls off as a normal density, so the trapezium rule is exact to 14 digits: halving this changes none. */
const step = 0.1;
const reach = 9;

/**
 * P(Q > q), Q the range of k independent standard normals: the studentized range with infinite degrees of freedom.
 *
 * P(Q > q) = k ∫ φ(z) [Φ(z)^(k−1) − (Φ(z) − Φ(z−q))^(k−1)] dz (z is the largest of them; Harter 1960, after Pearson
 * and Hartley 1942). The difference is taken as such, so small tails keep their digits.
 */
export function studentizedRangeTail(q: number, k: number): number {
  let sum = 0;
  for (let z = -reach; z <= q + reach; z += step) {
    const below = normalTail(-z);
    const apart = -Math.expm1((k - 1) * Math.log1p(-normalTail(q - z) / below));
    sum += Math.exp((-z * z) / 2) * below ** (k - 1) * apart;
  }
  return Math.min(1, (k * step * sum) / Math.sqrt(2 * Math.PI));
}

/** The q above which the range has the probability `alpha`, by halving. */
export function studentizedRangePoint(alpha: number, k: number): number {
  let low = 0;
  let high = 1;
  while (studentizedRangeTail(high, k) > alpha) high *= 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (studentizedRangeTail(middle, k) > alpha) low = middle;
    else high = middle;
  }
}
