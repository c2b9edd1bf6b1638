import { figure, type Panel } from '../figure.js';
import type { Findings } from '../publish.js';
import type { Share } from './evaluate.js';
import { doseKey, type Judged } from './judge.js';
import type { Half } from './split.js';
import type { swayOrLearned } from './swayOrLearned.js';

export interface About {
  command: string;
  half: Half;
  tasks: readonly string[];
  kinds: readonly string[];
  nets: readonly string[];
  /** For each task, shortcut, dose and net. */
  seeds: number;
  runs: number;
  clean: number;
  /** Trainings among the clean runs: those of a seed differ in the marks on their probe pictures only. */
  cleanNets: number;
  /** Runs that learned the shortcut; that any segment sways; of these, clean ones. */
  learned: number;
  swayed: number;
  swayedClean: number;
  hours: number;
  backends: readonly string[];
}

/** In the figure; the tables have all. */
const drawn = {
  found: [
    ...['satwatch warning', 'satwatch alarm', 'effect and both fills'],
    ...['rank against epoch 0', 'rank against chance', 'train-test gap'],
  ],
  scored: [
    ...['satwatch alarm', 'effect', 'effect of the top givers', 'effect and both fills'],
    ...['rank against epoch 0', 'rank against chance'],
  ],
};
/** Their score is that of another one. */
const unscored = [
  'satwatch warning',
  'satwatch severe',
  'satwatch warning, twice in a row',
  'satwatch alarm, every pair always',
];

/** The page of a half. */
export function findings(
  about: About,
  judged: readonly Judged[],
  tellers: ReturnType<typeof swayOrLearned>,
): Findings {
  const named = (name: string) => judged.find(({ detector }) => detector === name)!;
  const levels = ['warning', 'alarm', 'severe'].map((level) => named(`satwatch ${level}`));
  const usual = named('satwatch warning').found;
  return {
    title: `The detection benchmark: the ${about.half} half`,
    asks: `${about.tasks.length} tasks (${about.tasks.join(', ')}), ${about.kinds.length} shortcuts (${about.kinds.join(', ')}), two nets, five doses. Which detector finds what a net has learned, how soon, and how often does it alarm for nothing?`,
    measured: [
      `\`${about.command}\`: ${about.runs} runs, ${about.clean} of them clean (${about.cleanNets} nets: those of a seed differ only in the mark that their probe pictures carry); ${about.hours.toFixed(1)} processor hours (${about.backends.join(', ')}).`,
      about.half === 'development'
        ? "Levels and thresholds were chosen on these very runs: an alarm's by the program's authors, the others as the lowest threshold at which at most 1 % of the runs have a false alarm."
        : 'Levels and thresholds are those of the development half; nothing was chosen here.',
      `Learned: the shortcut costs the other classes 5 points of accuracy or more beyond the clean twin, two epochs in a row (${about.learned} runs). Swayed: a segment does, whether or not training taught it (${about.swayed} runs, ${about.swayedClean} of them clean).`,
      'A false alarm is one on a segment that costs 5 points towards no class at any epoch; stricter counts have a table of their own.',
      'Intervals: 95 %. Of shares by Clopper and Pearson, as if runs had nothing in common; of AUROCs, and in the table of intervals, by drawing the seeds of each task and net anew. Definitions: examples/experiments/README.md.',
    ],
    figures: [
      {
        name: `detection-${about.half}`,
        svg: figure(panels(judged)),
        shows:
          'Left: share of the learned shortcuts that are found, by what they cost. Right: precision and recall of the scores, a case for each segment and class',
      },
    ],
    tables: [
      {
        title: 'The detectors',
        rows: [
          [
            ...['detector', 'found of learned', 'before the peak', 'median delay', 'more than the warning'],
            ...[
              'found of swayed',
              'false alarms, runs',
              'any alarm, clean runs',
              'on the shortcut',
              'elsewhere',
            ],
          ],
          ...judged.map(({ detector, learned, lost, falseAlarms, alarmedClean, found }) => [
            ...[detector, told(learned.recall), counted(learned.beforePeak)],
            ...[
              String(learned.delay.median ?? '–'),
              String(found.filter((own, i) => own && !usual[i]).length),
            ],
            ...[counted(lost.recall), told(falseAlarms.all), told(alarmedClean.any)],
            ...[String(alarmedClean.onShortcut), String(alarmedClean.onOthers)],
          ]),
        ],
        notes: [
          'Delay: epochs from the first of the two to the first alarm. More than the warning: found, and not by satwatch’s warning.',
          'Any alarm, clean runs: most of these are right that the segment sways the net, and it is not the training data that taught it.',
        ],
      },
      {
        title: 'Runs with a false alarm, by what is asked of a right one',
        rows: [
          ['costs 5 points', ...levels.map(({ detector }) => detector)],
          ...levels[0].falseBy.map(({ towards, at }, i) => [
            `towards ${towards}, at ${at === 'any epoch' ? at : 'two epochs in a row'}`,
            ...levels.map(({ falseBy }) => String(falseBy[i].runs)),
          ]),
        ],
        notes: ['The first row is what is counted elsewhere.'],
      },
      {
        title: 'Intervals by seeds',
        rows: [
          ['detector', 'found of learned', 'false alarms, runs', 'any alarm, clean runs'],
          ...levels.map(({ detector, bySeeds: { learned, falseAlarms, alarmedClean } }) => [
            detector,
            ...[learned, falseAlarms, alarmedClean].map(
              ([low, high]) => `${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)} %`,
            ),
          ]),
        ],
      },
      {
        title: 'Their scores',
        rows: [
          [
            ...['detector', 'threshold', 'AUROC, runs', 'AUROC, pairs', 'average precision'],
            'AUROC, pairs, swayed',
            ...judged[0].atCleanRate.map(
              ({ rate }) => `found where ${percents(rate)} of the clean runs alarm`,
            ),
          ],
          ...judged
            .filter(({ detector }) => !unscored.includes(detector))
            .map(({ detector, threshold, learned: { runs, pairs }, lost, atCleanRate }) => [
              ...[detector, threshold?.toPrecision(3) ?? 'its own'],
              `${decimals(runs.auroc)} (${runs.aurocInterval.map(decimals).join('–')})`,
              ...[decimals(pairs.auroc), pairs.cases ? decimals(pairs.averagePrecision) : '–'],
              decimals(lost.pairs.auroc),
              ...atCleanRate.map(({ recall }) => counted(recall)),
            ]),
        ],
        notes: [
          'AUROC: learned shortcuts against what costs less than 5 points; in the column of the swayed, whatever costs 5 points two epochs in a row, learned or not.',
          "The score of satwatch's levels is the effect where a pair has its turn, and 0 elsewhere.",
          'The last columns are by a threshold on the score alone, in hindsight: what each finds at the same counted rate.',
        ],
      },
      {
        title: 'Found of the learned, by what they cost at the peak',
        rows: [
          [
            'detector',
            ...judged[0].learned.recallByLoss.map(({ from, to }) =>
              to > 1 ? `${percents(from)} or more` : `${percents(from)} to ${percents(to)}`,
            ),
            ...['named segments', 'looks of a region', ...about.kinds],
          ],
          ...judged.map(({ detector, learned, named, unnamed, byKind }) => [
            detector,
            ...learned.recallByLoss.map(({ found }) => counted(found)),
            ...[named, unnamed, ...about.kinds.map((kind) => byKind[kind] ?? null)].map(counted),
          ]),
        ],
        notes: [
          'The look of a region (texture, brightness, blur) has no name: its pictures in the probe set are as rare as in training.',
        ],
      },
      {
        title: "Smallest dose from which on satwatch's alarm finds it in 90 % of the seeds",
        rows: doseRows(about, judged),
        notes: [`–: not even at 50 %. Seeds a cell: ${about.seeds}.`],
      },
      {
        title: 'In how many of these cells which dose is the smallest, by detector',
        rows: smallestRows(judged),
      },
      {
        title: 'Swayed, or learned?',
        rows: [
          ['told by', 'AUROC', 'learned', 'only swayed', 'AUROC without clean runs', 'only swayed'],
          ...tellers.map(({ name, all, poisoned }) => [
            name,
            ...[all, poisoned].flatMap(({ auroc: found, interval, learned, onlySwayed }, i) => [
              `${decimals(found)} (${interval.map(decimals).join('–')})`,
              ...(i === 0 ? [String(learned)] : []),
              String(onlySwayed),
            ]),
          ]),
        ],
        notes: [
          'Of the runs that the shortcut sways: those that learned it against those that are swayed as much without.',
          'In a clean run it is learned by definition never, and its share is 0: the share in training is judged fairly by the last columns only.',
        ],
      },
    ],
    data: { about, detectors: judged, swayOrLearned: tellers },
  };
}

