import { seededRandom, shuffled } from '../../support/random.js';

/**
 * Hubert & Arabie's (1985) adjusted Rand index of two partitions: 1 where they are the same, 0 on average by chance.
 * 0 where one of the two puts all in one part.
 */
export function adjustedRand(a: readonly unknown[], b: readonly unknown[]): number {
  const pairs = (counts: Iterable<number>) => [...counts].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  const [rows, columns] = [tally(a), tally(b)];
  const [inA, inB] = [pairs(rows.values()), pairs(columns.values())];
  const both = pairs(tally(a.map((value, i) => `${value}\0${b[i]}`)).values());
  const expected = (inA * inB) / pairs([a.length]);
  const largest = (inA + inB) / 2;
  // Also where both have one part, or each its own part for every point: nothing can be told from chance.
  return largest === expected || rows.size === 1 || columns.size === 1
    ? 0
    : (both - expected) / (largest - expected);
}

function tally<T>(values: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** How well a cluster, taken for the carriers, names them. */
export interface Match {
  /** 2 · precision · recall / (precision + recall). */
  f1: number;
  precision: number;
  recall: number;
}

/** The cluster with the largest F1, found by knowing the carriers. */
export function bestCluster(labels: readonly number[], carries: readonly boolean[]): Match {
  return [...new Set(labels)]
    .map((cluster) =>
      match(
        labels.map((label) => label === cluster),
        carries,
      ),
    )
    .reduce((best, other) => (other.f1 > best.f1 ? other : best));
}

/** All clusters together in which carriers are more than half: what is left of the F1 when splitting costs nothing. */
export function carrierClusters(labels: readonly number[], carries: readonly boolean[]): Match {
  const [all, marked] = [tally(labels), tally(labels.filter((_, i) => carries[i]))];
  return match(
    labels.map((label) => 2 * (marked.get(label) ?? 0) > all.get(label)!),
    carries,
  );
}

function match(chosen: readonly boolean[], carries: readonly boolean[]): Match {
  const count = (keep: (i: number) => boolean) => chosen.filter((_, i) => keep(i)).length;
  const hits = count((i) => chosen[i] && carries[i]);
  const [named, wanted] = [count((i) => chosen[i]), count((i) => carries[i])];
  return {
    f1: (2 * hits) / (named + wanted),
    precision: named === 0 ? 0 : hits / named,
    recall: hits / wanted,
  };
}

/**
 * What the best cluster's F1 is by chance: the same clusters, the carriers drawn anew.
 *
 * @returns `mean` over the draws; `p`: the share of draws, the clustering itself counted as one, that are as good
 */
export function chanceF1(
  labels: readonly number[],
  carries: readonly boolean[],
  { draws = 199, seed = 1 } = {},
): { mean: number; p: number } {
  const own = bestCluster(labels, carries).f1;
  const random = seededRandom(seed);
  const drawn = Array.from({ length: draws }, () => {
    const order = shuffled(carries.length, random);
    return bestCluster(
      labels,
      order.map((i) => carries[i]),
    ).f1;
  });
  return {
    mean: drawn.reduce((sum, value) => sum + value, 0) / draws,
    p: (1 + drawn.filter((value) => value >= own).length) / (1 + draws),
  };
}

/**
 * How much of the places' variance lies between the clusters, corrected for their number (epsilon squared, Kelley 1935):
 * 0 on average where clusters do not go by place, 1 where each is one place. NaN where all places are the same, where
 * there is one cluster, or too few points.
 */
export function splitByPlace(labels: readonly number[], places: readonly (readonly number[])[]): number {
  const n = places.length;
  const k = new Set(labels).size;
  const total = spread(places);
  if (k < 2 || n <= k || total === 0) return Number.NaN;
  const within = [...new Set(labels)]
    .map((cluster) => spread(places.filter((_, i) => labels[i] === cluster)))
    .reduce((sum, value) => sum + value, 0);
  return 1 - ((within / total) * (n - 1)) / (n - k);
}

/** Sum of squared distances from the mean. */
function spread(places: readonly (readonly number[])[]): number {
  const mean = places[0].map((_, d) => places.reduce((sum, place) => sum + place[d], 0) / places.length);
  return places.reduce(
    (sum, place) => sum + place.reduce((own, value, d) => own + (value - mean[d]) ** 2, 0),
    0,
  );
}
