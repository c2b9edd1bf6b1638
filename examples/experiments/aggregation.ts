/**
 * The watermark on few or on all of the probe pictures: what do relative and absolute aggregation make of it?
 *
 *   node dist/examples/experiments/aggregation.js [--out FOLDER] [--cache FOLDER] [--seeds 5] [--workers N] [--quick]
 */
import type { Aggregation } from 'satwatch';
import { figure, type Line } from './figure.js';
import { type Judged, scoreNames } from './maps/judge.js';
import type { MappedRun } from './maps/maps.js';
import { meanRanks, rankPicture, smaller } from './maps/ranks.js';
import { peak, point, publishStudy, study, type View } from './maps/study.js';

interface Setting {
  /** Share of the probe pictures, the same in each class, that carry the watermark. */
  carriers: number;
  /** How many that is. */
  carrying: number;
  pictures: number;
  aggregation: Aggregation;
}

const modes: readonly Aggregation[] = ['relative', 'absolute'];
const segment = 'watermark';

const found = await study<Setting>(look);
const { results } = found;

function look({ config, probe, epochs }: MappedRun, quick: boolean): View<Setting>[] {
  const { shares, pictures, draws } = quick
    ? { shares: [0.25, 1], pictures: 16, draws: 2 }
    : { shares: [0.05, 0.2, 0.5, 1], pictures: 128, draws: 10 };
  const names = probe.segmentNames;
  const ranked = epochs.map(({ maps }) =>
    maps.map((map, i) => rankPicture(map, probe.images[i].segments, names, i, probe)),
  );
  return shares.flatMap((carriers) => {
    const sets = Array.from({ length: draws }, (_, draw) => {
      const seed = 16 * config.seed + draw;
      return smaller(probe, { segment, size: pictures, carriers, most: 1, seed })[0];
    });
    const carrying = sets[0].filter((i) =>
      probe.images[i].segments.some(({ name }) => name === segment),
    ).length;
    return modes.map((aggregation) => ({
      setting: { carriers, carrying, pictures, aggregation },
      draws: sets.map((chosen) => [
        epochs.map(({ epoch }, e) => {
          const own = chosen.map((i) => ranked[e][i]);
          return { epoch, ...meanRanks(own, aggregation, names, segment) };
        }),
      ]),
    }));
  });
}

const lines = (y: (judged: Judged) => Omit<Line['points'][number], 'x'>): Line[] =>
  modes.map((mode) => ({
    name: mode,
    points: results
      .filter(({ setting }) => setting.aggregation === mode)
      .map(({ setting, all }) => ({ x: 100 * setting.carriers, ...y(all) })),
  }));
const xLabel = '% of the probe pictures that carry the watermark';
const svg = figure([
  ...scoreNames.map((name) => ({
    ...{ title: `found by: ${name}`, xLabel, yLabel: 'AUROC' },
    lines: lines(({ auroc }) => point(auroc[name])),
  })),
  {
    ...{ title: "the watermark's mean rank", xLabel, yLabel: 'mean rank', yRange: [1, 11] },
    lines: (['learned', 'clean'] as const).flatMap((of) =>
      lines((judged) => ({ y: peak(judged)[of] ?? Number.NaN })).map((line) => ({
        ...line,
        name: `${of}, ${line.name}`,
      })),
    ),
  },
]);
publishStudy(found, {
  name: 'aggregation',
  title: 'Relative or absolute aggregation',
  asks: 'The watermark is on few or on all of the probe pictures. Relative aggregation ranks it among those that show it; absolute aggregation ranks it on all pictures, with attribution 0 where it is not. What do both make of it?',
  measured: [`${results[0].setting.pictures} probe pictures, ten draws.`],
  figures: [
    {
      name: 'aggregation',
      svg,
      shows:
        'How well the scores tell learned from clean, by the share of probe pictures that carry the watermark; right, its mean rank',
    },
  ],
  columns: {
    'pictures that carry it': ({ carrying }) => carrying,
    aggregation: ({ aggregation }) => aggregation,
  },
});
