/**
 * The detection benchmark: which detector finds what, how soon, and how often it alarms for nothing. Thresholds are
 * chosen on the development half of kinds and tasks and written down; the held-out half only applies them.
 *
 *   npm run bench:detection -- --half development [--out FOLDER] [--cache FOLDER] [--workers N] [--quick]
 *   npm run bench:detection -- --half held-out
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { figure, type Panel } from './figure.js';
import { detectors } from './judging/detectors.js';
import {
  auroc,
  bootstrap,
  cases,
  chooseThreshold,
  type Examined,
  examineAll,
  falseAlarmRate,
  leastReliance,
  median,
  outcome,
  precisionRecall,
  recall,
  type Sense,
  type Share,
  share,
  smallestDose,
} from './judging/evaluate.js';
import { type Half, split } from './judging/split.js';
import { swayOrLearned } from './judging/swayOrLearned.js';
import { command, commonOptions, say } from './options.js';
import { publish } from './publish.js';
import { type Choice, configure, type RunConfig } from './runs/config.js';
import { type NetName, nets } from './runs/nets.js';
import { processorHours, runAll } from './runs/pool.js';
import { shortcuts } from './shortcuts/index.js';

/** In the figure; the tables have all. */
const drawn = {
  found: [
    ...['satwatch alarm', 'satwatch alarm, every pair always', 'effect', 'effect and both fills'],
    ...['rank against epoch 0', 'rank against chance', 'train-test gap'],
  ],
  scored: [
    ...['satwatch alarm', 'effect', 'effect of the top givers', 'effect and both fills'],
    ...['rank against epoch 0', 'rank against chance'],
  ],
};
const options = commonOptions({ half: 'development' });
const { out, cache, workers, quick } = options;
if (!(options.half! in split))
  throw new Error(`--half ${options.half}: expected ${Object.keys(split).join(' or ')}`);
const half = options.half as Half;
/** Chosen so that at most this share of the runs has a false alarm. */
const rate = 0.01;
/** Clean runs, twins included: fewer than 300 cannot support '1 % or less', which is said of the held-out half alone. */
const size = { development: { seeds: 1, clean: 120 }, 'held-out': { seeds: 2, clean: 300 } }[half];

const netNames = quick ? (['plain'] as const) : (Object.keys(nets) as NetName[]);
const thresholdsFile = join(out, 'detection-thresholds.json');
const isNamed = (kind: string) => shortcuts[kind].role !== null;
const doseKey = (task: string, kind: string, net: string) => `${task}, ${kind}, ${net}`;
const decimals = (value: number) => (Number.isNaN(value) ? '–' : value.toFixed(3));
const counted = (part: Share | null) => (part ? `${part.count} of ${part.of}` : '–');

/** Accuracy lost at the peak, by which recall is told. */
const losses = [
  [leastReliance, 0.1],
  [0.1, 0.2],
  [0.2, 0.4],
  [0.4, 1.01],
];

