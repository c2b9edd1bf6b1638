/**
 * Many classes: with 32 of them there are 160 pairs of segment and class, and a default budget that tests a few at an
 * observation. Is a patch that a net has learned still found, when, and are there more false alarms?
 *
 *   node dist/examples/experiments/classes.js [--out FOLDER] [--cache FOLDER] [--seeds 5] [--workers N] [--quick]
 */
import type { Level } from 'satwatch';
import { order } from '../../src/alerts/rule.js';
import { mean } from '../support/mean.js';
import { figure, type Line } from './figure.js';
import type { Detector } from './judging/detectors.js';
import { type Examined, examineAll, median, outcome, share } from './judging/evaluate.js';
import { command, commonOptions, say } from './options.js';
import { publish } from './publish.js';
import { type Choice, configure } from './runs/config.js';
import { flagTasks } from './runs/known.js';
import { type NetName, nets } from './runs/nets.js';
import { processorHours, runAll } from './runs/pool.js';
import type { RunResult } from './runs/run.js';

const { out, cache, workers, seeds: count, quick } = commonOptions({ seeds: 5 });
const netNames = quick ? (['plain'] as const) : (Object.keys(nets) as NetName[]);
const seeds = Array.from({ length: quick ? 1 : count }, (_, i) => i + 1);
const tasks = (quick ? flagTasks.slice(0, 2) : flagTasks).map(({ name, classNames }) => ({
  name,
  classes: classNames.length,
}));
/** Forward passes for which all pairs are tested at every observation. */
const plenty = 1e9;
const budgets = [
  { name: 'default', passes: null },
  { name: 'every pair', passes: plenty },
];
/** A user with more classes has more pictures: so many of each for training and for the probe set. */
const [perClass, probePerClass] = quick ? [8, 16] : [80, 16];

// All of a task and a seed in a row: they share their pictures.
const choices = tasks.flatMap(({ name: task, classes }) =>
  seeds.flatMap((seed) =>
    netNames.flatMap((net) =>
      [0, 0.9].flatMap((dose) =>
        budgets.map(
          ({ passes: budget }): Choice => ({
            ...{ task, kind: 'patch', dose, net, seed, budget, record: false },
            train: Math.max(quick ? 64 : 1280, perClass * classes),
            probe: Math.max(quick ? 64 : 128, probePerClass * classes),
          }),
        ),
      ),
    ),
  ),
);
const results = await runAll(
  choices.map((choice) => configure(choice, quick)),
  { cache, workers, say },
);

/** What the run itself was told. */
const told = (level: Level): Detector => ({
  name: level,
  look: ({ alerts }) =>
    alerts
      .filter((alert) => alert.rule.startsWith('reliance') && order[alert.level] >= order[level])
      .map(({ segment, className, epoch }) => ({ segment, className, epoch, score: 1, alerted: true })),
});
const levels = ['warning', 'alarm'] as const;
const examined = await examineAll(results, levels.map(told));

/** Share of its time that a run was watched, the measuring of the truth left out. */
const watched = ({ seconds: { training, watching } }: RunResult) => watching / (training + watching);

const cells = tasks.flatMap(({ name, classes }) =>
  netNames.flatMap((net) =>
    budgets.map(({ name: budget, passes }) => {
      const own = ({ result: { config } }: Examined) =>
        config.task === name && config.net === net && config.budget === passes;
      const results = examined
        .get('warning')!
        .filter(own)
        .map(({ result }) => result);
      const counted = levels.map((level) => {
        const outcomes = examined
          .get(level)!
          .filter(own)
          .map((one) => outcome(one, 0));
        const learned = outcomes.flatMap(({ reliances }) => reliances.learned);
        const found = learned.flatMap(({ delay }) => delay ?? []);
        const clean = outcomes.filter(({ result }) => result.config.dose === 0);
        return {
          level,
          learned: learned.length,
          found: found.length,
          beforePeak: learned.filter(({ beforePeak }) => beforePeak).length,
          medianDelay: found.length ? median(found) : null,
          falseAlarms: outcomes.filter(({ falseAlarms }) => falseAlarms.length > 0).length,
          cleanAlarmed: clean.filter(({ alarms }) => alarms.length > 0).length,
          clean: clean.length,
        };
      });
      const tested = results.flatMap(({ effects, epochs }) => effects.length / epochs.length);
      return {
        ...{ classes, net, budget, runs: results.length },
        probe: results[0].config.probe,
        testsAnObservation: mean(tested),
        testAccuracy: mean(results.map(({ epochs }) => epochs.at(-1)!.testAccuracy!)),
        watched: mean(results.map(watched)),
        levels: counted,
      };
    }),
  ),
);

