import { bars, maximalCliques } from '../stats/cliques.js';
import { type CriticalDifference, comparePairwise, type PairComparison } from '../stats/index.js';
import type { SatRow } from '../types.js';
import { listed, plural, quoted } from './format.js';

/** Which segments of an observation can be told apart by rank, pair by pair over the images that show both. */
export interface SegmentComparison {
  /** Those compared; the columns of `result`. */
  names: string[];
  /** null where fewer than two segments are shown by ten images. `p` is NaN for a pair that could not be tested. */
  result: CriticalDifference | null;
  /** Valid images. */
  images: number;
  /** Pairs that Holm's adjustment counts. */
  tests: number;
  alpha: number;
  /** Shown by fewer than ten images, and left out. */
  tooFew: { segment: string; images: number }[];
  /** Ranked behind the thirty that are compared, and left out. */
  behind: number;
  /** Fewer than ten images show both: counted as not told apart. */
  untestable: { a: string; b: string; images: number }[];
  /**
   * There are more groups than a diagram can hold: `result.maximalCliques` has those of neighbours by mean rank alone. Pairs
   * that cannot be tested join whatever they are put to, and with many of them the groups are thousands.
   */
  simplified: boolean;
  /** Where both are shown a ranks before b and differs, though its mean rank over all its images is the larger. */
  reversed: { a: string; b: string }[];
}

const alpha = 0.05;
const leastImages = 10;
/** As many labels as a diagram can hold, and pairs enough. */
const most = 30;
const mostGroups = 40;

/**
 * Compares the local ranks of segments pair by pair, over the images that show both ({@link comparePairwise}), and groups
 * those that cannot be told apart: what `criticalDifferenceSvg` draws where images lack segments. Mean ranks are over all
 * images of a segment. Of more than thirty segments the best ranked are compared.
 *
 * @param sats a table per image; null where the image was invalid
 * @param names all segments
 */
export function compareSegments(
  sats: readonly (SatRow[] | null)[],
  names: readonly string[],
): SegmentComparison {
  const valid = sats.flatMap((sat) => (sat ? [new Map(sat.map((row) => [row.segment, row.rank]))] : []));
  const columns = names.map((segment) => {
    const ranks = valid.map((sat) => sat.get(segment) ?? Number.NaN);
    const present = ranks.filter((rank) => !Number.isNaN(rank));
    const meanRank = present.reduce((sum, rank) => sum + rank, 0) / present.length;
    return { segment, ranks, images: present.length, meanRank };
  });
  const enough = columns
    .filter(({ images }) => images >= leastImages)
    .sort((a, b) => a.meanRank - b.meanRank);
  const compared = enough.slice(0, most);
  const table = valid.map((_, row) => compared.map(({ ranks }) => ranks[row]));
  const pairs = compared.length < 2 ? [] : comparePairwise(table, { alpha });
  const name = (i: number) => compared[i].segment;
  const untestable = pairs.filter(({ verdict }) => verdict === 'untestable');
  const meanRanks = compared.map(({ meanRank }) => meanRank);
  return {
    names: compared.map(({ segment }) => segment),
    ...(pairs.length === 0 ? { result: null, simplified: false } : groups(meanRanks, pairs)),
    images: valid.length,
    tests: pairs.length - untestable.length,
    alpha,
    tooFew: columns
      .filter(({ images }) => images < leastImages)
      .map(({ segment, images }) => ({ segment, images })),
    behind: enough.length - compared.length,
    untestable: untestable.map(({ a, b, n }) => ({ a: name(a), b: name(b), images: n })),
    // Columns stand in the order of their mean ranks: a before b.
    reversed: pairs
      .filter(({ verdict, before }) => verdict === 'different' && before === 'b')
      .map(({ a, b }) => ({ a: name(b), b: name(a) })),
  };
}

/** What a diagram draws. A pair that could not be tested is joined: a gap would claim a difference. */
function groups(
  meanRanks: number[],
  pairs: readonly PairComparison[],
): Pick<SegmentComparison, 'result' | 'simplified'> {
  const alike = meanRanks.map(() => meanRanks.map(() => true));
  const p = meanRanks.map((_, i) => meanRanks.map((_, j) => (i === j ? 1 : Number.NaN)));
  for (const { a, b, p: adjusted, verdict } of pairs) {
    alike[a][b] = alike[b][a] = verdict !== 'different';
    p[a][b] = p[b][a] = adjusted ?? Number.NaN;
  }
  const order = [...meanRanks.keys()];
  const runs = bars(order, alike);
  const cliques = maximalCliques(alike, mostGroups);
  return {
    result: { meanRanks, order, bars: runs, maximalCliques: cliques ?? runs, p },
    simplified: cliques === null,
  };
}

/** How to read the diagram, and what it leaves out. */
export function comparisonWords(comparison: SegmentComparison): string[] {
  const { result, images, tests, names, tooFew, behind, untestable, reversed, simplified } = comparison;
  const few = tooFew.map(({ segment, images: n }) => `${quoted(segment)} (${n})`);
  return [
    result === null
      ? `Nothing can be compared: ${names.length === 0 ? 'no segment is' : 'fewer than two segments are'} shown by ${leastImages} images.`
      : `A bar joins segments of which no pair can be told apart, which does not make them equal. Each pair is compared over the images that show both (${plural(images, 'image')} in all): Wilcoxon's signed-rank test, Holm's adjustment over ${plural(tests, 'pair')}, level ${alpha}. A rank is not influence beyond chance: compare it with the chance rank.`,
    ...(simplified
      ? [
          `There are more than ${mostGroups} groups that cannot be told apart: the bars join neighbours alone, and segments that no bar joins need not differ.`,
        ]
      : []),
    ...(few.length && result
      ? [`Not compared, for fewer than ${leastImages} images show them: ${some(few)}.`]
      : []),
    ...(behind > 0
      ? [`Only the ${names.length} best ranked segments are compared; ${behind} rank behind them.`]
      : []),
    ...(untestable.length
      ? [
          `Untestable, for fewer than ${leastImages} images show both, and drawn as not told apart: ${some(
            untestable.map(({ a, b, images: n }) => `${quoted(a)} with ${quoted(b)} (${n})`),
          )}.`,
        ]
      : []),
    ...(reversed.length
      ? [
          `In the images that show both the order is another: ${some(
            reversed.map(({ a, b }) => `${quoted(a)} ranks before ${quoted(b)}`),
          )}.`,
        ]
      : []),
  ];
}

function some(words: readonly string[], shown = 8): string {
  return words.length <= shown
    ? listed(words)
    : `${words.slice(0, shown).join(', ')} and ${words.length - shown} more`;
}