const results = await runAll(
  grid().map((choice) => configure(choice, quick)),
  { cache, workers, say },
);
const examined = await examineAll(results, detectors);
const thresholds = half === 'development' || quick ? choose() : chosen();
const judged = [...examined].map(([detector, list]) => {
  const threshold = thresholds[detector];
  const outcomes = list.map((one) => outcome(one, threshold ?? 0));
  const resamples = quick ? 20 : 1000;
  const told = (sense: Sense) => {
    const reliances = outcomes.flatMap((one) => one.reliances[sense]);
    const pairs = cases(list, sense, 'pair');
    const byRun = list.map((one) => cases([one], sense, 'run'));
    const delays = reliances.flatMap(({ delay }) => delay ?? []);
    return {
      recall: recall(outcomes, sense),
      recallByLoss: losses.map(([from, to]) => ({ from, to, found: recall(outcomes, sense, { from, to }) })),
      beforePeak: share(reliances.filter(({ beforePeak }) => beforePeak).length, reliances.length),
      delay: { median: delays.length ? median(delays) : null, all: delays },
      pairs: { auroc: auroc(pairs), ...thinned(precisionRecall(pairs)), cases: pairs.length },
      runs: {
        auroc: auroc(byRun.flat()),
        aurocInterval: bootstrap(byRun, (drawn) => auroc(drawn.flat()), { resamples }),
        ...thinned(precisionRecall(byRun.flat())),
      },
    };
  };
  const recallOf = (holds: (config: RunConfig) => boolean) =>
    recall(
      outcomes.filter(({ result }) => holds(result.config)),
      'learned',
    );
  return {
    detector,
    threshold,
    falseAlarms: {
      all: falseAlarmRate(outcomes),
      clean: falseAlarmRate(outcomes.filter(({ result }) => result.config.dose === 0)),
    },
    learned: told('learned'),
    lost: told('lost'),
    named: recallOf(({ kind }) => isNamed(kind!)),
    unnamed: recallOf(({ kind }) => !isNamed(kind!)),
    byKind: Object.fromEntries(
      split[half].kinds.map((kind) => [kind, recallOf((config) => config.kind === kind)]),
    ),
    smallestDose: doseTable(list, (own) => smallestDose(own, threshold ?? 0)),
  };
});
const all = [...examined.values()][0];
const about = {
  command: command(),
  half,
  ...split[half],
  runs: results.length,
  clean: results.filter(({ config }) => config.dose === 0).length,
  learned: all.filter(({ truths }) => truths.some(({ learned }) => learned?.onset != null)).length,
  swayed: all.filter(({ truths }) => truths.some(({ lost }) => lost.onset !== null)).length,
  swayedClean: all.filter(
    ({ result, truths }) => result.config.dose === 0 && truths.some(({ lost }) => lost.onset !== null),
  ).length,
  hours: processorHours(results),
  backends: [...new Set(results.map(({ backend }) => backend))],
};
const tellers = swayOrLearned(all, quick ? 20 : 1000);
const percents = (value: number) => `${(100 * value).toFixed(0)} %`;
publish(out, `detection-${half}`, {
  title: `The detection benchmark: the ${half} half`,
  asks: `${about.tasks.length} tasks (${about.tasks.join(', ')}), ${about.kinds.length} shortcuts (${about.kinds.join(', ')}), two nets, five doses. Which detector finds what a net has learned, how soon, and how often does it alarm for nothing?`,
  measured: [
    `\`${about.command}\`: ${about.runs} runs, ${about.clean} of them clean; ${about.hours.toFixed(1)} processor hours (${about.backends.join(', ')}).`,
    half === 'development'
      ? "Levels and thresholds were chosen on these very runs: an alarm's by the program's authors, the others as the lowest threshold at which at most 1 % of the runs have a false alarm."
      : 'Levels and thresholds are those of the development half; nothing was chosen here.',
    `Learned: the shortcut costs the other classes 5 points of accuracy or more beyond the clean twin, two epochs in a row (${about.learned} runs). Swayed: a segment does, whether or not training taught it (${about.swayed} runs, ${about.swayedClean} of them clean).`,
    'A false alarm is one on a segment that costs 5 points towards no class at any epoch.',
    'Intervals: 95 %; of shares by Clopper and Pearson, of AUROCs by drawing runs anew. Definitions: examples/experiments/README.md.',
  ],
  figures: [
    {
      name: `detection-${half}`,
      svg: figure(panels()),
      shows:
        'Left: share of the learned shortcuts that are found, by what they cost. Right: precision and recall of the scores, a case for each segment and class',
    },
  ],
  tables: [
    {
      title: 'The detectors',
      rows: [
        [
          ...[
            'detector',
            'found of learned',
            'before the peak',
            'median delay',
            'AUROC, runs',
            'AUROC, pairs',
          ],
          ...['average precision', 'found of swayed', 'false alarms, runs', 'clean runs', 'threshold'],
        ],
        ...judged.map(({ detector, learned, lost, falseAlarms, threshold }) => [
          ...[detector, told(learned.recall), told(learned.beforePeak), String(learned.delay.median ?? '–')],
          `${decimals(learned.runs.auroc)} (${learned.runs.aurocInterval.map(decimals).join('–')})`,
          ...[
            decimals(learned.pairs.auroc),
            learned.pairs.cases ? decimals(learned.pairs.averagePrecision) : '–',
            told(lost.recall),
          ],
          ...[told(falseAlarms.all), told(falseAlarms.clean), threshold?.toPrecision(3) ?? 'its own'],
        ]),
      ],
      notes: ['Delay: epochs from the first of the two to the first alarm.'],
    },
    {
      title: 'Found of the learned, by what they cost at the peak',
      rows: [
        [
          'detector',
          ...losses.map(([from, to]) =>
            to > 1 ? `${percents(from)} or more` : `${percents(from)} to ${percents(to)}`,
          ),
          ...['named segments', 'looks of a region', ...about.kinds],
        ],
        ...judged.map(({ detector, learned, named, unnamed, byKind }) => [
          detector,
          ...learned.recallByLoss.map(({ found }) => counted(found)),
          ...[named, unnamed, ...Object.values(byKind)].map(counted),
        ]),
      ],
      notes: [
        'The look of a region (texture, brightness, blur) has no name: its pictures in the probe set are as rare as in training.',
      ],
    },
    {
      title: "Smallest dose from which on satwatch's alarm finds it in 90 % of the seeds",
      rows: doseRows(),
      notes: [`–: not even at 50 %. Seeds a cell: ${size.seeds}.`],
    },
    {
      title: 'Swayed, or learned?',
      rows: [
        ['told by', 'AUROC', 'learned', 'only swayed'],
        ...tellers.map(({ name, auroc: found, interval, learned, onlySwayed }) => [
          name,
          `${decimals(found)} (${interval.map(decimals).join('–')})`,
          String(learned),
          String(onlySwayed),
        ]),
      ],
      notes: [
        'Of the runs that the shortcut sways: those that learned it against those that are swayed as much without.',
      ],
    },
  ],
  data: { about, detectors: judged, swayOrLearned: tellers },
});

