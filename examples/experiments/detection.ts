/**
 * The detection benchmark: which detector finds what, how soon, and how often it alarms for nothing. Thresholds are
 * chosen on the development half of kinds and tasks and written down; the held-out half only applies them.
 *
 *   npm run bench:detection -- --half development [--out FOLDER] [--cache FOLDER] [--workers N] [--quick]
 *   npm run bench:detection -- --half held-out
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printTable } from '../support/printTable.js';
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
import { commonOptions, say } from './options.js';
import { type Choice, configure } from './runs/config.js';
import { type NetName, nets } from './runs/nets.js';
import { runAll } from './runs/pool.js';

const options = commonOptions({ out: 'detection', half: 'development' });
const { out, cache, workers, quick } = options;
if (!(options.half! in split))
  throw new Error(`--half ${options.half}: expected ${Object.keys(split).join(' or ')}`);
const half = options.half as Half;
/** Chosen so that at most this share of the runs has a false alarm. */
const rate = 0.01;
/** Clean runs, twins included: fewer than 300 cannot support '1 % or less', which is said of the held-out half alone. */
const size = { development: { seeds: 1, clean: 120 }, 'held-out': { seeds: 2, clean: 300 } }[half];

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
mkdirSync(out, { recursive: true });
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
      pairs: { auroc: auroc(pairs), ...precisionRecall(pairs), cases: pairs.length },
      runs: {
        auroc: auroc(byRun.flat()),
        aurocInterval: bootstrap(byRun, (drawn) => auroc(drawn.flat()), { resamples }),
        ...precisionRecall(byRun.flat()),
      },
    };
  };
  return {
    detector,
    threshold,
    falseAlarms: {
      all: falseAlarmRate(outcomes),
      clean: falseAlarmRate(outcomes.filter(({ result }) => result.config.dose === 0)),
    },
    learned: told('learned'),
    lost: told('lost'),
    byKind: Object.fromEntries(
      split[half].kinds.map((kind) => [
        kind,
        recall(
          outcomes.filter(({ result }) => result.config.kind === kind),
          'learned',
        ),
      ]),
    ),
    smallestDose: doseTable(list, (own) => smallestDose(own, threshold ?? 0)),
  };
});
const all = [...examined.values()][0];
const about = {
  half,
  ...split[half],
  runs: results.length,
  clean: results.filter(({ config }) => config.dose === 0).length,
  learned: all.filter(({ truths }) => truths.some(({ learned }) => learned?.onset != null)).length,
  swayed: all.filter(({ truths }) => truths.some(({ lost }) => lost.onset !== null)).length,
  swayedClean: all.filter(
    ({ result, truths }) => result.config.dose === 0 && truths.some(({ lost }) => lost.onset !== null),
  ).length,
  backends: [...new Set(results.map(({ backend }) => backend))],
};
const file = join(out, `${half}.json`);
const tellers = swayOrLearned(all, quick ? 20 : 1000);
writeFileSync(file, JSON.stringify({ about, detectors: judged, swayOrLearned: tellers }, null, 1));
printTable([
  [
    ...['detector', 'learned: recall', 'before the peak', 'delay', 'AUROC runs', 'AUROC pairs'],
    ...['swayed: recall', 'false alarms a run', 'a clean run'],
  ],
  ...judged.map(({ detector, learned, lost, falseAlarms }) => [
    detector,
    told(learned.recall),
    told(learned.beforePeak),
    String(learned.delay.median ?? '–'),
    learned.runs.auroc.toFixed(3),
    learned.pairs.auroc.toFixed(3),
    told(lost.recall),
    told(falseAlarms.all),
    told(falseAlarms.clean),
  ]),
]);
printTable([
  ['swayed, or learned? told by', 'AUROC', 'learned', 'only swayed'],
  ...tellers.map(({ name, auroc: found, interval, learned, onlySwayed }) => [
    name,
    `${found.toFixed(3)} (${interval.map((value) => value.toFixed(3)).join('–')})`,
    String(learned),
    String(onlySwayed),
  ]),
]);
say(`written to ${file}`);

/** Every kind on every task of the half, with its clean twin; then clean runs of other seeds, the kinds in turn. */
function grid(): Choice[] {
  const { tasks, kinds } = quick
    ? { tasks: split[half].tasks.slice(0, 1), kinds: split[half].kinds.slice(0, 1) }
    : split[half];
  const netNames = quick ? (['plain'] as const) : (Object.keys(nets) as NetName[]);
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
  if (!quick) writeFileSync(join(out, 'thresholds.json'), JSON.stringify(found, null, 1));
  return found;
}

function chosen(): Record<string, number | null> {
  const from = join(out, 'thresholds.json');
  if (!existsSync(from))
    throw new Error(`no ${from}: run --half development first, which chooses the thresholds`);
  return JSON.parse(readFileSync(from, 'utf8'));
}

function doseTable(list: Examined[], of: (own: Examined[]) => number | null) {
  const groups = new Map<string, Examined[]>();
  for (const one of list) {
    const { task, kind, net } = one.result.config;
    const key = `${task}, ${kind}, ${net}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return Object.fromEntries([...groups].map(([key, own]) => [key, of(own)]));
}

function told(part: Share | null): string {
  if (!part) return '–';
  const [low, high] = part.interval.map((value) => (100 * value).toFixed(1));
  return `${part.count}/${part.of} (${low}–${high} %)`;
}