function panels(judged: readonly Judged[]): Panel[] {
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

/** A row a shortcut, a column a task and net. */
function doseRows({ tasks, kinds, nets }: About, judged: readonly Judged[]): string[][] {
  const { smallestDose: doses } = judged.find(({ detector }) => detector === 'satwatch alarm')!;
  const columns = tasks.flatMap((task) => nets.map((net) => [task, net] as const));
  const cell = (dose: number | null | undefined) =>
    dose === undefined ? '' : dose === null ? '–' : percents(dose);
  return [
    ['shortcut', ...columns.map(([task, net]) => `${task}, ${net}`)],
    ...kinds.map((kind) => [kind, ...columns.map(([task, net]) => cell(doses[doseKey(task, kind, net)]))]),
  ];
}

/** A row a detector, a column a dose. */
function smallestRows(judged: readonly Judged[]): string[][] {
  const found = judged.flatMap(({ smallestDose }) => Object.values(smallestDose));
  const doses = [...new Set(found)].sort((a, b) => (a ?? 1) - (b ?? 1));
  return [
    ['detector', ...doses.map((dose) => (dose === null ? 'not even at 50 %' : percents(dose)))],
    ...judged.map(({ detector, smallestDose }) => [
      detector,
      ...doses.map((dose) => String(Object.values(smallestDose).filter((own) => own === dose).length)),
    ]),
  ];
}

function told(part: Share | null): string {
  if (!part) return '–';
  const [low, high] = part.interval.map((value) => (100 * value).toFixed(1));
  return `${part.count} of ${part.of} (${low}–${high} %)`;
}

const percents = (value: number) => `${(100 * value).toFixed(0)} %`;
const decimals = (value: number) => (Number.isNaN(value) ? '–' : value.toFixed(3));
const counted = (part: Share | null) => (part ? `${part.count} of ${part.of}` : '–');
