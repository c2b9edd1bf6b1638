/**
 * The paper's figure 5: a text watermark at random places on a growing share of one class's training pictures. When is
 * it found, by what, and how much does the net rely on it by then?
 *
 *   node dist/examples/experiments/prevalence.js [--out FOLDER] [--cache FOLDER] [--seeds 10] [--workers N] [--quick]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mean } from '../support/mean.js';
import { figure, type Line } from './figure.js';
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
import { type Choice, configure } from './runs/config.js';
import { type NetName, nets } from './runs/nets.js';
import { runAll } from './runs/pool.js';

const { out, cache, workers, seeds: count, quick } = commonOptions({ out: 'prevalence', seeds: 10 });
const netNames = quick ? (['plain'] as const) : (Object.keys(nets) as NetName[]);
const doses = quick ? [0, 0.5] : [0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.35, 0.5];
const seeds = Array.from({ length: quick ? 1 : count }, (_, i) => i + 1);
const stamped = quick ? 24 : 1000;

// All doses and nets of a seed in a row: they share their pictures.
const choices = seeds.flatMap((seed) =>
  netNames.flatMap((net) =>
    doses.map((dose): Choice => ({ task: 'stripes', kind: 'text', dose, net, seed, stamped })),
  ),
);
const started = Date.now();
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

mkdirSync(out, { recursive: true });
const about = {
  command: command(),
  seeds: seeds.length,
  stamped: results[0].truth.find(({ how }) => how === 'stamp')?.images,
  backends: [...new Set(results.map(({ backend }) => backend))],
  minutes: (Date.now() - started) / 60_000,
  secondsARun: mean(
    results.map(
      ({ seconds }) =>
        seconds.drawing + seconds.training + seconds.watching + seconds.recording + seconds.truth,
    ),
  ),
};
writeFileSync(join(out, 'prevalence.json'), JSON.stringify({ about, nets: byNet }, null, 1));
const panels = byNet.flatMap(({ net, reliance, detectors: judged, peaks }) => [
  {
    title: `${net}: accuracy lost to the watermark`,
    xLabel: 'epoch',
    yLabel: 'beyond the clean twin',
    lines: reliance,
  },
  {
    title: `${net}: share of runs`,
    xLabel: '% of the class that carries it',
    yLabel: 'alarmed',
    lines: [
      {
        name: 'learned it (≥ 5 points, two epochs in a row)',
        points: peaks.map(({ dose, reliantRuns }) => ({ x: 100 * dose, y: reliantRuns / seeds.length })),
      },
      ...judged.map(({ detector, rows }) => ({
        name: detector,
        points: rows.map(({ dose, alarmed, runs }) => ({ x: 100 * dose, y: alarmed / runs })),
      })),
    ],
  },
]);
// A row a net: the panels of one figure share their legend.
byNet.forEach(({ net }, i) => {
  writeFileSync(join(out, `prevalence-${net}.svg`), figure(panels.slice(2 * i, 2 * i + 2)));
});
say(`written to ${out}`);
