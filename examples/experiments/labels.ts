/**
 * Labels and masks that are not what they should be: the watermark in two halves, under wrong names, drawn too small or
 * too large, beside where it is, as a box. What becomes of its mean rank and of detection, under both aggregations?
 *
 *   node dist/examples/experiments/labels.js [--out FOLDER] [--cache FOLDER] [--seeds 5] [--workers N] [--quick]
 */
import type { Aggregation, ProbeSet, Segment } from 'satwatch';
import { figure, type Line } from './figure.js';
import type { Judged } from './maps/judge.js';
import type { MappedRun } from './maps/maps.js';
import { meanRanks, type Ranked, rankPicture, smaller } from './maps/ranks.js';
import { type Labelled, relabelled } from './maps/relabel.js';
import { peak, point, publishStudy, study, type View } from './maps/study.js';

interface Setting {
  family: Labelled['family'];
  /** What was done to the labels or masks. */
  change: string;
  aggregation: Aggregation;
}

const modes: readonly Aggregation[] = ['relative', 'absolute'];
let last: { probe: ProbeSet; ways: Labelled[] } | undefined;

const found = await study<Setting>(look);
const { results } = found;

function look({ config, probe, epochs }: MappedRun, quick: boolean): View<Setting>[] {
  // Runs of a seed share their probe set, so the masks are changed once.
  if (last?.probe !== probe) last = { probe, ways: relabelled(probe, config.seed) };
  const blocks = smaller(probe, {
    segment: 'watermark',
    ...{ size: quick ? 32 : 128, carriers: 0.5, most: 4, seed: config.seed },
  });
  const tables = epochs.map(({ maps }) => tablesOf(maps, probe));
  return last.ways.flatMap(({ family, name, names, watched, segments }) => {
    const ranked = tables.map((table) => segments.map((own, i) => table(i, own, names)));
    return modes.map((aggregation) => ({
      setting: { family, change: name, aggregation },
      draws: blocks.map((chosen) =>
        watched.map((segment) =>
          epochs.map(({ epoch }, e) => {
            const own = chosen.map((i) => ranked[e][i]);
            return { epoch, ...meanRanks(own, aggregation, names, segment) };
          }),
        ),
      ),
    }));
  });
}

/** Ranks a picture under the segments and names given; what was asked before is not computed again. */
function tablesOf(maps: readonly Float32Array[], probe: ProbeSet) {
  const known = new Map<readonly string[], Map<readonly Segment[], Ranked>>();
  return (picture: number, segments: readonly Segment[], names: readonly string[]): Ranked => {
    if (!known.has(names)) known.set(names, new Map());
    const own = known.get(names)!;
    if (!own.has(segments)) own.set(segments, rankPicture(maps[picture], segments, names, picture, probe));
    return own.get(segments)!;
  };
}

const families = [...new Set(results.map(({ setting }) => setting.family))];
const changesOf = (family: Labelled['family']) => [
  ...new Set(results.filter(({ setting }) => setting.family === family).map(({ setting }) => setting.change)),
];
const judged = (family: Labelled['family'], change: string, aggregation: Aggregation): Judged =>
  results.find(
    ({ setting }) =>
      setting.family === family && setting.change === change && setting.aggregation === aggregation,
  )!.all;
const plain = (aggregation: Aggregation) => judged('labels', 'as drawn', aggregation);

/** Kinds of mistake, by how the names of their changes end; `none`: the change without any. */
const mistakes = [
  { name: 'left for right', ending: 'left for right', none: 'split in two' },
  { name: 'merged', ending: 'counted as another segment', none: 'as drawn' },
  { name: 'exchanged', ending: 'exchanged with another segment', none: 'as drawn' },
];
/** Lines over the share of mistakes, for each kind and both aggregations. */
const byMistake = (y: (of: Judged) => Omit<Line['points'][number], 'x'>): Line[] =>
  mistakes.flatMap(({ name, ending, none }) =>
    modes.map((mode) => ({
      name: `${name}, ${mode}`,
      points: [none, ...changesOf('labels').filter((change) => change.endsWith(ending))].map((change) => ({
        x: Number(change.match(/(\d+) %/)?.[1] ?? 0),
        ...y(judged('labels', change, mode)),
      })),
    })),
  );
const detection = ({ auroc }: Judged) => point(auroc['against chance']);
const xLabel = '% of the carriers labelled wrongly';
const labelsFigure = figure([
  {
    ...{ title: 'found by: against chance', xLabel, yLabel: 'AUROC' },
    lines: byMistake(detection),
  },
  {
    ...{ title: "the watermark's mean rank, where learned", xLabel, yLabel: 'mean rank', yRange: [1, 11] },
    lines: byMistake((of) => ({ y: peak(of).learned ?? Number.NaN })),
  },
]);
// Pixels that the border of the mask moves outwards; a box is no number.
const moves = ['eroded by 2', 'eroded by 1', null, 'dilated by 1', 'dilated by 2', 'dilated by 4'];
const outwards = [-2, -1, 0, 1, 2, 4];
const shiftsBy = [null, 'shifted by 2', 'shifted by 4'];
const overMasks = (changes: readonly (string | null)[], xs: readonly number[]): Line[] =>
  families
    .filter((family) => family !== 'labels')
    .flatMap((family) =>
      modes.map((mode) => ({
        name: `${family === 'all masks' ? family : 'watermark'}, ${mode}`,
        points: changes.map((change, i) => ({
          x: xs[i],
          ...detection(change === null ? plain(mode) : judged(family, change, mode)),
        })),
      })),
    );
const masksFigure = figure([
  {
    ...{ title: 'masks too small or too large', xLabel: 'pixels outwards', yLabel: 'AUROC against chance' },
    lines: overMasks(moves, outwards),
  },
  {
    ...{ title: 'masks beside the thing', xLabel: 'pixels', yLabel: 'AUROC against chance' },
    lines: overMasks(shiftsBy, [0, 2, 4]),
  },
]);
publishStudy(found, {
  name: 'labels',
  title: 'Labels and masks that are wrong',
  asks: 'The watermark is split in two, its halves are mistaken for one another, it is counted as another segment; masks are too small, too large, shifted, boxed. What is lost, under relative and under absolute aggregation?',
  measured: [
    '128 probe pictures, half of them with the watermark, in four disjoint sets. Mistakes are made on a share of the pictures that carry it.',
  ],
  figures: [
    { name: 'labels', svg: labelsFigure, shows: 'Labels that are wrong on a share of the carriers' },
    { name: 'masks', svg: masksFigure, shows: 'Masks that are wrong on all pictures' },
  ],
  columns: {
    masks: ({ family }) => family,
    change: ({ change }) => change,
    aggregation: ({ aggregation }) => aggregation,
  },
});
