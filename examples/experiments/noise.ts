/**
 * Noise on the attribution maps: how soon is the watermark lost among the ranks, and how many probe pictures buy it back?
 *
 *   node dist/examples/experiments/noise.js [--out FOLDER] [--cache FOLDER] [--seeds 5] [--workers N] [--quick]
 */
import { fillNormal, randomStream } from '../../src/random.js';
import { figure, type Line } from './figure.js';
import { type Judged, scoreNames } from './maps/judge.js';
import type { MappedRun } from './maps/maps.js';
import { meanRanks, type Ranked, rankPicture, smaller } from './maps/ranks.js';
import { peak, point, publishStudy, study, type View } from './maps/study.js';

interface Setting {
  /** Standard deviation of the noise, in standard deviations of each map over its pixels. */
  noise: number;
  /** Probe pictures, half of them with the watermark. */
  pictures: number;
}

const grid = (quick: boolean) =>
  quick
    ? { noises: [0, 1, 50], sizes: [16, 64], draws: 2 }
    : { noises: [0, 0.5, 1, 2, 3, 5], sizes: [32, 64, 128, 256, 512], draws: 3 };
/** Smaller probe sets of a size that are tried with each draw of noise. */
const most = 4;
const segment = 'watermark';

const found = await study<Setting>(look);
const { results } = found;

function look({ config, probe, epochs }: MappedRun, quick: boolean): View<Setting>[] {
  const { noises, sizes, draws } = grid(quick);
  const names = probe.segmentNames;
  // The rank is a mean over the pictures that show the watermark: the others need no table.
  const carriers = probe.images.flatMap(({ segments }, i) =>
    segments.some(({ name }) => name === segment) ? [i] : [],
  );
  const ranked = noises.map((noise) =>
    Array.from({ length: noise === 0 ? 1 : draws }, () => epochs.map((): Ranked[] => [])),
  );
  const normal = new Float32Array(probe.width * probe.height);
  const noisy = new Float32Array(normal.length);
  for (const i of carriers) {
    const { segments } = probe.images[i];
    epochs.forEach(({ epoch, maps }, e) => {
      const map = maps[i];
      const sd = deviation(map);
      for (let draw = 0; draw < draws; draw++) {
        // The runs of a seed get the same noise, and stronger noise is the same, stronger.
        fillNormal(normal, randomStream(config.seed, i, 100 * draw + epoch));
        noises.forEach((noise, n) => {
          if (noise === 0 && draw > 0) return;
          for (let p = 0; p < map.length; p++) noisy[p] = map[p] + noise * sd * normal[p];
          ranked[n][draw][e][i] = rankPicture(noise === 0 ? map : noisy, segments, names, i, probe);
        });
      }
    });
  }
  const sets = sizes.map((size) =>
    Array.from({ length: draws }, (_, draw) =>
      smaller(probe, { segment, size, carriers: 0.5, most, seed: 16 * config.seed + draw }),
    ),
  );
  return noises.flatMap((noise, n) =>
    sizes.map((pictures, s) => ({
      setting: { noise, pictures },
      draws: sets[s].flatMap((ofDraw, draw) =>
        ofDraw.map((chosen) => {
          const rows = ranked[n][noise === 0 ? 0 : draw];
          const trajectory = epochs.map(({ epoch }, e) => {
            const own = chosen.flatMap((i) => rows[e][i] ?? []);
            return { epoch, ...meanRanks(own, 'relative', names, segment) };
          });
          return [trajectory];
        }),
      ),
    })),
  );
}

function deviation(map: Float32Array): number {
  const mean = map.reduce((sum, value) => sum + value, 0) / map.length;
  return Math.sqrt(map.reduce((sum, value) => sum + (value - mean) ** 2, 0) / map.length);
}

const sizes = [...new Set(results.map(({ setting }) => setting.pictures))];
const noises = [...new Set(results.map(({ setting }) => setting.noise))];
const at = (noise: number, pictures: number) =>
  results.find(({ setting }) => setting.noise === noise && setting.pictures === pictures)!;
const lines = (y: (judged: Judged) => Omit<Line['points'][number], 'x'>): Line[] =>
  sizes.map((size) => ({
    name: `${size} pictures`,
    points: noises.map((noise) => ({ x: noise, ...y(at(noise, size).all) })),
  }));
const xLabel = 'noise, in standard deviations of the map';
const svg = figure([
  ...scoreNames.map((name) => ({
    title: `found by: ${name}`,
    xLabel,
    yLabel: 'AUROC',
    ordered: true,
    lines: lines(({ auroc }) => point(auroc[name])),
  })),
  {
    title: `the watermark's mean rank, ${sizes.at(-1)} pictures`,
    xLabel,
    yLabel: 'mean rank',
    yRange: [1, 6],
    lines: (['learned', 'clean', 'chance'] as const).map((of) => ({
      name: { learned: 'learned', clean: 'clean', chance: 'chance, learned' }[of],
      points: noises.map((x) => ({ x, y: peak(at(x, sizes.at(-1)!).all)[of] ?? Number.NaN })),
    })),
  },
]);
publishStudy(found, {
  name: 'noise',
  title: 'Noise on the maps',
  asks: 'Gaussian noise is added to the attribution maps. How soon is the watermark lost among the ranks, and how many probe pictures buy it back?',
  measured: [
    'Noise: its standard deviation, in standard deviations of each map over its pixels. Pictures: of the probe set, half of them with the watermark.',
  ],
  figures: [
    {
      name: 'noise',
      svg,
      shows:
        'How well the scores tell learned from clean, by noise and number of probe pictures; right, the mean rank of the watermark',
    },
  ],
  columns: { noise: ({ noise }) => noise, pictures: ({ pictures }) => pictures },
});
