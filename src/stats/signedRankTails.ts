/**
 * The permutation distribution of the signed-rank sum: each rank counts with chance 1/2. Mid-ranks are welcome.
 *
 * @param ranks multiples of a half
 * @param seen the sum of the ranks with a positive sign
 * @returns P(W⁺ ≥ seen), P(W⁺ ≤ seen); a rounding of some 1e-16 apart, exact
 */
export function signedRankTails(ranks: Float64Array, seen: number): [number, number] {
  const scale = ranks.every(Number.isInteger) ? 1 : 2;
  const chances = new Float64Array(ranks.reduce((sum, rank) => sum + rank, 0) * scale + 1);
  chances[0] = 1;
  let reach = 0;
  for (const rank of ranks) {
    const step = rank * scale;
    reach += step;
    // From above, so that each rank is added once only.
    for (let w = reach; w >= 0; w--) chances[w] = (chances[w] + (w >= step ? chances[w - step] : 0)) / 2;
  }
  const at = seen * scale;
  return [sum(chances.subarray(at)), sum(chances.subarray(0, at + 1))];
}

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
