/**
 * Few givers: the reliance test pastes a segment from as few as eight pictures. How often does it say more than is true,
 * by its clustered error and by two bootstraps, and how often is a level reached or missed for want of givers?
 *
 *   node dist/examples/experiments/givers.js [--out FOLDER] [--cache FOLDER] [--seeds 3] [--workers N] [--quick]
 */
import { order } from '../../src/alerts/rule.js';
import { relianceLevels } from '../../src/relianceLevels.js';
import { mean } from '../support/mean.js';
import { figure } from './figure.js';
import { cohort, overNets, sizes } from './givers/cohort.js';
import { chance, drawsEach, type GiverResult, giverCounts, ways } from './givers/giverRun.js';
import { command, commonOptions } from './options.js';
import { publish } from './publish.js';

const options = commonOptions({ seeds: 3 });
const { out, quick } = options;
const { results, seeds, described, backends, hours } = await cohort<GiverResult>('givers', options);

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
const byGivers = (point: (one: (typeof errors)[number]) => { y: number; low?: number; high?: number }) =>
  ways.map((way) => ({
    name: way,
    points: errors.filter((one) => one.way === way).map((one) => ({ x: one.givers, ...point(one) })),
  }));
const svg = figure([
  {
    ...{ title: 'says more than is true', xLabel: 'givers', yLabel: 'share of the probe sets' },
    yRange: [0, 0.1],
    lines: byGivers(({ tooMuch: { mean: y, interval } }) => ({ y, low: interval[0], high: interval[1] })),
  },
  {
    ...{ title: 'what caution costs', xLabel: 'givers', yLabel: 'effect less what it is at least' },
    yRange: [0, 0.2],
    lines: byGivers(({ margin }) => ({ y: margin })),
  },
]);
publish(out, 'givers', {
  title: 'Few givers',
  asks: 'The reliance test of a probe set with 8 to 32 pictures of the class that carry the shortcut, against the effect that hundreds have. How often does it say more than is true, and how often is a level reached or missed?',
  measured: [
    `\`${command()}\`: ${described}, ${drawsEach(quick)} probe sets of each size from each net's pictures; ${hours.toFixed(1)} processor hours (${backends.join(', ')}).`,
    'The truth is the mean of some 3,000 pastes over all pictures that the probe sets are drawn from: 1,024, half of each class with the shortcut. The small ones have 32 pictures of the class without it, and 64 receivers.',
    `At least: the lower end of a one-sided interval at ${percent(1 - chance)} of the effect over one control. Clustered: as satwatch tells it, by receivers and by givers, with Student's distribution. Bootstrap of givers: whole givers drawn anew; of both: receivers too (Owen 2007). Means over nets; the intervals (95 %) draw whole nets anew.`,
    'Levels: severe where one measurement is so large.',
  ],
  figures: [
    {
      name: 'givers',
      svg,
      shows: `How often the test says more than is true (meant to be ${percent(chance)}), and by how much what it says at least is below the effect, by three ways of telling its error`,
    },
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
    about: { command: command(), seeds, runs: results.length, backends, hours },
    errors,
    reached,
    nets: results.map(({ config, truth }) => ({ ...config, effect: truth.effect })),
  },
});
