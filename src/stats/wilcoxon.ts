import { refuseUnknownOptions } from '../errors.js';
import { type Alternative, checkAlternative, pOf } from './alternative.js';
import { checkChoice, checkPairs } from './checks.js';
import { normalTail } from './distributions.js';
import { midRanks, tieCounts } from './ranks.js';
import { signedRankTails } from './signedRankTails.js';

export interface WilcoxonOptions {
  /** Of x − y. Default 'two-sided'. */
  alternative?: Alternative;
  /**
   * Equal pairs: 'wilcox' drops them, 'pratt' ranks them with the others and drops them then (Pratt 1959), so that
   * many of them weigh against a difference. Default 'wilcox'.
   */
  zeroMethod?: 'wilcox' | 'pratt';
  /**
   * 'exact' counts all assignments of signs to the ranks seen, ties included; 'approx' takes the normal distribution.
   * 'auto', the default, is exact for up to 25 unequal pairs without ties (with 'pratt' also without equal pairs).
   * 'exact' takes time with the cube of the pairs: some seconds for 1,000.
   */
  method?: 'auto' | 'exact' | 'approx';
  /** Moves the sum by a half towards its mean in 'approx'. Default false. */
  continuity?: boolean;
}

/** Up to here 'auto' is exact. */
const fewPairs = 25;

/**
 * Wilcoxon's signed-rank test: are the differences x − y symmetric about 0? (Wilcoxon 1945.)
 * W⁺ is the sum of the ranks of |x − y| over x > y. Normal: mean Σr/2 and variance Σr²/4 over the ranks r of the
 * unequal pairs, which holds the corrections for ties and for Pratt's zeros.
 *
 * @param x, y of one length, pair by pair, such as the local ranks of two segments over the same images
 * @returns `statistic`: W⁺ for a one-sided alternative, else the smaller of W⁺ and W⁻; `n`: unequal pairs;
 *   p 1 where there are none
 * @throws SatwatchError BAD_OPTION where the lengths differ, are 0, or a value is not finite; UNKNOWN_OPTION
 */
export function wilcoxonSignedRank(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  options: WilcoxonOptions = {},
): { statistic: number; p: number; n: number } {
  refuseUnknownOptions('wilcoxonSignedRank', options, ['alternative', 'zeroMethod', 'method', 'continuity']);
  const { alternative = 'two-sided', zeroMethod = 'wilcox', method = 'auto', continuity = false } = options;
  checkAlternative(alternative);
  checkChoice('zeroMethod', zeroMethod, ['wilcox', 'pratt']);
  checkChoice('method', method, ['auto', 'exact', 'approx']);
  checkPairs(x, y);

  const all = Float64Array.from({ length: x.length }, (_, i) => x[i] - y[i]);
  const unequal = all.filter((d) => d !== 0);
  const n = unequal.length;
  const ranked = zeroMethod === 'pratt' ? all : unequal;
  const ranks = midRanks(ranked.map(Math.abs)).filter((_, i) => ranked[i] !== 0);
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const plus = ranks.reduce((sum, rank, i) => sum + (unequal[i] > 0 ? rank : 0), 0);
  const statistic = alternative === 'two-sided' ? Math.min(plus, total - plus) : plus;
  if (n === 0) return { statistic, p: 1, n };

  const untied = tieCounts(ranks).length === n && ranked.length === n;
  const exact = method === 'exact' || (method === 'auto' && n <= fewPairs && untied);
  const tails = exact
    ? signedRankTails(ranks, plus)
    : normalTails(ranks, plus - total / 2, alternative, continuity);
  return { statistic, p: pOf(alternative, ...tails), n };
}

/** Chances of a sum at least and at most as large as seen, `off` from its mean. */
function normalTails(
  ranks: Float64Array,
  off: number,
  alternative: Alternative,
  continuity: boolean,
): [number, number] {
  const sign = { greater: 1, less: -1, 'two-sided': Math.sign(off) }[alternative];
  const spread = Math.sqrt(ranks.reduce((sum, rank) => sum + rank * rank, 0)) / 2;
  const z = (off - (continuity ? sign / 2 : 0)) / spread;
  return [normalTail(z), normalTail(-z)];
}
