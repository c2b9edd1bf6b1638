import { median } from '../judging/evaluate.js';
import type { Findings } from '../publish.js';
import { segmentsOf } from './judge.js';
import type { Estimate, NetSummary } from './summary.js';

export function tablesOf(nets: readonly NetSummary[]): Findings['tables'] {
  const curves = nets.flatMap(({ net, settings }) =>
    settings
      .filter(({ found }) => found.length === 1 && found[0].trace === 'contrast')
      .map((setting) => ({ net, ...setting })),
  );
  return [
    {
      title: 'What satwatch names',
      rows: [
        [
          ...['net', 'traces', '% of the ill', 'trace', 'cost', 'learned', 'named', 'in time'],
          ...['first alarm', 'named, not learned', 'other alarms'],
        ],
        ...nets.flatMap(({ net, settings }) =>
          settings.flatMap(({ traces, dose, found, otherAlarms }) =>
            found.map((one, i) => [
              ...[net, traces, points(dose), one.trace === 'site' ? 'any' : one.trace, points(one.peak)],
              `${one.learned} of ${one.runs}`,
              `${one.found} of ${one.learned}`,
              `${one.inTime} of ${one.learned}`,
              one.alarms.length ? `epoch ${median(one.alarms)}` : '–',
              String(one.alarms.length - one.found),
              i === 0 ? told(otherAlarms) : '',
            ]),
          ),
        ),
      ],
      notes: [
        'Cost: right answers of the healthy that the trace takes, in points, beyond the clean twin; the mean of the peaks.',
        'Learned: 5 points or more for two epochs in a row. In time: alarmed by the first of them.',
        ...nets.map(({ net, clean }) => {
          const swayed = segmentsOf.site.map(
            (trace) => `on the ${trace} in ${clean.alarms[trace]!.count} of ${clean.runs} runs`,
          );
          return `Clean ${net} nets never saw a trace; alarms ${swayed.join(', ')}. Other alarms there: ${told(clean.otherAlarms)}.`;
        }),
      ],
    },
    {
      title: 'Right answers after the last epoch, in per cent',
      rows: [
        ['net', 'traces', '% of the ill', 'as trained', 'site A', 'site B', 'both sites alike'],
        ...nets.flatMap(({ net, clean, settings }) =>
          [{ traces: 'none (clean)', dose: 0, accuracy: clean.accuracy }, ...settings].map(
            ({ traces, dose, accuracy: { asTrained, siteA, siteB, balanced } }) => [
              ...[net, traces, points(dose)],
              ...[asTrained, siteA, siteB, balanced].map(between),
            ],
          ),
        ),
      ],
      notes: ['In brackets 95 %, seeds drawn anew. Half of the pictures are ill.'],
    },
    {
      title: 'The contrast curve',
      rows: [
        [
          'net',
          'probe pictures with it',
          '% of the ill',
          'cost',
          'learned',
          'alarms on parts',
          'mean ranks at the end (clean twin)',
        ],
        ...curves.map(({ net, dose, carriers, found: [one], otherAlarms, ranks }) => [
          ...[
            net,
            carriers,
            points(dose),
            points(one.peak),
            `${one.learned} of ${one.runs}`,
            told(otherAlarms),
          ],
          ranks
            .map(({ segment, rank, clean }) => `${segment} ${rank.toFixed(1)} (${clean.toFixed(1)})`)
            .join(', '),
        ]),
      ],
      notes: [
        'It changes every pixel and is no part of the picture: no segment can name it, whatever it costs.',
        "The clean twins' probe pictures show tag and edge too.",
      ],
    },
  ];
}

const points = (value: number) => (100 * value).toFixed(0);
const between = ({ mean, low, high }: Estimate) => `${points(mean)} (${points(low)}–${points(high)})`;

function told(counts: Record<string, number>): string {
  const each = Object.entries(counts).map(([what, times]) => `${what} ${times}×`);
  return each.join(', ') || 'none';
}
