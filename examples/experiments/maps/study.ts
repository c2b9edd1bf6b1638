import { mean } from '../../support/mean.js';
import { command, commonOptions, say } from '../options.js';
import { type Findings, publish } from '../publish.js';
import type { NetName } from '../runs/nets.js';
import { cohort, lossesOf } from './cohort.js';
import { type Estimate, type Judged, judge, type Shown, scoreNames, type Trajectory } from './judge.js';
import { eachMapped, type MappedRun } from './maps.js';

/** One way to look at a run's maps, and what it shows. */
export interface View<Setting> {
  setting: Setting;
  /** Of each draw a trajectory for each segment looked at. */
  draws: Trajectory[][];
}

/** What a setting shows over all runs, and over those of each net. */
interface Result<Setting> {
  setting: Setting;
  all: Judged;
  nets: Partial<Record<NetName, Judged>>;
}

export interface Study<Setting> {
  about: {
    command: string;
    runs: number;
    seeds: number;
    doses: number[];
    trainings: {
      net: NetName;
      dose: number;
      seed: number;
      /** As `MappedRun` has them. */
      epochs: { epoch: number; testAccuracy: number; learned: number }[];
    }[];
    probePictures: number;
    resamples: number;
    backends: string[];
    /** Of this command; trainings that were in the cache are not in it. */
    minutes: number;
    /** Mean seconds that a training with its maps took. */
    secondsATraining: number;
  };
  results: Result<Setting>[];
}

/** Looks at every run of the cohort in the ways that `look` says, the same for each, and judges each way. */
export async function study<Setting>(
  look: (run: MappedRun, quick: boolean) => View<Setting>[],
): Promise<Study<Setting> & { out: string }> {
  const started = Date.now();
  const { out, cache, workers, seeds, quick } = commonOptions({ seeds: 5 });
  const configs = cohort(quick ? 2 : seeds, quick);
  const views: View<Setting>[][] = [];
  const seen: Omit<Shown, 'draws'>[] = [];
  const trainings: Study<Setting>['about']['trainings'] = [];
  const last: { backend: string; seconds: number; pictures: number }[] = [];
  for await (const run of eachMapped(configs, { cache, workers, say })) {
    views.push(look(run, quick));
    seen.push({ config: run.config, losses: lossesOf(run) });
    const { backend, seconds, probe, epochs } = run;
    const { net, dose, seed } = run.config;
    trainings.push({ net, dose, seed, epochs: epochs.map(({ maps: _, ...at }) => at) });
    last.push({ backend, seconds, pictures: probe.images.length });
    if (views.length % 10 === 0) say(`looked at ${views.length} of ${configs.length} runs`);
  }
  const resamples = quick ? 50 : 1000;
  const netNames = [...new Set(configs.map(({ net }) => net))];
  const results = views[0].map(({ setting }, s): Result<Setting> => {
    const shown = seen.map((one, r) => ({ ...one, draws: views[r][s].draws }));
    const of = (net: NetName) =>
      judge(
        shown.filter(({ config }) => config.net === net),
        resamples,
      );
    const nets = Object.fromEntries(netNames.map((net) => [net, of(net)]));
    return { setting, all: judge(shown, resamples), nets };
  });
  const doses = [...new Set(configs.map(({ dose }) => dose))].sort((a, b) => a - b);
  const about: Study<Setting>['about'] = {
    command: command(),
    runs: configs.length,
    seeds: new Set(configs.map(({ seed }) => seed)).size,
    doses,
    trainings,
    probePictures: last[0].pictures,
    resamples,
    backends: [...new Set(last.map(({ backend }) => backend))],
    minutes: (Date.now() - started) / 60_000,
    secondsATraining: mean(last.map(({ seconds }) => seconds)),
  };
  return { about, results, out };
}

/** The epoch after the first at which the runs that learned rank the watermark highest. */
export function peak({ ranks }: Judged): {
  learned: number | null;
  clean: number | null;
  chance: number | null;
} {
  const later = ranks.learned.slice(1).filter(({ rank }) => rank.value !== null);
  if (later.length === 0) return { learned: null, clean: null, chance: null };
  const best = later.reduce((a, b) => (b.rank.value! < a.rank.value! ? b : a));
  const clean = ranks.clean.find(({ epoch }) => epoch === best.epoch);
  return { learned: best.rank.value, clean: clean?.rank.value ?? null, chance: best.chance.value };
}

/** A point of a figure's line. */
export const point = ({ value, interval }: Estimate) => ({
  y: value ?? Number.NaN,
  low: interval?.[0],
  high: interval?.[1],
});

/** The page of a study; `columns` say the setting. */
export function publishStudy<Setting>(
  { about, results, out }: Study<Setting> & { out: string },
  {
    name,
    columns,
    measured,
    ...words
  }: Omit<Findings, 'tables' | 'data'> & {
    name: string;
    columns: Record<string, (setting: Setting) => string | number>;
  },
): void {
  const { learned, clean, leftOut } = results[0].all.runs;
  publish(out, name, {
    ...words,
    measured: [
      `\`${about.command}\`: ${about.runs} trainings of ${Math.round(about.secondsATraining)} s each on ${about.backends.join(', ')} (unless they are there from another of these programs), and looks at their maps: ${about.minutes.toFixed(0)} minutes in all.`,
      `${about.seeds} seeds, each with a clean run and one of the doses for both nets; input × gradient of ${about.probePictures} probe pictures, kept at some epochs. ${learned} runs learned the watermark (it costs 5 points or more beyond the clean twin), ${clean} are clean; ${leftOut} of the others did not learn it and are left out.`,
      'AUROC: learned against clean, each run by its best epoch after the first; in brackets 95 %, whole seeds drawn anew. Mean ranks are of the epoch at which the runs that learned rank the watermark highest.',
      ...measured,
    ],
    tables: [
      {
        title: 'All settings',
        rows: [
          [
            ...[...Object.keys(columns), ...scoreNames.map((score) => `AUROC ${score}`)],
            ...['mean rank learned', 'clean', 'chance'],
          ],
          ...results.map(({ setting, all }) => [
            ...Object.values(columns).map((cell) => String(cell(setting))),
            ...scoreNames.map((score) => told(all.auroc[score])),
            ...Object.values(peak(all)).map((rank) => rank?.toFixed(2) ?? '–'),
          ]),
        ],
      },
    ],
    data: { about, results },
  });
}

function told({ value, interval }: Estimate): string {
  if (value === null) return '–';
  const [low, high] = interval!.map((end) => end.toFixed(2));
  return `${value.toFixed(2)} (${low}–${high})`;
}
