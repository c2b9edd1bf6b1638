import type { CriticalDifference } from '../stats/index.js';

/** From and to, in pixels. */
export type Span = [from: number, to: number];

/** A group that cannot be told apart: where it is drawn, and its runs of neighbours. */
export interface GroupBar {
  runs: Span[];
  whole: Span;
}

/**
 * A bar per maximal clique, in as few levels as keep them apart. With Nemenyi's test each is one run of neighbours; a
 * test of pairs may leave one out in the middle, and its bar has a hole there.
 *
 * @param x the place of a mean rank
 */
export function groupBars(
  { maximalCliques, meanRanks, order }: CriticalDifference,
  x: (rank: number) => number,
): GroupBar[][] {
  const along = order.map((i) => ({ i, at: x(meanRanks[i]) })).sort((a, b) => a.at - b.at);
  const places = along.map(({ at }) => at);
  const bars = maximalCliques.map((clique): GroupBar => {
    const runs: Span[] = [];
    for (const [place, { i, at }] of along.entries()) {
      if (!clique.includes(i)) continue;
      if (place > 0 && clique.includes(along[place - 1].i)) runs[runs.length - 1][1] = at;
      else runs.push([at, at]);
    }
    const drawn = runs.map((run) => beyond(run, places));
    return { runs: drawn, whole: [drawn[0][0], drawn[drawn.length - 1][1]] };
  });

  const levels: GroupBar[][] = [];
  for (const bar of bars.sort((a, b) => a.whole[0] - b.whole[0])) {
    const level = levels.find((placed) => placed[placed.length - 1].whole[1] + 8 < bar.whole[0]);
    if (level) level.push(bar);
    else levels.push([bar]);
  }
  return levels;
}

/** A bar reaches a little beyond its ends, yet never to a leader line that it does not join. */
function beyond([first, last]: Span, places: readonly number[]): Span {
  const before = places.findLast((place) => place < first) ?? Number.NEGATIVE_INFINITY;
  const after = places.find((place) => place > last) ?? Number.POSITIVE_INFINITY;
  return [first - Math.min(3, (first - before) / 3), last + Math.min(3, (after - last) / 3)];
}
