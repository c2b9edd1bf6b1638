import { printTable } from '../../support/printTable.js';
import { median } from '../judging/evaluate.js';
import { segmentsOf } from './judge.js';
import type { Estimate, NetSummary } from './summary.js';

/** Tables and sentences, to the terminal. */
export function print(nets: readonly NetSummary[]): void {
  console.log('\nWhat satwatch names');
  printTable([
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
  ]);
  console.log('cost: right answers of the healthy, in points, beyond the clean twin; the mean of the peaks');
  console.log('learned: 5 points or more for two epochs in a row; in time: alarmed by the first of them');

  console.log(
    '\nRight answers after the last epoch, in per cent (95 %: seeds drawn anew); half of the pictures ill',
  );
  printTable([
    ['net', 'traces', '% of the ill', 'as trained', 'site A', 'site B', 'both sites alike'],
    ...nets.flatMap(({ net, clean, settings }) =>
      [{ traces: 'none (clean)', dose: 0, accuracy: clean.accuracy }, ...settings].map(
        ({ traces, dose, accuracy: { asTrained, siteA, siteB, balanced } }) => [
          ...[net, traces, points(dose)],
          ...[asTrained, siteA, siteB, balanced].map(between),
        ],
      ),
    ),
  ]);

  console.log(
    '\nThe contrast curve changes every pixel and is no part of the picture: no segment can name it, whatever it costs.',
  );
  for (const { net, clean, settings } of nets) {
    for (const { traces, dose, carriers, found, otherAlarms, ranks } of settings) {
      const [one] = found;
      if (found.length > 1 || one.trace !== 'contrast') continue;
      const parts = ranks.map(
        ({ segment, rank, clean: twin }) => `${segment} ${rank.toFixed(1)} (${twin.toFixed(1)})`,
      );
      console.log(
        `${net}, ${traces}, ${points(dose)} %: learned in ${one.learned} of ${one.runs} runs, cost ${points(one.peak)} points; ` +
          `on probe pictures ${carriers}. Alarms on parts: ${told(otherAlarms)}.\n` +
          `  mean ranks at the end (clean twins, whose probe pictures show tag and edge too): ${parts.join(', ')}`,
      );
    }
    const swayed = segmentsOf.site.map(
      (trace) => `on the ${trace} in ${clean.alarms[trace]!.count} of ${clean.runs} runs`,
    );
    console.log(
      `${net}, clean: alarms ${swayed.join(', ')}, though these nets never saw either. Other alarms: ${told(clean.otherAlarms)}.`,
    );
  }
}

const points = (value: number) => (100 * value).toFixed(0);
const between = ({ mean, low, high }: Estimate) => `${points(mean)} (${points(low)}–${points(high)})`;

function told(counts: Record<string, number>): string {
  const each = Object.entries(counts).map(([what, times]) => `${what} ${times}×`);
  return each.join(', ') || 'none';
}
