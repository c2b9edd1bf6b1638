/**
 * BAR: six actions in photographs, each tied to one place in the training pictures (climbing to rock, diving to water).
 * Does a net that learns them look at the place or at who acts? It is watched on training pictures, which show the place,
 * and on test pictures, which show others. The story: docs/bar.md.
 *
 *   node dist/examples/experiments/bar.js --data DIR [--out FOLDER] [--cache FOLDER] [--seeds 5] [--workers N] [--quick]
 *
 * DIR holds images/train, images/test, probe and probe-train. The cache keeps the store of each seed, for the page.
 */
import { openStore } from 'satwatch';
import { mean } from '../support/mean.js';
import { otherAlarms, type PlaceAlarm, placeAlarms } from './bar/alarms.js';
import { type BarConfig, probeNames, runName, storeFile } from './bar/barRun.js';
import { forest } from './bar/forest.js';
import { type Estimate, judge, pairsOf } from './bar/judge.js';
import { figure, type Line } from './figure.js';
import type { Share } from './judging/evaluate.js';
import { command, commonOptions, say } from './options.js';
import { publish } from './publish.js';
import { computeAll } from './runs/pool.js';

const { data, out, cache, workers, seeds: count, quick } = commonOptions({ seeds: 5 });
if (!data) throw new Error('--data DIR: the folder with images/train, images/test, probe and probe-train');
const methods = quick
  ? ['grad-cam']
  : ['gradient', 'integrated-gradients', 'smoothgrad', 'epsilon-plus-flat', 'deep-lift', 'grad-cam'];
const configs = Array.from(
  { length: quick ? 2 : count },
  (_, i): BarConfig => ({ data, seed: i + 1, epochs: quick ? 2 : 30, methods, ...(quick && { most: 8 }) }),
);
const jobs = configs.map((config) => ({
  ...{ kind: 'bar' as const, config, file: storeFile(cache, config) },
  name: `BAR, seed ${config.seed}`,
}));
await computeAll(jobs, { cache, workers, say });
const seeds = jobs.map(({ config, file }) => ({
  seed: config.seed,
  store: openStore(file, { readonly: true }),
}));

const probes = probeNames.map((probe) => {
  const pairs = pairsOf(seeds[0], probe);
  return {
    ...{ probe, pairs, verdicts: [null, ...methods].map((method) => judge(seeds, probe, pairs, method)) },
    alarms: placeAlarms(seeds, probe, pairs),
    others: otherAlarms(seeds, probe, probe === 'probe-train' ? pairs : []),
  };
});
const [training] = probes;

/** Means over the seeds by epoch, with the least and the most of them. */
const overEpochs = (
  name: string,
  of: (seed: (typeof seeds)[number]) => (number | undefined | null)[],
): Line => {
  const bySeed = seeds.map(of);
  const points = bySeed[0].map((_, epoch) => {
    const values = bySeed.map((own) => own[epoch] ?? Number.NaN);
    return { x: epoch, y: mean(values), low: Math.min(...values), high: Math.max(...values) };
  });
  return { name, points };
};
const metricsOf = ({ seed, store }: (typeof seeds)[number], probe: (typeof probeNames)[number]) =>
  store.metrics(runName(probe, seed));
const accuracies = [
  overEpochs('training', (one) => metricsOf(one, 'probe-train').map(({ metrics }) => metrics.acc)),
  overEpochs('test split', (one) => metricsOf(one, 'probe-train').map(({ metrics }) => metrics.val_acc)),
  ...probeNames.map((probe) =>
    overEpochs(probe, (one) => metricsOf(one, probe).map(({ probeAccuracy }) => probeAccuracy)),
  ),
];
const differences = training.pairs.map(({ className, actor, place }) =>
  overEpochs(className, ({ seed, store }) => {
    const ranks = (segment: string) =>
      store
        .trajectories(runName('probe-train', seed), { className, segment })
        .map(({ meanRank }) => meanRank);
    const [who, there] = [ranks(actor), ranks(place)];
    return who.map((rank, i) => (rank === null || there[i] === null ? null : rank - there[i]));
  }),
);

