import { aggregateSats } from '../sat/index.js';
import { friedman, kendallTau } from '../stats/index.js';
import { mean } from './average.js';
import type { Seen } from './observe.js';

/** A segment under one method, over the pictures that show it. */
export interface SegmentRank {
  segment: string;
  /** Pictures. */
  n: number;
  meanRank: number;
  chanceRank: number;
}

/** Of the segments that some picture shows, in the order of `names`. */
export function meanRanks(seen: readonly Seen[], names: readonly string[]): SegmentRank[] {
  const summaries = aggregateSats(
    seen.map(({ sat }) => sat),
    'relative',
    [...names],
  );
  return summaries.flatMap(({ segment, n, meanRank }) => {
    if (n === 0) return [];
    const chance = seen.flatMap(({ sat, chance }) =>
      (sat ?? []).flatMap((row, k) => (row.segment === segment ? chance[k] : [])),
    );
    return [{ segment, n, meanRank: meanRank!, chanceRank: mean(chance)! }];
  });
}

/** How far the methods give the segments the same mean ranks. */
export interface Agreement {
  /** Kendall's W over all methods, 0 to 1; null for fewer than two methods or segments. */
  kendallW: number | null;
  /** Of each method, the mean of its Kendall tau-b with the others. */
  withOthers: (number | null)[];
}

export function agreement(methods: readonly SegmentRank[][]): Agreement {
  // A method that finds no finite map on the only pictures of a segment has no rank for it.
  const shared = (methods[0] ?? [])
    .map(({ segment }) => segment)
    .filter((segment) => methods.every((ranks) => ranks.some((one) => one.segment === segment)));
  const table = methods.map((ranks) =>
    ranks.filter(({ segment }) => shared.includes(segment)).map(({ meanRank }) => meanRank),
  );
  if (table.length < 2 || shared.length < 2) return { kendallW: null, withOthers: methods.map(() => null) };
  return {
    kendallW: friedman(table).kendallW,
    withOthers: table.map((row, m) =>
      mean(table.map((other, o) => (o === m ? null : kendallTau(row, other).tau))),
    ),
  };
}
