import { performance } from 'node:perf_hooks';
import { maskToBitmap, type ProbeSet, type Segment } from 'satwatch';
import { Dice } from '../../../src/demo/dice.js';
import { chanceRanks, shiftOffsets } from '../../../src/sat/chanceRanks.js';
import { satFromPrefix } from '../../../src/sat/computeSat.js';
import { prefixSums } from '../../../src/sat/prefixSums.js';
import { adjustedRand, bestCluster, carrierClusters, chanceF1, splitByPlace } from './clusterScores.js';
import { blockSums, type ClusteringOptions, spectralClustering } from './spectral.js';

/** SpRAy as its authors' tool has it, and with one choice changed at a time. */
export const variants: Readonly<
  Record<string, { unsigned?: boolean; options: (pictures: number) => ClusteringOptions }>
> = {
  'as in CoRelAy': { options: () => ({}) },
  'absolute values': { unsigned: true, options: () => ({}) },
  // Von Luxburg 2007, section 8.2: in the order of log(n).
  'log(n) neighbours': { options: (pictures) => ({ neighbours: Math.ceil(Math.log(pictures)) }) },
  'told that there are 2': { options: () => ({ clusters: 2 }) },
};

/** From here on whoever looks into the cluster sees the watermark: two thirds of it carry it or more, and it has two thirds of the carriers or more. */
export const leastF1 = 0.8;

export interface Sprayed {
  clusters: number;
  /** Of the best cluster, and what it would be were the carriers drawn by lot; `p` as in `chanceF1`. */
  f1: number;
  chanceF1: number;
  p: number;
  adjustedRand: number;
  /** F1 of all clusters in which carriers are the more, taken together. */
  togetherF1: number;
  /** Of the carriers, by the middle of their watermark; null where all have it at one place, or one cluster has them all. */
  splitByPlace: number | null;
  /** More than one cluster, and the best one's F1 is `leastF1` or more. */
  found: boolean;
  /** From maps to clusters. */
  milliseconds: number;
}

/** What SpRAy and SATs say of the same maps. */
export interface Look {
  pictures: number;
  carriers: number;
  spray: Record<string, Sprayed>;
  sat: { meanRank: number; chanceRank: number; milliseconds: number };
}

const shifts = 10;

/**
 * @param maps one for each image of the probe set, in its order
 * @param share of the pictures of the first class looked at that shall carry the segment: carriers are left out, by the
 *   seed, until they are no more than that, or others where carriers are too few
 * @returns null where a map holds a NaN or an infinity
 */
export function lookAtMaps(
  probe: ProbeSet,
  maps: readonly Float32Array[],
  { segment, share, seed }: { segment: string; share: number; seed: number },
): Look | null {
  const markOf = (i: number) => probe.images[i].segments.find(({ name }) => name === segment);
  const chosen = choose(probe, (i) => markOf(i) !== undefined, share, seed);
  if (chosen.some((i) => !maps[i].every(Number.isFinite))) return null;
  const carries = chosen.map((i) => markOf(i) !== undefined);
  const marked = chosen.filter((_, k) => carries[k]);
  const places = marked.map((i) => middle(markOf(i)!));

  const sprayed = Object.entries(variants).map(([name, { unsigned, options }]) => {
    const begun = performance.now();
    const points = chosen.map((i) => blockSums(maps[i], probe.width, { unsigned }));
    const { clusters, labels } = spectralClustering(points, { seed, ...options(chosen.length) });
    const milliseconds = performance.now() - begun;
    const { f1 } = bestCluster(labels, carries);
    const { mean, p } = chanceF1(labels, carries, { seed });
    const split = splitByPlace(
      labels.filter((_, k) => carries[k]),
      places,
    );
    const result: Sprayed = {
      ...{ clusters, f1, chanceF1: mean, p, milliseconds },
      adjustedRand: adjustedRand(labels, carries),
      togetherF1: carrierClusters(labels, carries).f1,
      splitByPlace: Number.isNaN(split) ? null : split,
      found: clusters > 1 && f1 >= leastF1,
    };
    return [name, result] as const;
  });
  return {
    pictures: chosen.length,
    carriers: marked.length,
    spray: Object.fromEntries(sprayed),
    sat: ranked(probe, maps, chosen, segment, seed),
  };
}

/** Indices of pictures of the first class. */
function choose(probe: ProbeSet, carries: (i: number) => boolean, share: number, seed: number): number[] {
  const order = new Dice(seed, 11).order(probe.images.length).filter((i) => probe.images[i].label === 0);
  const [marked, bare] = [order.filter(carries), order.filter((i) => !carries(i))];
  // As many as there are of the scarcer kind.
  const total = Math.min(marked.length / share, bare.length / (1 - share));
  const carriers = Math.max(1, Math.round(share * total));
  return [...marked.slice(0, carriers), ...bare.slice(0, Math.round((1 - share) * total))].sort(
    (a, b) => a - b,
  );
}

/** The segment's mean rank and chance rank over the pictures that show it; the time is that of the tables of all. */
function ranked(
  probe: ProbeSet,
  maps: readonly Float32Array[],
  chosen: readonly number[],
  segment: string,
  seed: number,
): Look['sat'] {
  const { width, height, segmentNames } = probe;
  const begun = performance.now();
  const at = segmentNames.indexOf(segment);
  let [rank, chance, carriers] = [0, 0, 0];
  for (const i of chosen) {
    const { segments } = probe.images[i];
    const prefix = prefixSums(maps[i]);
    const own = satFromPrefix(prefix, segments)!.find((row) => row.segment === segment);
    const offsets = shiftOffsets(seed, i, shifts, width, height);
    const { relative } = chanceRanks(prefix, segments, segmentNames, offsets);
    if (!own) continue;
    rank += own.rank;
    chance += relative[at];
    carriers++;
  }
  const milliseconds = performance.now() - begun;
  return { meanRank: rank / carriers, chanceRank: chance / carriers, milliseconds };
}

/** Of the segment's pixels: the mean column and row. */
function middle({ mask }: Segment): [x: number, y: number] {
  let [sumX, sumY, count] = [0, 0, 0];
  maskToBitmap(mask).forEach((inside, p) => {
    sumX += inside * (p % mask.width);
    sumY += inside * Math.floor(p / mask.width);
    count += inside;
  });
  return [sumX / count, sumY / count];
}