/** Observations of all seeds, epoch 0 among them, at which the place has the better mean rank; and ranks further above chance. */
const throughout = training.pairs.map(({ className, actor, place }) => {
  const observations = seeds.flatMap(({ seed, store }) => {
    const of = (segment: string) => store.trajectories(runName('probe-train', seed), { className, segment });
    const who = of(actor);
    return of(place).map((there, i) => ({ there, who: who[i] }));
  });
  const count = (holds: (one: (typeof observations)[number]) => boolean) => observations.filter(holds).length;
  return {
    ...{ className, place, of: observations.length },
    first: count(({ there, who }) => there.meanRank! < who.meanRank!),
    leads: count(({ there, who }) => there.chanceRank! - there.meanRank! > who.chanceRank! - who.meanRank!),
  };
});
/** Right answers to each action's pictures after the last epoch, by seed. */
const rightBy = training.pairs.map(({ className }, label) => ({
  className,
  right: probeNames.map((probe) =>
    seeds.map(({ seed, store }) => {
      const own = store.images(runName(probe, seed), 'last')!.images.filter((image) => image.label === label);
      return own.filter(({ predicted }) => predicted === label).length / own.length;
    }),
  ),
}));

/** A seed took as long as the longest of its runs: all are of one training. */
const hours =
  seeds
    .map(({ store }) =>
      Math.max(...store.runs().map((run) => Date.parse(run.endedAt!) - Date.parse(run.startedAt))),
    )
    .reduce((sum, one) => sum + one, 0) / 3_600_000;
const backends = [...new Set(seeds.map(({ seed, store }) => store.run(runName('probe', seed)).backend))];
for (const { store } of seeds) store.close();

const typed = command().replace('bar.js', 'bar.js --data DIR');
const [classCount, runs] = [training.pairs.length, training.pairs.length * seeds.length];
const percent = (share: number | null) => (share === null ? '–' : (100 * share).toFixed(0));
const between = ({ low, high }: Estimate) => `${low.toFixed(2)} to ${high.toFixed(2)}`;
const ranked = (one: Estimate & { chance: number }) =>
  `${one.mean.toFixed(2)} (${between(one)}), by chance ${one.chance.toFixed(2)}`;
const counted = ({ count, interval: [low, high] }: Share) => `${count} (${percent(low)}–${percent(high)} %)`;
const yes = (list: boolean[]) => String(list.filter(Boolean).length);
const epochs = (list: (number | null)[]) => list.map((epoch) => epoch ?? '–').join(', ');
const range = (list: (number | null)[]) => {
  const told = list.filter((value) => value !== null);
  if (told.length === 0) return '–';
  const [low, high] = [Math.min(...told), Math.max(...told)].map(percent);
  return low === high ? low : `${low} to ${high}`;
};

/** By these the place comes first in more than half of the cases, also at the low end of the interval. */
const showing = training.verdicts.filter(({ first }) => first.interval[0] > 0.5);
const silent = training.verdicts.filter((verdict) => !showing.includes(verdict));
const most = Math.max(0, ...silent.map(({ first }) => first.count));
const conclusion =
  `That segment ranks show a net's use of the place, the paper's conclusion, holds here by ` +
  `${showing.map(({ method }) => method).join(', ') || 'no method'}; by the others the place comes first in at ` +
  `most ${most} of ${runs}. The alarm names it in ${training.alarms.alarmed.count}.`;

