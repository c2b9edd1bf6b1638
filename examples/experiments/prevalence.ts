/**
 * The paper's figure 5: a text watermark at random places on a growing share of one class's training pictures. When is
 * it found, by what, and how much does the net rely on it by then?
 *
 *   node dist/examples/experiments/prevalence.js [--out FOLDER] [--cache FOLDER] [--seeds 10] [--workers N] [--quick]
 */
import { mean } from '../support/mean.js';
import { figure, type Line, type Panel } from './figure.js';
import { detectors } from './judging/detectors.js';
import {
  bootstrap,
  chooseThreshold,
  type Examined,
  examineAll,
  firstAlarm,
  isShortcut,
  median,
  outcome,
  recall,
  type Series,
  smallestDose,
} from './judging/evaluate.js';
import { command, commonOptions, say } from './options.js';
import { publish } from './publish.js';
import { type Choice, configure } from './runs/config.js';
import { type NetName, nets } from './runs/nets.js';
import { processorHours, runAll } from './runs/pool.js';

const { out, cache, workers, seeds: count, quick } = commonOptions({ seeds: 10 });
const netNames = quick ? (['plain'] as const) : (Object.keys(nets) as NetName[]);
const doses = quick ? [0, 0.5] : [0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.35, 0.5];
const seeds = Array.from({ length: quick ? 1 : count }, (_, i) => i + 1);
const stamped = quick ? 24 : 1000;
/** In the figure; the table has all. */
const drawn = [
  'satwatch warning',
  'satwatch alarm',
  'effect',
  'rank against epoch 0',
  'rank against chance',
  'train-test gap',
];

// All doses and nets of a seed in a row: they share their pictures.
const choices = seeds.flatMap((seed) =>
  netNames.flatMap((net) =>
    doses.map((dose): Choice => ({ task: 'stripes', kind: 'text', dose, net, seed, stamped })),
  ),
);
const results = await runAll(
  choices.map((choice) => configure(choice, quick)),
  { cache, workers, say },
);

/** What a run has learned of the watermark, by epoch. */
const learnedOf = ({ truths }: Examined): Series => truths.find(({ learned }) => learned !== null)!.learned!;

/** The share of right answers lost to the watermark, beyond the clean twin's; a mean over the seeds by epoch. */
function relianceLine(name: string, runs: Examined[]): Line {
  const perRun = runs.map((run) => learnedOf(run).byEpoch);
  const points = [...perRun[0].keys()].map((epoch) => {
    const values = perRun.map((lost) => lost.get(epoch) ?? Number.NaN);
    const [low, high] = bootstrap(values, mean);
    return { x: epoch, y: mean(values), low, high };
  });
  return { name, points };
}

/** Means over the runs that have a score on the watermark and its class at that epoch. */
function scoresByEpoch(runs: Examined[]): { epoch: number; score: number; runs: number }[] {
  const points = runs.flatMap(({ result, points }) => points.filter((point) => isShortcut(point, result)));
  const epochs = [...new Set(points.map(({ epoch }) => epoch))].sort((a, b) => a - b);
  return epochs.map((epoch) => {
    const scores = points.filter((point) => point.epoch === epoch).map(({ score }) => score);
    return { epoch, score: mean(scores), runs: scores.length };
  });
}

const examined = await examineAll(results, detectors);

const byNet = netNames.map((net) => {
  const of = (list: readonly Examined[], dose?: number) =>
    list.filter(
      ({ result: { config } }) => config.net === net && (dose === undefined || config.dose === dose),
    );
  const judged = [...examined].map(([detector, list]) => {
    // In hindsight: the lowest threshold at which no clean run alarms. Detectors with a rule of their own keep it.
    const threshold = chooseThreshold(of(list, 0), 0);
    const rows = doses.map((dose) => {
      const here = of(list, dose);
      const outcomes = here.map((one) => outcome(one, threshold ?? 0));
      const alarms = here.flatMap((one) => firstAlarm(one, threshold ?? 0) ?? []);
      return {
        dose,
        runs: here.length,
        alarmed: alarms.length,
        medianFirstAlarm: alarms.length ? median(alarms) : null,
        recallOfReliant: recall(outcomes, 'learned'),
        falseAlarms: outcomes.filter(({ falseAlarms }) => falseAlarms.length > 0).length,
        scoreByEpoch: scoresByEpoch(here),
      };
    });
    return { detector, threshold, smallestDose: smallestDose(of(list), threshold ?? 0), rows };
  });
  const [all] = examined.values();
  const poisoned = doses.filter((dose) => dose > 0);
  const reliance = poisoned.map((dose) => relianceLine(`${Math.round(100 * dose)} %`, of(all, dose)));
  const peaks = poisoned.map((dose, d) => ({
    dose,
    peakReliance: Math.max(...reliance[d].points.map(({ y }) => y)),
    reliantRuns: of(all, dose).filter((run) => learnedOf(run).onset !== null).length,
  }));
  const testAccuracy = doses.map((dose) => ({
    dose,
    byEpoch: of(all, dose)[0]
      .result.epochs.slice(1)
      .map(({ epoch }) =>
        mean(
          of(all, dose).map(
            ({ result: { epochs } }) => epochs.find((other) => other.epoch === epoch)!.testAccuracy!,
          ),
        ),
      ),
  }));
  return { net, detectors: judged, peaks, testAccuracy, reliance };
});

