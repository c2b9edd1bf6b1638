/** `alike[i][j]`: i and j do not differ significantly. Symmetric; the diagonal is not read. */
export type Alike = readonly (readonly boolean[])[];

/**
 * The bars of a critical difference diagram: the longest runs along `order` in which no pair differs. Runs of one and
 * runs inside another are left out.
 *
 * @returns each bar as sorted indices, in the order of their beginnings
 */
export function bars(order: readonly number[], alike: Alike): number[][] {
  const found: number[][] = [];
  let first = 0;
  for (let end = 1; end <= order.length; end++) {
    const clash = order.slice(first, end).findLastIndex((i) => end < order.length && !alike[i][order[end]]);
    if (clash < 0 && end < order.length) continue;
    if (end - first > 1) found.push(order.slice(first, end).sort(ascending));
    first += clash + 1;
  }
  return found;
}

/**
 * All maximal cliques of two and more in the graph "do not differ" (Bron and Kerbosch 1973, with a pivot). Tests of
 * pairs may find 1 and 3 alike and both unlike the 2 between them: a clique that no bar can draw. There may be 3^(k/3)
 * of them (Moon and Moser 1965).
 *
 * @returns each as sorted indices, in lexicographic order; null where there are more than `most`
 */
export function maximalCliques(alike: Alike, most: number): number[][] | null {
  const found: number[][] = [];
  const neighbours = alike.map((row, i) => new Set(row.flatMap((same, j) => (same && j !== i ? [j] : []))));
  const grow = (clique: number[], open: Set<number>, done: Set<number>) => {
    if (found.length > most) return;
    if (open.size === 0) {
      if (done.size === 0 && clique.length > 1) found.push(clique.toSorted(ascending));
      return;
    }
    const shared = (i: number) => count(open, neighbours[i]);
    const pivot = [...open, ...done].reduce((best, i) => (shared(i) > shared(best) ? i : best));
    for (const i of [...open].filter((j) => !neighbours[pivot].has(j))) {
      grow([...clique, i], both(open, neighbours[i]), both(done, neighbours[i]));
      open.delete(i);
      done.add(i);
    }
  };
  grow([], new Set(alike.keys()), new Set());
  return found.length > most ? null : found.sort(lexicographic);
}

const ascending = (a: number, b: number) => a - b;
const both = (a: Set<number>, b: Set<number>) => new Set([...a].filter((i) => b.has(i)));
const count = (a: Set<number>, b: Set<number>) => [...a].reduce((sum, i) => sum + Number(b.has(i)), 0);

function lexicographic(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? -1);
}
