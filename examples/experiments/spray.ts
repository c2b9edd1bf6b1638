/**
 * SpRAy (Lapuschkin et al. 2019) beside SATs on the same maps: a watermark at one place or at random places, on a growing
 * share of one class's training pictures. Does a cluster of maps gather the pictures that carry it, and does the
 * watermark's rank rise above its chance rank? Do clusters split by place, as arXiv 2506.23247 says?
 *
 *   node dist/examples/experiments/spray.js [--out FOLDER] [--cache FOLDER] [--seeds 5] [--workers N] [--quick]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printTable } from '../support/printTable.js';
import { figure, type Line } from './figure.js';
import { median, type Share } from './judging/evaluate.js';
import { eachMapped } from './maps/maps.js';
import { command, commonOptions, say } from './options.js';
import { type NetName, nets } from './runs/nets.js';
import { type Estimate, judgeAll, judgeCell, type Row } from './spray/judgeLooks.js';
import { leastF1, lookAtMaps, variants } from './spray/lookAtMaps.js';

const { out, cache, workers, seeds: count, quick } = commonOptions({ out: 'spray', seeds: 5 });
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
const started = Date.now();
let [run, looking] = [0, 0];
for await (const { probe, epochs } of eachMapped(configs, { cache, workers, say })) {
  const config = configs[run++];
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
mkdirSync(out, { recursive: true });
const about = {
  command: command(),
  ...{ seeds: seeds.length, runs: configs.length, leastF1 },
  notFinite: rows.filter(({ look }) => look === null).length,
  minutes: { all: (Date.now() - started) / 60_000, looking: looking / 60_000 },
  milliseconds,
};
writeFileSync(join(out, 'spray.json'), JSON.stringify({ about, all, cells }, null, 1));
writeFileSync(join(out, 'spray-looks.json'), JSON.stringify(rows));

const costliest = cells.filter(({ when }) => when === 'costliest');
const percent = (value: number) => `${Math.round(100 * value)} %`;
for (const fixed of [true, false]) {
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
  writeFileSync(join(out, `spray-${fixed ? 'fixed' : 'random'}.svg`), figure(panels));
}

const shown = ({ mean, interval: [low, high] }: Estimate) =>
  `${mean.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
const counted = (found: Share | null) => (found ? `${found.count}/${found.of}` : 'none');
const placeOf = ({ fixed, share }: { fixed: boolean; share: number }) => [
  fixed ? 'one place' : 'random',
  percent(share),
];
console.log(`At the epoch where the watermark costs most. SpRAy ${usual}. 95 % intervals over runs.`);
printTable([
  [
    ...['place', 'carry it', 'net', 'dose', 'costs', 'clusters', 'best F1', 'by chance', 'adjusted Rand'],
    ...['found', 'split by place', 'ranks above chance'],
  ],
  ...costliest.map(({ net, dose, costs, spray: { [usual]: one }, sat, ...cell }) => [
    ...[...placeOf(cell), net, percent(dose), percent(costs.mean), String(one.medianClusters)],
    ...[shown(one.f1), one.chanceF1.mean.toFixed(2), shown(one.adjustedRand), counted(one.found)],
    ...[one.splitByPlace ? shown(one.splitByPlace) : '', shown(sat.aboveChance)],
  ]),
]);
console.log(
  '\nRuns that rely on it against clean ones, all nets and doses. AUROC: adjusted Rand index; ranks above chance.',
);
printTable([
  ['place', 'carry it', 'by', 'found of reliant', 'found of clean', 'AUROC'],
  ...all
    .filter(({ when }) => when === 'costliest')
    .flatMap(({ spray, sat, ...place }) => [
      ...Object.entries(spray).map(([variant, { foundOfReliant, foundOfClean, auroc }]) => [
        ...[...placeOf(place), `SpRAy, ${variant}`, counted(foundOfReliant), counted(foundOfClean)],
        auroc?.toFixed(2) ?? '',
      ]),
      [...placeOf(place), 'SAT', '', '', sat?.auroc.toFixed(2) ?? ''],
    ]),
]);
console.log(
  `\n${milliseconds.pictures} maps: ${milliseconds.spray.toFixed(1)} ms for clusters, ${milliseconds.sat.toFixed(1)} ms for SATs with chance ranks (medians).`,
);
say(`written to ${out}`);
