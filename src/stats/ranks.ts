/**
 * Ranks of `values`, 1 = smallest; ties share the mean of their places (scipy's `rankdata`, 'average').
 * A half is the only fraction there is, so sums of ranks are exact.
 */
export function midRanks(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i).sort(
    (i, j) => values[i] - values[j],
  );
  const ranks = new Float64Array(values.length);
  for (let first = 0; first < order.length; ) {
    let next = first + 1;
    while (next < order.length && values[order[next]] === values[order[first]]) next++;
    // Places are counted from 1, so the tied ones are first + 1 … next.
    for (let place = first; place < next; place++) ranks[order[place]] = (first + 1 + next) / 2;
    first = next;
  }
  return ranks;
}

/** How many values share each value: 1 for one without ties. The order is without meaning. */
export function tieCounts(values: ArrayLike<number>): number[] {
  const counts = new Map<number, number>();
  // A Map takes 0 and -0 for one key, as the comparison of ranks does.
  for (let i = 0; i < values.length; i++) counts.set(values[i], (counts.get(values[i]) ?? 0) + 1);
  return [...counts.values()];
}

/** The mean rank of each column, each row ranked by itself. */
export function meanRanks(ranks: readonly Float64Array[]): number[] {
  return Array.from(ranks[0], (_, j) => ranks.reduce((sum, row) => sum + row[j], 0) / ranks.length);
}
