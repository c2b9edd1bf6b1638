/**
 * The detection benchmark: which detector finds what, how soon, and how often it alarms for nothing. Thresholds are
 * chosen on the development half of kinds and tasks and written down; the held-out half only applies them.
 *
 *   npm run bench:detection -- --half development [--out FOLDER] [--cache FOLDER] [--workers N] [--quick]
 *   npm run bench:detection -- --half held-out
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { detectors } from './judging/detectors.js';
import { bySeed, chooseThreshold, examineAll } from './judging/evaluate.js';
import { judge } from './judging/judge.js';
import { type About, findings } from './judging/page.js';
import { type Half, split } from './judging/split.js';
import { swayOrLearned } from './judging/swayOrLearned.js';
import { command, commonOptions, say } from './options.js';
import { publish } from './publish.js';
import { type Choice, configure } from './runs/config.js';
import { type NetName, nets } from './runs/nets.js';
import { processorHours, runAll } from './runs/pool.js';

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
const thresholdsFile = 'docs/experiments/detection-thresholds.json';
const resamples = quick ? 20 : 1000;

const results = await runAll(
  grid().map((choice) => configure(choice, quick)),
  { cache, workers, say },
);
const examined = await examineAll(results, detectors);
const thresholds = half === 'development' || quick ? choose() : chosen();
const judged = [...examined].map(([detector, list]) =>
  judge(detector, list, thresholds[detector], resamples),
);
const all = [...examined.values()][0];
const clean = results.filter(({ config }) => config.dose === 0);
const about: About = {
  command: command(),
  half,
  ...split[half],
  nets: netNames,
  seeds: size.seeds,
  runs: results.length,
  clean: clean.length,
  cleanNets: bySeed(clean, ({ config }) => config).length,
  learned: all.filter(({ truths }) => truths.some(({ learned }) => learned?.onset != null)).length,
  swayed: all.filter(({ truths }) => truths.some(({ lost }) => lost.onset !== null)).length,
  swayedClean: all.filter(
    ({ result, truths }) => result.config.dose === 0 && truths.some(({ lost }) => lost.onset !== null),
  ).length,
  hours: processorHours(results),
  backends: [...new Set(results.map(({ backend }) => backend))],
};
publish(out, `detection-${half}`, findings(about, judged, swayOrLearned(all, resamples)));

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
    mkdirSync(dirname(thresholdsFile), { recursive: true });
    writeFileSync(thresholdsFile, `${JSON.stringify(found, null, 1)}\n`);
  }
  return found;
}

function chosen(): Record<string, number | null> {
  if (!existsSync(thresholdsFile))
    throw new Error(`no ${thresholdsFile}: run --half development first, which chooses the thresholds`);
  return JSON.parse(readFileSync(thresholdsFile, 'utf8'));
}
