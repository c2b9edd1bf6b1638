/**
 * Unknown carriers: only some of the probe pictures that carry a shortcut have it named. The others are among the receivers
 * and the controls of the reliance test. How much of the effect is left, and which levels are still reached?
 *
 *   node dist/examples/experiments/carriers.js [--out FOLDER] [--cache FOLDER] [--seeds 3] [--workers N] [--quick]
 */
import { order } from '../../src/alerts/rule.js';
import { relianceLevels } from '../../src/relianceLevels.js';
import { mean } from '../support/mean.js';
import { figure } from './figure.js';
import { type CarrierResult, type Case, casesOf, drawsEach } from './givers/carrierRun.js';
import { cohort, overNets, sizes } from './givers/cohort.js';
import { command, commonOptions } from './options.js';
import { publish } from './publish.js';

const options = commonOptions({ seeds: 3 });
const { out, quick } = options;
const { results, seeds, described, backends, hours } = await cohort<CarrierResult>('carriers', options);

const cases = casesOf(quick);
const levels = ['warning', 'alarm'] as const;
type LevelName = (typeof levels)[number];
const nameOf = ({ pictures, carriers, way }: Case) => `${carriers} of ${pictures}, ${way}`;

/** Receivers that really are without the shortcut: what should be left of the effect. */
function bareShare({ pictures, carriers, way }: Case, share: number): number {
  const unnamed = { 'every class': 1 - share, 'its class alone': 1, 'left out': 0 }[way] * carriers;
  const bare = pictures - carriers;
  return bare / (bare + unnamed);
}

const drawsOf = ({ draws }: CarrierResult, n: number, share: number) =>
  draws.filter((draw) => draw.number === n && draw.share === share);
type Told = 'reached' | 'byUpper';
/** Share of the probe sets with the level or more, as a mean over nets whose true effect is of that size; null of none. */
function told(n: number, share: number, level: LevelName, by: Told, from: number, to: number) {
  const shares = results
    .filter(({ truth }) => {
      const size = truth.effect / relianceLevels[level].effect;
      return size >= from && size < to;
    })
    .map((net) => {
      const own = drawsOf(net, n, share);
      return own.filter((draw) => draw[by] && order[draw[by].level] >= order[level]).length / own.length;
    });
  return shares.length ? mean(shares) : null;
}

const reliant = results.filter(({ truth }) => truth.effect >= relianceLevels.warning.effect);
const cells = cases.flatMap((one, n) =>
  one.shares.map((share) => {
    const means = (of: readonly CarrierResult[], value: 'effect' | 'top' | 'z' | 'upper' | 'givers') =>
      of.map((net) => mean(drawsOf(net, n, share).map((draw) => draw[value])));
    const left = (value: 'effect' | 'upper') =>
      overNets(means(reliant, value).map((effect, i) => effect / reliant[i].truth.effect));
    const levelsBy = (by: Told) =>
      levels.map((level) => ({
        level,
        little: told(n, share, level, by, Number.NEGATIVE_INFINITY, 0.5),
        enough: told(n, share, level, by, 1, Number.POSITIVE_INFINITY),
        bySize: sizes.map(({ from, to }) => told(n, share, level, by, from, to)),
      }));
    return {
      ...{ case: nameOf(one), share, expected: bareShare(one, share) },
      givers: mean(means(results, 'givers')),
      receivers: mean(drawsOf(results[0], n, share).map(({ receivers }) => receivers)),
      effect: left('effect'),
      upper: left('upper'),
      top: overNets(means(reliant, 'top').map((top, i) => top / reliant[i].truth.top)),
      z: mean(means(reliant, 'z')),
      levels: levelsBy('reached'),
      byUpper: levelsBy('byUpper'),
    };
  }),
);

const percent = (value: number | null) => (value === null ? '–' : `${(100 * value).toFixed(0)} %`);
const withInterval = ({ mean: value, interval }: ReturnType<typeof overNets>) =>
  `${value.toFixed(2)} (${interval.map((end) => end.toFixed(2)).join('–')})`;
const count = (level: LevelName, { from, to }: { from: number; to: number }) =>
  results.filter(({ truth }) => {
    const size = truth.effect / relianceLevels[level].effect;
    return size >= from && size < to;
  }).length;
const [little, enough] = [
  { from: Number.NEGATIVE_INFINITY, to: 0.5 },
  { from: 1, to: Number.POSITIVE_INFINITY },
];
const levelHead = levels.flatMap((level) => [
  `${level}: enough (${count(level, enough)} nets)`,
  `little (${count(level, little)} nets)`,
]);
const levelCells = (of: (typeof cells)[number]['levels']) =>
  of.flatMap((one) => [percent(one.enough), percent(one.little)]);
