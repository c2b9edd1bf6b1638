import type { Aggregation, ProbeSet, SatRow, Segment } from 'satwatch';
import { aggregateSats } from 'satwatch';
import { Dice } from '../../../src/demo/dice.js';
import { type ChanceRanks, chanceRanks, shiftOffsets } from '../../../src/sat/chanceRanks.js';
import { satFromPrefix } from '../../../src/sat/computeSat.js';
import { prefixSums } from '../../../src/sat/prefixSums.js';

/** One picture's table and chance ranks; null where its map is not finite. */
export type Ranked = { sat: SatRow[]; chance: ChanceRanks } | null;

/** As many as satwatch takes. */
const shifts = 10;

/** As satwatch ranks a picture. `picture` is its place in the probe set, which decides the shifts of the chance rank. */
export function rankPicture(
  map: Float32Array,
  segments: readonly Segment[],
  names: readonly string[],
  picture: number,
  { width, height }: Pick<ProbeSet, 'width' | 'height'>,
): Ranked {
  const prefix = prefixSums(map);
  const sat = satFromPrefix(prefix, segments);
  const offsets = shiftOffsets(0, picture, shifts, width, height);
  return sat && { sat, chance: chanceRanks(prefix, segments, names, offsets) };
}

/** Means over pictures; null where the segment has no pixel on any of them. */
export interface MeanRanks {
  rank: number | null;
  /** The mean chance rank of the same pictures. */
  chance: number | null;
}

export function meanRanks(
  pictures: readonly Ranked[],
  mode: Aggregation,
  names: readonly string[],
  segment: string,
): MeanRanks {
  const valid = pictures.filter((picture) => picture !== null);
  // Padded to a rank among those that are not there either, it would differ by how many those are.
  if (!valid.some(({ sat }) => sat.some((row) => row.segment === segment)))
    return { rank: null, chance: null };
  const [place, sats] = [names.indexOf(segment), valid.map(({ sat }) => sat)];
  const summary = aggregateSats(sats, mode, names)[place];
  const chances = valid.map(({ chance }) => chance[mode][place]).filter((rank) => !Number.isNaN(rank));
  const chance = chances.reduce((sum, rank) => sum + rank, 0) / chances.length;
  return { rank: summary.meanRank!, chance };
}

/** Which pictures of a probe set show a segment, by class: [class][without, with], in an order that the dice decide. */
function strata({ images, classNames }: ProbeSet, segment: string, dice: Dice): number[][][] {
  const order = dice.order(images.length);
  const shows = images.map(({ segments }) => segments.some(({ name }) => name === segment));
  return classNames.map((_, label) =>
    [false, true].map((carries) => order.filter((i) => images[i].label === label && shows[i] === carries)),
  );
}

/**
 * Disjoint smaller probe sets of `size` pictures, `most` at most: each class in equal parts, and of each class the share
 * `carriers` with the segment, rounded.
 */
export function smaller(
  probe: ProbeSet,
  { segment, size, carriers, most, seed }: SmallerOptions,
): number[][] {
  const groups = strata(probe, segment, new Dice(seed, 21));
  const ofClass = size / groups.length;
  const withIt = Math.round(carriers * ofClass);
  const counts = [ofClass - withIt, withIt];
  const possible = groups.flatMap((of) =>
    of.map((list, c) => (counts[c] ? Math.floor(list.length / counts[c]) : Number.POSITIVE_INFINITY)),
  );
  return Array.from({ length: Math.min(most, ...possible) }, (_, block) =>
    groups
      .flatMap((of) => of.flatMap((list, c) => list.slice(block * counts[c], (block + 1) * counts[c])))
      .sort((a, b) => a - b),
  );
}

interface SmallerOptions {
  segment: string;
  size: number;
  carriers: number;
  most: number;
  seed: number;
}