const images = results[0].truth.find(({ how }) => how === 'stamp')!.images;
const backends = [...new Set(results.map(({ backend }) => backend))];
const hours = processorHours(results);
const percent = (dose: number) => `${Math.round(100 * dose)} %`;
// A row a net: the panels of one figure share their legend.
const panels = ({ net, reliance, detectors: judged, peaks }: (typeof byNet)[number]): Panel[] => [
  {
    title: `${net}: accuracy lost to the watermark`,
    ...{ xLabel: 'epoch', yLabel: 'beyond the clean twin' },
    ordered: true,
    lines: reliance,
  },
  {
    title: `${net}: share of runs`,
    ...{ xLabel: '% of the class that carries it', yLabel: 'alarmed' },
    lines: [
      {
        name: 'learned it',
        points: peaks.map(({ dose, reliantRuns }) => ({ x: 100 * dose, y: reliantRuns / seeds.length })),
      },
      ...judged
        .filter(({ detector }) => drawn.includes(detector))
        .map(({ detector, rows }) => ({
          name: detector,
          points: rows.map(({ dose, alarmed, runs }) => ({ x: 100 * dose, y: alarmed / runs })),
        })),
    ],
  },
];
publish(out, 'prevalence', {
  title: 'Prevalence: from which share on is a watermark found?',
  asks: 'Stripes that run one way or the other, and a text at random places on a growing share of the first class. When is the text found, by what, and what does it cost by then?',
  measured: [
    `\`${command()}\`: ${results.length} runs, ${seeds.length} seeds for each net and share; ${hours.toFixed(1)} processor hours (${backends.join(', ')}).`,
    `Cost: right answers that ${images} test pictures of the other class lose when the text is stamped on them, less what the clean net of the same seed loses; the mean of the seeds at the epoch where that is largest. Learned: 5 points or more for two epochs in a row.`,
    'A cell of the detectors: runs with an alarm on the text towards its class, and the median epoch of the first. satwatch goes by its own levels; the others by the lowest threshold at which no clean run has an alarm on a part that sways nothing, chosen here in hindsight, which flatters them.',
    'False: runs with an alarm on a part that sways nothing. Runs of a seed share their pictures, so these are fewer cases than they look.',
    'Smallest: the share from which on, at every higher one too, 90 % of the runs alarm.',
  ],
  figures: byNet.map((one) => ({
    name: `prevalence-${one.net}`,
    svg: figure(panels(one)),
    shows: `Left: what the watermark costs, the mean of ${seeds.length} seeds with its 95 % interval, by its share of the class. Right: share of the runs in which a detector alarms. ${one.net === 'plain' ? 'Plain net' : 'Residual net with batch norm'}`,
  })),
  tables: byNet.flatMap(({ net, detectors: judged, peaks, testAccuracy }) => [
    {
      title: `What the watermark costs: ${net} net`,
      rows: [
        ['share', 'cost, in points', 'learned it', 'test accuracy at the end'],
        ...testAccuracy.map(({ dose, byEpoch }) => {
          const peak = peaks.find((one) => one.dose === dose);
          return [
            percent(dose),
            peak ? (100 * peak.peakReliance).toFixed(0) : '–',
            peak ? `${peak.reliantRuns} of ${seeds.length}` : '–',
            percent(byEpoch.at(-1)!),
          ];
        }),
      ],
    },
    {
      title: `Who alarms, and when: ${net} net`,
      rows: [
        ['detector', ...doses.map(percent), 'smallest', `false, of ${doses.length * seeds.length}`],
        ...judged.map(({ detector, smallestDose: smallest, rows }) => [
          detector,
          ...rows.map(({ alarmed, medianFirstAlarm: epoch }) =>
            epoch === null ? '0' : `${alarmed} (epoch ${epoch})`,
          ),
          smallest === null ? '–' : percent(smallest),
          String(rows.reduce((sum, { falseAlarms }) => sum + falseAlarms, 0)),
        ]),
      ],
    },
  ]),
  data: {
    about: { command: command(), seeds: seeds.length, runs: results.length, images, backends, hours },
    nets: byNet,
  },
});
