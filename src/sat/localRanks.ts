/**
 * Ranks of |v|: 1 = largest magnitude, ties share the mean of their places (scipy's `rankdata(-|v|, 'average')`).
 * The values have to be finite.
 */
export function localRanks(values: ArrayLike<number>): Float64Array {
  const magnitudes = Float64Array.from(values, Math.abs);
  const order = Array.from(magnitudes.keys()).sort((i, j) => magnitudes[j] - magnitudes[i]);
  const ranks = new Float64Array(order.length);
  for (let first = 0; first < order.length; ) {
    let next = first + 1;
    while (next < order.length && magnitudes[order[next]] === magnitudes[order[first]]) next++;
    // Places are counted from 1, so the tied ones are first + 1 … next.
    for (let place = first; place < next; place++) ranks[order[place]] = (first + 1 + next) / 2;
    first = next;
  }
  return ranks;
}
