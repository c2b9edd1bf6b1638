import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { betaPoint } from '../../../src/stats/distributions.js';
import { mean } from '../../support/mean.js';
import type { Share } from './evaluate.js';

/**
 * A share of cases that come in clusters of `each`, such as the runs of a seed, and its 95 % interval by Korn and
 * Graubard (1998): Clopper's and Pearson's with as many cases as the spread between the clusters is worth, never more
 * than there are, and fewer since that spread is known from few clusters. Of one cluster nothing follows.
 */
export function clusteredShare(counts: readonly number[], each: number): Share {
  const [clusters, of] = [counts.length, counts.length * each];
  const count = counts.reduce((sum, one) => sum + one, 0);
  const share = count / of;
  if (clusters < 2) return { count, of, share, interval: [0, 1] };
  const spread = mean(counts.map((one) => (one / each - share) ** 2)) / (clusters - 1);
  const worth = spread > 0 ? Math.min(of, (share * (1 - share)) / spread) : of;
  const n = worth * (tQuantile(0.975, of - 1) / tQuantile(0.975, clusters - 1)) ** 2;
  const k = share * n;
  return {
    ...{ count, of, share },
    interval: [
      k === 0 ? 0 : betaPoint(0.025, k, n - k + 1),
      count === of ? 1 : 1 - betaPoint(0.025, n - k, k + 1),
    ],
  };
}