publish(out, 'bar', {
  title: 'BAR: the place or the person?',
  asks: 'Photographs of six actions, each tied to one place in training. Do the ranks say that the net looks at the place, on training pictures (`probe-train`) and on test pictures in other places (`probe`)? The story is told in [docs/bar.md](../bar.md).',
  measured: [
    `\`${typed}\`: ${seeds.length} seeds, ${methods.length + 1} methods, two probe sets; ${hours.toFixed(1)} processor hours from first to last observation (${backends.join(', ')}).`,
    'Who acts is the person, or the vehicle. The place is the part that most pictures of the action show besides, the unnamed background left out: on `probe-train` the place the action is tied to, on `probe` another.',
    'Ranks: means over the pictures that show the part, after the last epoch, then over the seeds; 1 is the most influential. Place first: it has the better mean rank. Leads: it ranks further above its chance rank than who acts.',
    'Intervals of ranks (95 %): whole seeds, and the pictures of each action, the same for all seeds, drawn anew a thousand times; five seeds are few, so these are narrow. Intervals of counts: Korn and Graubard, which is Clopper and Pearson with as many cases as the spread between seeds leaves.',
  ],
  figures: [
    {
      name: 'bar',
      svg: forest(
        probes.map(({ probe, verdicts }) => ({
          title:
            probe === 'probe' ? 'probe: test pictures, other places' : 'probe-train: the place of training',
          verdicts,
        })),
      ),
      shows:
        'By how much the place ranks before the person (in racing, the vehicle) after the last epoch, by method and action, with 95 % intervals',
    },
    {
      name: 'bar-epochs',
      svg: figure([
        {
          title: 'probe-train, input-x-gradient',
          ...{ xLabel: 'epoch', yLabel: "rank of who acts, less the place's", yRange: [-4, 1] },
          lines: differences,
        },
      ]),
      shows: `Below 0 who acts ranks before the place. Means of ${seeds.length} seeds, and the least and most of them`,
    },
    {
      name: 'bar-accuracy',
      svg: figure([{ title: 'accuracy', xLabel: 'epoch', yLabel: 'right answers', lines: accuracies }]),
      shows: `Accuracy. Means of ${seeds.length} seeds, and the least and most of them`,
    },
  ],
  tables: [
    ...probes.map(({ probe, verdicts }) => ({
      title: `All actions: ${probe}`,
      rows: [
        ['method', 'rank of the place', 'rank of who acts', `place first, of ${runs}`, `leads, of ${runs}`],
        ...verdicts.map(({ method, place, actor, first, leads }) => [
          ...[method, ranked(place), ranked(actor), counted(first), counted(leads)],
        ]),
      ],
      ...(probe === 'probe-train' && { notes: [conclusion] }),
    })),
    {
      title: 'The default alarm on the place: probe-train',
      rows: [
        [
          ...['action', 'place', 'alarm at epoch', 'severe at', 'tests'],
          ...['points', 'right, in per cent', 'place filled'],
        ],
        ...training.alarms.places.map(
          ({ className, place, alarm, severe, tests, effect, right, filled }: PlaceAlarm) => [
            ...[className, place, epochs(alarm), epochs(severe), epochs(tests)],
            ...[effect.map(percent).join(', '), range(right), range(filled)],
          ],
        ),
      ],
      notes: [
        `Values of seeds 1 to ${seeds.length}; effect and right answers as last measured. ${training.alarms.alarmed.count} of ${runs} alarm (${training.alarms.alarmed.interval.map(percent).join('–')} %).`,
        ...probes.map(
          ({ probe, others }) =>
            `${probe}, ${probe === 'probe-train' ? 'other alarms' : 'alarms'}, by their first epoch: ${others.length ? others.map(({ segment, className, seeds: own }) => `${segment} → ${className} (${own.map((one) => `seed ${one.seed} at ${one.epoch}`).join(', ')})`).join('; ') : 'none'}.`,
        ),
      ],
    },
    {
      title: 'Accuracy, in per cent',
      rows: [
        ['epoch', ...accuracies.map(({ name }) => name)],
        ...accuracies[0].points
          .filter(({ x }, i, all) => [1, 3, 5, 10, 20].includes(x) || i === all.length - 1)
          .map(({ x }) => [
            String(x),
            ...accuracies.map(({ points }) => {
              const { y, low, high } = points[x];
              return `${(100 * y).toFixed(1)} (${(100 * low!).toFixed(1)} to ${(100 * high!).toFixed(1)})`;
            }),
          ]),
      ],
      notes: [`Mean of the seeds, least and most. Chance is ${(100 / classCount).toFixed(1)} %.`],
    },
    {
      title: 'Right answers by action after the last epoch, in per cent',
      rows: [
        ['action', ...probeNames],
        ...rightBy.map(({ className, right }) => [
          className,
          ...right.map((own) => `${percent(mean(own))} (${range(own)})`),
        ]),
      ],
    },
    {
      title: 'At every epoch: probe-train, input-x-gradient',
      rows: [
        ['action', 'place', 'place first', 'leads', 'observations'],
        ...throughout.map(({ className, place, first, leads, of }) => [
          ...[className, place, String(first), String(leads), String(of)],
        ]),
      ],
    },
    ...probes.map(({ probe, pairs, verdicts }) => ({
      title: `By action and method: ${probe}`,
      rows: [
        ['action', 'place', 'method', 'rank of the place', 'rank of who acts', 'place first', 'leads'],
        ...pairs.flatMap(({ className, place }, c) =>
          verdicts.map(({ method, classes }) => {
            const one = classes[c];
            return [
              ...[className, `${place} (${one.place.pictures} of ${one.actor.pictures} pictures)`, method],
              ...[ranked(one.place), ranked(one.actor), yes(one.first), yes(one.leads)],
            ];
          }),
        ),
      ],
      notes: [`Place first and leads: seeds, of ${seeds.length}.`],
    })),
  ],
  data: {
    about: { command: typed, seeds: seeds.length, runs, methods: methods.length + 1, backends, hours },
    conclusion,
    probes,
    accuracies,
    differences,
    throughout,
    rightBy,
  },
});
