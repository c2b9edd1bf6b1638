/**
 * Few givers: the reliance test pastes a segment from as few as eight pictures. How often does it say more than is true,
 * by its clustered error and by two bootstraps, and how often is a level reached or missed for want of givers?
 *
 *   node dist/examples/experiments/givers.js [--out FOLDER] [--cache FOLDER] [--seeds 3] [--workers N] [--quick]
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { order } from '../../src/alerts/rule.js';
import { relianceLevels } from '../../src/relianceLevels.js';
import { mean } from '../support/mean.js';
import {
  chance,
  drawsEach,
  type GiverConfig,
  type GiverResult,
  giverCounts,
  trainingOf,
  ways,
} from './givers/giverRun.js';
import { bootstrap } from './judging/evaluate.js';
import { command, commonOptions, say } from './options.js';
import { publish } from './publish.js';
import { codeVersion, describe } from './runs/config.js';
import { type NetName, nets } from './runs/nets.js';
import { computeAll, hashOf } from './runs/pool.js';

const { out, cache, workers, seeds: count, quick } = commonOptions({ seeds: 3 });
const netNames = quick ? (['plain'] as const) : (Object.keys(nets) as NetName[]);
const seeds = Array.from({ length: quick ? 1 : count }, (_, i) => i + 1);
const pairs = [
  { task: 'stripes', kind: 'text' },
  { task: 'houses', kind: 'date' },
  { task: 'fish', kind: 'object' },
];
const doses = quick ? [0.5] : [0, 0.2, 0.5];

const configs = (quick ? pairs.slice(0, 1) : pairs).flatMap((pair) =>
  seeds.flatMap((seed) =>
    netNames.flatMap((net) =>
      doses.map((dose): GiverConfig => ({ ...pair, dose, net, seed, ...(quick && { quick }) })),
    ),
  ),
);
const jobs = configs.map((config) => {
  const training = trainingOf(config);
  const plain = JSON.stringify(Object.entries({ codeVersion, ...training }).sort());
  return {
    kind: 'givers' as const,
    config,
    file: join(cache, `givers-${config.task}-${config.net}-${hashOf(plain)}.json`),
    name: `givers, ${describe(training)}`,
  };
});
await computeAll(jobs, { cache, workers, say });
const results: GiverResult[] = jobs.map(({ file }) => JSON.parse(readFileSync(file, 'utf8')));

/** A mean over nets; the draws of a net hang together, so its interval draws whole nets anew. */
const overNets = (values: readonly number[]) => ({ mean: mean(values), interval: bootstrap(values, mean) });

const counts = giverCounts(quick);
const errors = counts.flatMap((givers) =>
  ways.map((way) => {
    const nets = results.map(({ truth, draws }) => {
      const own = draws.filter((draw) => draw.givers === givers);
      const told = own.flatMap(({ controls }) =>
        controls.map(({ effect, least }, k) => ({
          tooMuch: Number(least[way] > truth.controls[k]),
          margin: effect - least[way],
        })),
      );
      return {
        tooMuch: mean(told.map(({ tooMuch }) => tooMuch)),
        margin: mean(told.map(({ margin }) => margin)),
      };
    });
    return {
      ...{ givers, way },
      tooMuch: overNets(nets.map(({ tooMuch }) => tooMuch)),
      margin: mean(nets.map(({ margin }) => margin)),
    };
  }),
);