/** Over both nets, by the number of classes, for each budget. */
const overNets = (point: (own: typeof cells) => Omit<Line['points'][number], 'x'>): Line[] =>
  budgets.map(({ name }) => ({
    name,
    points: tasks.map(({ classes }) => ({
      x: classes,
      ...point(cells.filter((cell) => cell.budget === name && cell.classes === classes)),
    })),
  }));
const foundAt = (level: Level) =>
  overNets((own) => {
    const counts = own.flatMap(({ levels }) => levels.filter((one) => one.level === level));
    const sum = (of: 'found' | 'learned') => counts.reduce((total, one) => total + one[of], 0);
    const found = share(sum('found'), sum('learned'));
    return found ? { y: found.share, low: found.interval[0], high: found.interval[1] } : { y: Number.NaN };
  });
const xs = { xLabel: 'classes', xTicks: tasks.map(({ classes }) => classes) };
const panels = [
  ...levels.map((level) => ({
    ...{ ...xs, title: `${level} or above`, yLabel: 'share of the learned found' },
    lines: foundAt(level),
  })),
  {
    ...{ ...xs, title: 'what it takes', yLabel: 'share of the time' },
    lines: overNets((own) => ({ y: mean(own.map(({ watched }) => watched)) })),
  },
];

const backends = [...new Set(results.map(({ backend }) => backend))];
const hours = processorHours(results);
publish(out, 'classes', {
  title: 'Many classes',
  asks: 'Flags of 2, 8 or 32 kinds, and a coloured patch in a corner of nine tenths of the first kind. Within the default budget a few pairs of segment and class are tested at an observation, of up to 160. Is the patch still found, when, and are there more false alarms?',
  measured: [
    `\`${command()}\`: ${results.length} runs, ${seeds.length} seeds for each net, number of classes and budget, half of them clean; ${hours.toFixed(1)} processor hours (${backends.join(', ')}).`,
    `Training pictures: ${perClass} of a class, 1,280 at least; probe pictures: ${probePerClass} of a class, 128 at least, half of each class with the patch; 8 epochs. So the default budget, five passes a probe picture, grows with the classes too.`,
    'Learned: the patch costs the other classes 5 points or more beyond the clean net of the same seed, two epochs in a row. Delay: epochs from the first of the two to the first alert. False: an alert on a part that costs less than 5 points towards any class.',
    'Watched: seconds of watching of those of watching and training. Intervals in the figure: 95 %, Clopper and Pearson.',
  ],
  figures: [
    {
      name: 'classes',
      svg: figure(panels),
      shows:
        'Share of the learned patches that are found, over both nets, and the share of the time that watching takes, by the number of classes',
    },
  ],
  tables: [
    ...levels.map((level, k) => ({
      title: `Who is told: ${level} or above`,
      rows: [
        [
          ...['classes', 'net', 'budget', 'found, of learned', 'before the peak', 'median delay'],
          ...['false, of runs', 'clean runs with any'],
        ],
        ...cells.map(({ classes, net, budget, runs, levels: counted }) => {
          const one = counted[k];
          return [
            ...[String(classes), net, budget, `${one.found} of ${one.learned}`, String(one.beforePeak)],
            one.medianDelay === null ? '–' : String(one.medianDelay),
            ...[`${one.falseAlarms} of ${runs}`, `${one.cleanAlarmed} of ${one.clean}`],
          ];
        }),
      ],
    })),
    {
      title: 'What it takes',
      rows: [
        ['classes', 'net', 'budget', 'probe pictures', 'tests an observation', 'watched', 'test accuracy'],
        ...cells.map((cell) => [
          ...[String(cell.classes), cell.net, cell.budget, String(cell.probe)],
          ...[cell.testsAnObservation.toFixed(1), percent(cell.watched), percent(cell.testAccuracy)],
        ]),
      ],
    },
  ],
  data: {
    about: { command: command(), seeds: seeds.length, runs: results.length, backends, hours },
    cells,
  },
});

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
