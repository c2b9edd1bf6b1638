/**
 * SpRAy (Lapuschkin et al. 2019) beside SATs on the same maps: a watermark at one place or at random places, on a growing
 * share of one class's training pictures. Does a cluster of maps gather the pictures that carry it, and does the
 * watermark's rank rise above its chance rank? Do clusters split by place, as arXiv 2506.23247 says?
 *
 *   node dist/examples/experiments/spray.js [--out FOLDER] [--cache FOLDER] [--seeds 5] [--workers N] [--quick]
 */
import { figure, type Line } from './figure.js';
import { leastReliance, median, type Share } from './judging/evaluate.js';
import { eachMapped } from './maps/maps.js';
import { command, commonOptions, say } from './options.js';
import { publish } from './publish.js';
import { type NetName, nets } from './runs/nets.js';
import { type Estimate, judgeAll, judgeCell, type Row } from './spray/judgeLooks.js';
import { leastF1, lookAtMaps, variants } from './spray/lookAtMaps.js';

const { out, cache, workers, seeds: count, quick } = commonOptions({ seeds: 5 });
const netNames = quick ? (['plain'] as const) : (Object.keys(nets) as NetName[]);
const doses = quick ? [0, 0.5] : [0, 0.1, 0.25, 0.5];
/** Of the pictures whose maps are clustered. */
const shares = [0.1, 0.5];
const seeds = Array.from({ length: quick ? 1 : count }, (_, i) => i + 1);
const segment = 'watermark';

const configs = seeds.flatMap((seed) =>
  [true, false].flatMap((fixed) =>
    netNames.flatMap((net) => doses.map((dose) => ({ dose, net, seed, quick, fixed }))),
  ),
);

const rows: Row[] = [];
let [run, looking] = [0, 0];
let training = 0;
for await (const { probe, epochs, seconds } of eachMapped(configs, { cache, workers, say })) {
  const config = configs[run++];
  training += seconds;
  const begun = Date.now();
  for (const share of shares)
    for (const { maps, ...at } of epochs) {
      const look = lookAtMaps(probe, maps, { segment, share, seed: config.seed });
      rows.push({ config, share, ...at, look });
    }
  looking += Date.now() - begun;
  if (run % 10 === 0) say(`looked at the maps of ${run} of ${configs.length} runs`);
}

const places = (['costliest', 'last'] as const).flatMap((when) =>
  [true, false].flatMap((fixed) => shares.map((share) => ({ when, fixed, share }))),
);
const cells = places.flatMap((place) =>
  netNames.flatMap((net) => doses.map((dose) => judgeCell(rows, { ...place, net, dose }))),
);
const all = places.map((place) => judgeAll(rows, place, { nets: netNames, doses }));

const [usual] = Object.keys(variants);
const timed = rows.flatMap(({ share, look }) => (share === 0.5 && look ? [look] : []));
const milliseconds = {
  pictures: timed[0]?.pictures,
  spray: median(timed.map(({ spray }) => spray[usual].milliseconds)),
  sat: median(timed.map(({ sat }) => sat.milliseconds)),
};
const about = {
  command: command(),
  ...{ seeds: seeds.length, runs: configs.length, leastF1 },
  notFinite: rows.filter(({ look }) => look === null).length,
  minutes: { training: training / 60, looking: looking / 60_000 },
  milliseconds,
};
const costliest = cells.filter(({ when }) => when === 'costliest');
const percent = (value: number) => `${Math.round(100 * value)} %`;
const figures = [true, false].map((fixed) => {
  const place = fixed ? 'one place' : 'random places';
  const lines = (of: (cell: (typeof cells)[number]) => Estimate): Line[] =>
    netNames.flatMap((net) =>
      shares.map((carried) => ({
        name: `${net}, ${percent(carried)} carry it`,
        points: costliest
          .filter((cell) => cell.fixed === fixed && cell.net === net && cell.share === carried)
          .map((cell) => {
            const { mean: y, interval } = of(cell);
            return { x: 100 * cell.dose, y, low: interval[0], high: interval[1] };
          }),
      })),
    );
  const xLabel = '% of the class in training';
  const panels = [
    {
      ...{ xLabel, title: `SpRAy, ${place}`, yLabel: 'adjusted Rand index' },
      lines: lines(({ spray }) => spray[usual].adjustedRand),
    },
    {
      ...{ xLabel, title: `SAT, ${place}`, yLabel: 'ranks above chance' },
      lines: lines(({ sat }) => sat.aboveChance),
      yRange: [-2, 8] as [number, number],
    },
  ];
  return {
    name: `spray-${fixed ? 'fixed' : 'random'}`,
    svg: figure(panels),
    shows: `The watermark at ${place}. Left: do the clusters agree with who carries it? Right: its mean rank above chance`,
  };
});

