/**
 * An acquisition bias: a second site sends a share of the ill pictures and few of the healthy ones, and leaves a tag, a
 * collimator edge and a contrast curve on all that it sends. Which of them does satwatch name, when, what does it miss,
 * and what becomes of the accuracy once both sites send both?
 *
 *   node dist/examples/experiments/acquisition.js [--out FOLDER] [--cache FOLDER] [--seeds 5] [--workers N] [--quick]
 */
import { figure, type Line, type Panel } from './figure.js';
import { command, commonOptions, say } from './options.js';
import { publish } from './publish.js';
import { chest } from './radiographs/index.js';
import { type Accuracies, type Found, learned } from './radiographs/judge.js';
import {
  accuracyAt,
  estimate,
  type NetSummary,
  type Pair,
  summarise,
  summariseClean,
} from './radiographs/summary.js';
import { tablesOf } from './radiographs/tables.js';
import { type Choice, configure, type RunConfig } from './runs/config.js';
import { type NetName, nets } from './runs/nets.js';
import { processorHours, runAll } from './runs/pool.js';

const { out, cache, workers, seeds: count, quick } = commonOptions({ seeds: 5 });
const netNames = quick ? (['plain'] as const) : (Object.keys(nets) as NetName[]);
const doses = quick ? [0.5] : [0.1, 0.25, 0.5];
const highest = doses.at(-1)!;
const seeds = Array.from({ length: quick ? 1 : count }, (_, i) => i + 1);

/** What site B leaves, and the traces that are measured there, each by itself. */
interface Setting {
  name: string;
  kind: string;
  traces: readonly Found['trace'][];
  doses: readonly number[];
  carriers: RunConfig['carriers'];
}
const all: Setting = {
  ...{ name: 'all', kind: 'site', traces: ['tag', 'edge', 'contrast', 'site'], doses },
  carriers: 'half of every class',
};
// Who cannot name the curve has it on the probe pictures as it comes: on as many of a class as in training.
const curve: Setting = {
  ...{ name: 'contrast', kind: 'site-contrast', traces: ['contrast'], doses },
  carriers: 'as in training',
};
const settings: readonly Setting[] = quick
  ? [all, curve]
  : [
      { ...all, name: 'tag', kind: 'site-tag', traces: ['tag'] },
      { ...all, name: 'edge', kind: 'site-edge', traces: ['edge'] },
      curve,
      { ...curve, name: 'contrast, known', doses: [highest], carriers: all.carriers },
      all,
    ];

const choose = (net: NetName, seed: number, dose: number, { kind, carriers }: Setting): Choice => ({
  ...{ task: chest.name, kind, dose, net, seed, carriers },
  ...{ ...(!quick && { stamped: 200 }), record: false },
});
// All of a seed in a row: they share their pictures. One clean net of a seed stands beside all others.
const choices = seeds.flatMap((seed) =>
  netNames.flatMap((net) => [
    choose(net, seed, 0, all),
    ...settings.flatMap((setting) => setting.doses.map((dose) => choose(net, seed, dose, setting))),
  ]),
);
const results = await runAll(
  choices.map((choice) => configure(choice, quick)),
  { cache, workers, say },
);

function runsOf(net: NetName, dose: number, { kind, carriers }: Setting) {
  return results.filter(
    ({ config }) =>
      config.net === net && config.dose === dose && config.kind === kind && config.carriers === carriers,
  );
}
/** The runs of a setting, each with the clean one of its seed. */
function pairsOf(net: NetName, dose: number, setting: Setting): Pair[] {
  const clean = runsOf(net, 0, all);
  return runsOf(net, dose, setting).map((result) => ({
    result,
    clean: clean.find(({ config }) => config.seed === result.config.seed)!,
  }));
}

const byNet = netNames.map(
  (net): NetSummary => ({
    net,
    clean: summariseClean(runsOf(net, 0, all)),
    settings: settings.flatMap((setting) =>
      setting.doses.map((dose) => summarise(pairsOf(net, dose, setting), setting.name, setting.traces)),
    ),
  }),
);

const healthy = results[0].truth.find(({ how }) => how === 'stamp')!.images;
const backends = [...new Set(results.map(({ backend }) => backend))];
const hours = processorHours(results);
publish(out, 'acquisition', {
  title: 'An acquisition bias',
  asks: 'Drawn radiographs of the chest. A second site sends a share of the ill and few of the healthy, and leaves a tag, a collimator edge and a contrast curve on all that it sends. Which of them does satwatch name, when, what does it miss, and what becomes of the accuracy?',
  measured: [
    `\`${command()}\`: ${results.length} runs, ${seeds.length} seeds for each net, trace and share; ${hours.toFixed(1)} processor hours (${backends.join(', ')}).`,
    `satwatch at its defaults, 128 probe pictures. Costs on ${healthy} healthy test pictures.`,
    'Traces: each alone, or all together. The drawings are in examples/experiments/radiographs; `examples/radiographs.ts --data DIR` does the same for a folder of real ones with masks.',
  ],
  figures: byNet.map((summary) => ({
    name: `acquisition-${summary.net}`,
    svg: figure(panels(summary)),
    shows: `Accuracy by site, what each trace costs, and how often an alarm names it, alone or one of all three: ${summary.net} net`,
  })),
  tables: tablesOf(byNet),
  data: {
    about: { command: command(), seeds: seeds.length, runs: results.length, healthy, backends, hours },
    nets: byNet,
  },
});

function traceName(trace: string): string {
  return trace === 'site' ? 'all three' : trace;
}

function panels({ net, settings: judged }: NetSummary): Panel[] {
  const pairs = pairsOf(net, highest, all);
  const epochs = pairs[0].result.epochs.map(({ epoch }) => epoch).filter((epoch) => epoch > 0);
  const accuracy = (name: keyof Accuracies, label: string): Line => ({
    name: label,
    points: epochs.map((x) => {
      const { mean: y, ...interval } = accuracyAt(
        pairs.map(({ result }) => result),
        x,
      )[name];
      return { x, y, ...interval };
    }),
  });
  const cost = (trace: string): Line => {
    const costs = pairs.map(({ result, clean }) => learned(result, clean, trace).byEpoch);
    const points = epochs.map((x) => {
      const { mean: y, ...interval } = estimate(costs.map((byEpoch) => byEpoch.get(x)!));
      return { x, y, ...interval };
    });
    return { name: traceName(trace), points };
  };
  const namedShare = ({ name, traces }: Setting): Line => ({
    name: traceName(traces.at(-1)!),
    points: judged
      .filter((row) => row.traces === name)
      .map(({ dose, found }) => {
        const one = found.find(({ trace }) => trace === traces.at(-1))!;
        return { x: 100 * dose, y: one.found / one.learned };
      }),
  });
  return [
    {
      title: `${net}: all traces on ${100 * highest} % of the ill`,
      ...{ xLabel: 'epoch', yLabel: 'right answers' },
      lines: [
        accuracy('asTrained', 'as trained'),
        accuracy('siteA', 'site A'),
        accuracy('siteB', 'site B'),
        accuracy('balanced', 'both sites alike'),
      ],
    },
    {
      title: `${net}: what each of them costs the healthy`,
      ...{ xLabel: 'epoch', yLabel: 'beyond the clean twin' },
      lines: all.traces.map(cost),
    },
    {
      title: `${net}: named, of the runs that learned it`,
      ...{ xLabel: '% of the ill from site B', yLabel: 'share' },
      lines: settings.filter((setting) => setting.doses === doses).map(namedShare),
    },
  ];
}
