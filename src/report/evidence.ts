import type { Cost } from '../types.js';
import { stretches } from './alertSubjects.js';
import { epoch, none, percent, points, quoted, rank, short } from './format.js';
import type { ReportedAlert } from './readReport.js';
import { oneLine } from './text.js';
import { peakWords } from './verdict.js';

export type Fact = [name: string, value: string];

/** What is said of an alert elsewhere, or is the monitor's own bookkeeping. */
const told = ['peak', 'peakEpoch', 'peakSeverity', 'ruleNumber', 'grewTo'];

/** All that an alert rests on: when it stood, the numbers of its rule, and what else the rule wrote down. */
export function evidence(alert: ReportedAlert): Fact[] {
  const { rule, peak, alerts } = alert;
  const { evidence, from, to } = alerts[alerts.length - 1];
  // A rule of the user's own may have the name of one of ours, and write other numbers.
  const named = Object.hasOwn(ruleFacts, rule) ? ruleFacts[rule] : null;
  const known = named?.names.every((name) => Object.hasOwn(evidence, name)) ? named : null;
  const own = known?.facts(evidence) ?? [];
  const others = Object.entries(evidence).filter(
    ([name]) => !told.includes(name) && !known?.names.includes(name) && !(known && name === 'by'),
  );
  return [
    ['Stood', stretches(alert).map(stretchWords).join('; ')],
    ...(peak === null ? [] : [['At its worst', peakWords(alert)] as Fact]),
    ...(known ? [] : [['From, to', `${shown(from)}, ${shown(to)}`] as Fact]),
    ...own,
    ...others.flatMap(([name, value]) => flat(name, value)),
    ...costFacts(alert),
  ];
}

function stretchWords({ steps, ended }: ReturnType<typeof stretches>[number]): string {
  const begun = steps.map(({ level, epoch: at }) => `${level} from epoch ${epoch(at)}`).join(', ');
  return ended === null ? `${begun}, not ended` : `${begun}, ended at epoch ${epoch(ended)}`;
}

interface RuleFacts {
  names: string[];
  facts(evidence: Record<string, unknown>): Fact[];
}

const number = (value: unknown) => (typeof value === 'number' ? value : null);

/** The names by which the rules of satwatch keep their numbers, in words. */
const ruleFacts: Record<string, RuleFacts> = {
  reliance: {
    names: [
      ...['effect', 'z', 'zThreshold', 'top', 'flipped', 'lost', 'fill', 'blur', 'confirmation'],
      ...['receivers', 'givers', 'testedAt'],
    ],
    facts: (found) => [
      [
        'Rests on',
        `the reliance test: the segment pasted into ${shown(found.receivers)} images of other classes, from ${shown(found.givers)} givers, against two controls`,
      ],
      [
        'Effect',
        `${points(number(found.effect))} of probability at epoch ${epoch(number(found.testedAt))}, the smaller over the two controls`,
      ],
      ...(found.top === null
        ? []
        : [
            [
              'Top givers',
              `${points(number(found.top))}: the eighth of the images it was taken from that moves most`,
            ] as Fact,
          ]),
      [
        'Answers',
        `${percent(number(found.flipped))} become the class; ${points(number(found.lost))} of accuracy are lost`,
      ],
      [
        'z',
        found.by === 'top'
          ? `${short(number(found.z))}; the level rests on the top givers`
          : `${short(number(found.z))}; the level needs ${short(number(found.zThreshold))}`,
      ],
      [
        'Filled',
        found.fill === null
          ? 'untestable: no image of another class shows it'
          : `${shown(found.confirmation)}: in images of other classes that show it the probability falls by ${points(number(found.fill))} with the colour around it, by ${points(number(found.blur))} blurred`,
      ],
    ],
  },
  reference: {
    names: [
      'quantity',
      'deviation',
      'bar',
      'references',
      'rate',
      'referencesFrom',
      'referencesTo',
      'comparedAt',
    ],
    facts: ({ quantity, deviation, bar, references, rate, referencesFrom, referencesTo, comparedAt }) => {
      const show = quantity === 'rank' ? rank : points;
      return [
        [
          'Rests on',
          `${references === 1 ? '1 reference run' : `${shown(references)} reference runs`}: of clean runs that differ by their seeds ${percent(number(rate))} would stand out so`,
        ],
        [
          'References',
          `${show(number(referencesFrom))} to ${show(number(referencesTo))} at epoch ${epoch(number(comparedAt))}`,
        ],
        ['Deviation', `${short(number(deviation))}; of the references at most ${short(number(bar))}`],
      ];
    },
  },
  probeAccuracy: {
    names: ['chance', 'training', 'images'],
    facts: ({ chance, training, images }) => [
      [
        'Rests on',
        `the accuracy on ${shown(images)} probe images, of which chance gives ${percent(number(chance))}`,
      ],
      ['Training', percent(number(training))],
    ],
  },
  rankThreshold: {
    names: ['threshold', 'chanceRank', 'images'],
    facts: (found) => [
      ['Rests on', ranks(found)],
      ['Threshold', `rank ${shown(found.threshold)}`],
    ],
  },
  rankShift: {
    names: ['by', 'shift', 'chanceRank', 'images'],
    facts: (found) => [
      ['Rests on', ranks(found)],
      [
        'Shift',
        `${rank(number(found.shift))} ranks since the first observation; ${shown(found.by)} are asked for`,
      ],
    ],
  },
  outranks: {
    names: ['bestCore', 'chanceRank', 'images'],
    facts: (found) => [
      ['Rests on', ranks(found)],
      ['Best core segment', quoted(String(found.bestCore))],
    ],
  },
};

const ranks = ({ images, chanceRank }: Record<string, unknown>) =>
  `mean ranks over ${shown(images)} images; by chance ${rank(number(chanceRank))}`;

/** The accuracies at the epoch of the peak, with the segment as it is, filled and pasted on. */
function costFacts({ costs, className, peakEpoch }: ReportedAlert): Fact[] {
  const of = (variant: Cost['variant']) =>
    costs.find((cost) => cost.variant === variant && cost.className === className);
  const [present, ring, blur, pasted, unpasted] = (
    ['present', 'ring', 'blur', 'pasted', 'unpasted'] as const
  ).map(of);
  const at = `at epoch ${epoch(peakEpoch)}`;
  return [
    ...(pasted && unpasted
      ? [
          [
            'Accuracy, pasted on',
            `${percent(unpasted.accuracy)} as they are, ${percent(pasted.accuracy)} with it pasted on (${pasted.images} images of other classes, ${at})`,
          ] as Fact,
        ]
      : []),
    ...(present && (ring || blur)
      ? [
          [
            'Accuracy, filled',
            `${percent(present.accuracy)} as they are, ${percent(ring?.accuracy)} with it filled, ${percent(blur?.accuracy)} with it blurred (${present.images} images${className === null ? '' : ` of ${quoted(className)}`}, ${at})`,
          ] as Fact,
        ]
      : []),
  ];
}

/** Nested records become dotted names. */
function flat(name: string, value: unknown): Fact[] {
  if (value !== null && typeof value === 'object' && !Array.isArray(value))
    return Object.entries(value).flatMap(([key, inner]) => flat(`${name}.${key}`, inner));
  return [[words(name), shown(value)]];
}

/** `peakEpoch` is "Peak epoch". */
function words(name: string): string {
  const spaced = oneLine(name).replace(
    /([a-z])([A-Z])/g,
    (_, a: string, b: string) => `${a} ${b.toLowerCase()}`,
  );
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return none;
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : short(value);
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value));
}