const told = (value?: number, [low, high]: Estimate['interval'] = [0, 0]) =>
  value === undefined ? '–' : `${value.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
const shown = ({ mean, interval }: Estimate) => told(mean, interval);
const counted = (found: Share | null) => (found ? `${found.count}/${found.of}` : 'none');
const placeOf = ({ fixed, share }: { fixed: boolean; share: number }) => [
  fixed ? 'one place' : 'random',
  percent(share),
];
const variantsTried = Object.keys(variants).length;
publish(out, 'spray', {
  title: 'SpRAy beside segment ranks',
  asks: 'Spectral clustering of the same maps ([Lapuschkin et al. 2019](https://doi.org/10.1038/s41467-019-08987-4)): does a cluster gather the pictures that carry the watermark, at one place and at random places, from which share on, and at which cost? Do clusters split by place, as [arXiv 2506.23247](https://arxiv.org/abs/2506.23247) says?',
  measured: [
    `\`${command()}\`: ${configs.length} trainings, ${seeds.length} seeds for each place, net and dose, ${about.minutes.training.toFixed(0)} minutes of training and ${about.minutes.looking.toFixed(0)} of looking at the maps.`,
    `Clusters are made of the maps of one class. SpRAy is given more than it has in use: the best cluster is chosen by who carries the watermark. Found: more than one cluster, and the best one's F1 is ${leastF1} or more. By chance: the best F1 when the carriers are drawn at random. ${variantsTried} variants; the first table has the first, ${usual}.`,
    "Split by place: the share of the spread of the carriers' watermarks that lies between clusters, less what is there by chance (0: clusters do not go by place; 1: each is one place).",
    `Relies on it: the watermark costs the other class ${percent(leastReliance)} or more beyond the clean twin, at that epoch.`,
    'Brackets: 95 %, runs drawn anew. Rows are of the epoch at which the watermark costs most.',
    `${milliseconds.pictures} maps take ${milliseconds.spray.toFixed(0)} ms to cluster and ${milliseconds.sat.toFixed(0)} ms for SATs with chance ranks (medians, while both cores were at work).`,
  ],
  figures,
  tables: [
    {
      title: 'By place, share, net and dose',
      rows: [
        [
          ...[
            'place',
            'carry it',
            'net',
            'dose',
            'costs',
            'clusters',
            'best F1',
            'by chance',
            'adjusted Rand',
          ],
          ...['found', 'split by place', 'ranks above chance'],
        ],
        ...costliest.map(({ net, dose, costs, spray: { [usual]: one }, sat, ...cell }) => [
          ...[...placeOf(cell), net, percent(dose), percent(costs.mean), String(one.medianClusters)],
          ...[shown(one.f1), one.chanceF1.mean.toFixed(2), shown(one.adjustedRand), counted(one.found)],
          ...[one.splitByPlace ? shown(one.splitByPlace) : '–', shown(sat.aboveChance)],
        ]),
      ],
    },
    {
      title: 'Runs that rely on it against clean ones, all nets and doses',
      rows: [
        ['place', 'carry it', 'by', 'found of reliant', 'found of clean', 'AUROC'],
        ...all
          .filter(({ when }) => when === 'costliest')
          .flatMap(({ spray, sat, ...place }) => [
            ...Object.entries(spray).map(([variant, { foundOfReliant, foundOfClean, auroc, interval }]) => [
              ...[...placeOf(place), `SpRAy, ${variant}`, counted(foundOfReliant), counted(foundOfClean)],
              told(auroc, interval),
            ]),
            [...placeOf(place), 'SAT', '–', '–', told(sat?.auroc, sat?.interval)],
          ]),
      ],
      notes: ['AUROC: of SpRAy by the adjusted Rand index, of SATs by ranks above chance.'],
    },
  ],
  data: { about, all, cells },
});