/** Where the effect of all pictures lies, beside the size that a level asks for. */
const sizes = [
  { name: 'less than half', from: Number.NEGATIVE_INFINITY, to: 0.5 },
  { name: 'half to all', from: 0.5, to: 1 },
  { name: 'up to half more', from: 1, to: 1.5 },
  { name: 'more than that', from: 1.5, to: Number.POSITIVE_INFINITY },
];
const reached = (['warning', 'alarm'] as const).flatMap((level) =>
  sizes.map(({ name, from, to }) => {
    const own = results.filter(({ truth }) => {
      const size = truth.effect / relianceLevels[level].effect;
      return size >= from && size < to;
    });
    return {
      ...{ level, size: name, nets: own.length },
      shares: counts.map((givers) => {
        const said = own.map(({ draws }) => {
          const drawn = draws.filter((draw) => draw.givers === givers);
          const by = (how: 'effect' | 'top') =>
            drawn.filter(({ reached: r }) => r && order[r.level] >= order[level] && r.by === how).length /
            drawn.length;
          return { effect: by('effect'), top: by('top') };
        });
        return {
          givers,
          effect: said.length ? mean(said.map(({ effect }) => effect)) : null,
          top: said.length ? mean(said.map(({ top }) => top)) : null,
        };
      }),
    };
  }),
);

const percent = (value: number, digits = 0) => `${(100 * value).toFixed(digits)} %`;
const backends = [...new Set(results.map(({ backend }) => backend))];
const hours = results.reduce((sum, { seconds }) => sum + seconds, 0) / 3600;
publish(out, 'givers', {
  title: 'Few givers',
  asks: 'The reliance test of a probe set with 8 to 32 pictures of the class that carry the shortcut, against the effect that hundreds have. How often does it say more than is true, and how often is a level reached or missed?',
  measured: [
    `\`${command()}\`: ${results.length} nets (${pairs.map(({ task, kind }) => `${kind} on ${task}`).join(', ')}; ${seeds.length} seeds for each net and dose of ${doses.map((dose) => percent(dose)).join(', ')}), ${drawsEach(quick)} probe sets of each size from each net's pictures; ${hours.toFixed(1)} processor hours (${backends.join(', ')}).`,
    'The truth is the mean of some 3,000 pastes over all pictures that the probe sets are drawn from: 1,024, half of each class with the shortcut. The small ones have 32 pictures of the class without it, and 64 receivers.',
    `At least: the lower end of a one-sided interval at ${percent(1 - chance)} of the effect over one control. Clustered: as satwatch tells it, by receivers and by givers, with Student's distribution. Bootstrap of givers: whole givers drawn anew; of both: receivers too (Owen 2007). Means over nets; the intervals (95 %) draw whole nets anew.`,
    'Levels: severe where one measurement is so large.',
  ],
  tables: [
    {
      title: `Says more than is true: meant to be ${percent(chance)}`,
      rows: [
        ['givers', ...ways],
        ...counts.map((givers) => [
          String(givers),
          ...ways.map((way) => {
            const { tooMuch } = errors.find((one) => one.givers === givers && one.way === way)!;
            return `${percent(tooMuch.mean, 1)} (${tooMuch.interval.map((end) => (100 * end).toFixed(1)).join('–')})`;
          }),
        ]),
      ],
    },
    {
      title: 'By how much it is less than the effect, in points',
      rows: [
        ['givers', ...ways],
        ...counts.map((givers) => [
          String(givers),
          ...ways.map((way) =>
            (100 * errors.find((one) => one.givers === givers && one.way === way)!.margin).toFixed(1),
          ),
        ]),
      ],
    },
    ...(['warning', 'alarm'] as const).map((level) => ({
      title: `Who is told: ${level} or above`,
      rows: [
        ['effect of all, beside what the level asks', 'nets', ...counts.map((givers) => `${givers} givers`)],
        ...reached
          .filter((one) => one.level === level)
          .map(({ size, nets, shares }) => [
            ...[size, String(nets)],
            ...shares.map(({ effect, top }) =>
              effect === null || top === null
                ? '–'
                : `${percent(effect + top)}${top >= 0.005 ? ` (${percent(top)} by top)` : ''}`,
            ),
          ]),
      ],
    })),
  ],
  data: {
    about: { command: command(), seeds: seeds.length, runs: results.length, backends, hours },
    errors,
    reached,
    nets: results.map(({ config, truth }) => ({ ...config, effect: truth.effect })),
  },
});