const bySize = cells.filter(({ case: name }) => name === nameOf(cases[quick ? 0 : 1]));

const axes = { xLabel: '% of the carriers that are named', xTicks: [10, 20, 50, 100] };
const lines = (y: (cell: (typeof cells)[number]) => { y: number; low?: number; high?: number }) =>
  cases.map((one) => ({
    name: nameOf(one),
    points: cells
      .filter(({ case: name }) => name === nameOf(one))
      .map((cell) => ({ x: 100 * cell.share, ...y(cell) })),
  }));
publish(out, 'carriers', {
  title: 'Unknown carriers',
  asks: 'Only some of the probe pictures that carry a shortcut have it named; the others are taken for pictures without it. How much is left of the effect that the reliance test finds, and which levels are still reached?',
  measured: [
    `\`${command()}\`: ${described}, ${drawsEach(quick)} probe sets of each kind from each net's pictures; ${hours.toFixed(1)} processor hours (${backends.join(', ')}).`,
    'The truth is the effect, and that of the top givers, of some 2,000 pastes over all pictures that the probe sets are drawn from, every carrier named: 1,024, half of each class with the shortcut.',
    '80 of 160: so many pictures of each class carry it. Every class: the share of the carriers of every class is named. Its class alone: that of the first class, and no carrier of another class. Left out: as in every class, but the other carriers are not in the probe set.',
    'Expected: the share of receivers without the shortcut. If pasting it where it is already did nothing, so much of the effect would be left.',
    `Of the effect, of top and z: means over the ${reliant.length} nets whose true effect is enough for a warning; the intervals (95 %) draw whole nets anew.`,
    'Enough: nets whose true effect is as large as the level asks for; little: less than half of it. Severe counts where one measurement is so large.',
    "The upper half: the receivers that one half of their pastes moves most, by the other half of their pastes. Its effect stands for the test's where it is larger.",
  ],
  figures: [
    {
      name: 'carriers',
      svg: figure([
        {
          ...{ title: 'effect found, of the true one', yLabel: 'found / true', ...axes },
          lines: lines(({ effect }) => ({
            y: effect.mean,
            low: effect.interval[0],
            high: effect.interval[1],
          })),
        },
        {
          ...{ title: 'alarm, of those who should have one', yLabel: 'share of probe sets', ...axes },
          lines: lines(({ levels: [, alarm] }) => ({ y: alarm.enough ?? Number.NaN })),
        },
      ]),
      shows:
        'Left: how much of the effect is found, by the share of the carriers that is named. Right: the share of probe sets with an alarm, of nets whose true effect is enough for it',
    },
  ],
  tables: [
    {
      title: 'What is left of the effect',
      rows: [
        ['carriers', 'named', 'givers', 'effect / true', 'expected', 'top / true', 'z'],
        ...cells.map(({ case: name, share, givers, effect, expected, top, z }) => [
          ...[name, percent(share), givers.toFixed(0), withInterval(effect)],
          ...[expected.toFixed(2), withInterval(top), z.toFixed(1)],
        ]),
      ],
    },
    {
      title: 'Who is told, of those with enough effect and with little',
      rows: [
        ['carriers', 'named', ...levelHead],
        ...cells.map(({ case: name, share, levels: own }) => [name, percent(share), ...levelCells(own)]),
      ],
    },
    ...levels.map((level, l) => ({
      title: `Who is told: ${level} or above, ${bySize[0].case}`,
      rows: [
        ['true effect, beside what the level asks', 'nets', ...bySize.map(({ share }) => percent(share))],
        ...sizes.map((size, s) => [
          ...[size.name, String(count(level, size))],
          ...bySize.map(({ levels: own }) => percent(own[l].bySize[s])),
        ]),
      ],
    })),
    {
      title: 'A mend that was tried: the upper half of the receivers',
      rows: [
        ['carriers', 'named', 'its effect / true', ...levelHead],
        ...cells.map(({ case: name, share, upper, byUpper }) => [
          ...[name, percent(share), withInterval(upper)],
          ...levelCells(byUpper),
        ]),
      ],
    },
  ],
  data: {
    about: { command: command(), seeds, runs: results.length, backends, hours },
    cells,
    nets: results.map(({ config, truth }) => ({ ...config, ...truth })),
  },
});