function panels(): Panel[] {
  const only = (names: readonly string[]) => judged.filter(({ detector }) => names.includes(detector));
  return [
    {
      title: 'found, by what it costs',
      ...{ xLabel: 'accuracy lost at the peak, in points: from', yLabel: 'share of the learned' },
      lines: only(drawn.found).map(({ detector, learned }) => ({
        name: detector,
        points: learned.recallByLoss.flatMap(({ from, found }) =>
          found ? [{ x: 100 * from, y: found.share }] : [],
        ),
      })),
    },
    {
      title: 'precision and recall',
      ...{ xLabel: 'recall', yLabel: 'precision' },
      xTicks: [0, 0.2, 0.4, 0.6, 0.8, 1],
      lines: only(drawn.scored).map(({ detector, learned }) => ({
        name: detector,
        points: learned.pairs.curve.map(({ recall: x, precision: y }) => ({ x, y })),
      })),
    },
  ];
}

/** As many points as a figure can show. */
function thinned({ curve, averagePrecision }: ReturnType<typeof precisionRecall>) {
  const kept = Array.from({ length: 21 }, (_, i) => curve.findIndex(({ recall: at }) => at >= i / 20));
  return { averagePrecision, curve: curve.filter((_, i) => kept.includes(i)) };
}

/** Every kind on every task of the half, with its clean twin; then clean runs of other seeds, the kinds in turn. */
function grid(): Choice[] {
  const { tasks, kinds } = quick
    ? { tasks: split[half].tasks.slice(0, 1), kinds: split[half].kinds.slice(0, 1) }
    : split[half];
  const doses = quick ? [0, 0.5] : [0, 0.05, 0.1, 0.2, 0.5];
  const seeds = Array.from({ length: quick ? 1 : size.seeds }, (_, i) => i + 1);
  const poisoned = tasks.flatMap((task) =>
    seeds.flatMap((seed) =>
      netNames.flatMap((net) =>
        kinds.flatMap((kind) => doses.map((dose): Choice => ({ task, kind, dose, net, seed }))),
      ),
    ),
  );
  const twins = poisoned.filter(({ dose }) => dose === 0).length;
  const more = quick ? 0 : Math.max(0, size.clean - twins);
  const clean = Array.from({ length: more }, (_, i): Choice => {
    const [task, net] = [tasks[i % tasks.length], netNames[Math.floor(i / tasks.length) % netNames.length]];
    const seed = 101 + Math.floor(i / tasks.length / netNames.length);
    return { task, kind: kinds[seed % kinds.length], dose: 0, net, seed };
  });
  return [...poisoned, ...clean];
}

function choose(): Record<string, number | null> {
  const found = Object.fromEntries([...examined].map(([name, list]) => [name, chooseThreshold(list, rate)]));
  if (!quick) {
    mkdirSync(out, { recursive: true });
    writeFileSync(thresholdsFile, `${JSON.stringify(found, null, 1)}\n`);
  }
  return found;
}

function chosen(): Record<string, number | null> {
  if (!existsSync(thresholdsFile))
    throw new Error(`no ${thresholdsFile}: run --half development first, which chooses the thresholds`);
  return JSON.parse(readFileSync(thresholdsFile, 'utf8'));
}

function doseTable(list: Examined[], of: (own: Examined[]) => number | null) {
  const groups = new Map<string, Examined[]>();
  for (const one of list) {
    const { task, kind, net } = one.result.config;
    const key = doseKey(task, kind!, net);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return Object.fromEntries([...groups].map(([key, own]) => [key, of(own)]));
}

/** A row a shortcut, a column a task and net. */
function doseRows(): string[][] {
  const { smallestDose: doses } = judged.find(({ detector }) => detector === 'satwatch alarm')!;
  const columns = about.tasks.flatMap((task) => netNames.map((net) => [task, net] as const));
  const cell = (dose: number | null | undefined) =>
    dose === undefined ? '' : dose === null ? '–' : percents(dose);
  return [
    ['shortcut', ...columns.map(([task, net]) => `${task}, ${net}`)],
    ...about.kinds.map((kind) => [
      kind,
      ...columns.map(([task, net]) => cell(doses[doseKey(task, kind, net)])),
    ]),
  ];
}

function told(part: Share | null): string {
  if (!part) return '–';
  const [low, high] = part.interval.map((value) => (100 * value).toFixed(1));
  return `${part.count} of ${part.of} (${low}–${high} %)`;
}
