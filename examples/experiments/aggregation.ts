/**
 * The watermark on few or on all of the probe pictures: what do relative and absolute aggregation make of it?
 *
 *   node dist/examples/experiments/aggregation.js [--out FOLDER] [--cache FOLDER] [--seeds 5] [--workers N] [--quick]
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Aggregation } from 'satwatch';
import { figure, type Line } from './figure.js';
import { type Judged, scoreNames } from './maps/judge.js';
import type { MappedRun } from './maps/maps.js';
import { meanRanks, rankPicture, smaller } from './maps/ranks.js';
import { peak, point, printResults, study, type View } from './maps/study.js';

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

const { results, out } = await study<Setting>('aggregation', look);

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
writeFileSync(
  join(out, 'aggregation.svg'),
  figure([
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
  ]),
);
printResults(results, {
  carriers: ({ carrying }) => carrying,
  of: ({ pictures }) => pictures,
  aggregation: ({ aggregation }) => aggregation,
});
