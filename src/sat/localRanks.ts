/** Up to here comparing all pairs is quicker than sorting. */
const few = 32;

/**
 * Ranks of |v|: 1 = largest magnitude, ties share the mean of their places (scipy's `rankdata(-|v|, 'average')`).
 * The values have to be finite.
 */
export function localRanks(values: ArrayLike<number>): Float64Array {
  const n = values.length;
  const magnitudes = new Float64Array(n);
  for (let i = 0; i < n; i++) magnitudes[i] = Math.abs(values[i]);
  return n <= few ? ranksByPairs(magnitudes) : ranksBySorting(magnitudes);
}

/** One plus the larger ones, plus half of the equal ones. */
function ranksByPairs(magnitudes: Float64Array): Float64Array {
  const n = magnitudes.length;
  const ranks = new Float64Array(n).fill(1);
  for (let i = 1; i < n; i++)
    for (let j = 0; j < i; j++) {
      const share = magnitudes[i] > magnitudes[j] ? 1 : magnitudes[i] < magnitudes[j] ? 0 : 0.5;
      ranks[j] += share;
      ranks[i] += 1 - share;
    }
  return ranks;
}

function ranksBySorting(magnitudes: Float64Array): Float64Array {
  const n = magnitudes.length;
  const order = Uint32Array.from(magnitudes.keys()).sort((i, j) => magnitudes[j] - magnitudes[i]);
  const ranks = new Float64Array(n);
  for (let first = 0; first < n; ) {
    let next = first + 1;
    while (next < n && magnitudes[order[next]] === magnitudes[order[first]]) next++;
    // Places are counted from 1, so the tied ones are first + 1 … next.
    for (let place = first; place < next; place++) ranks[order[place]] = (first + 1 + next) / 2;
    first = next;
  }
  return ranks;
}
