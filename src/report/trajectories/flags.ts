import type { Level } from '../../types.js';
import { stretches } from '../alertSubjects.js';
import { levels } from '../format.js';
import type { ReportedAlert } from '../readReport.js';
import { oneLine, shortened } from '../text.js';
import { widthOf } from './svg.js';

const most = 12;

export interface Flag {
  at: number;
  level: Level;
  words: string;
  /** Where the words stand; null where no row has room for them. */
  place: { row: number; x: number; anchor: 'start' | 'end' } | null;
}

/** A mark where an alert begins or grows; its words stand in one of two rows where they have room, the gravest first. */
export function flagRows(
  alerts: readonly ReportedAlert[],
  epochs: readonly number[],
  x: (at: number) => number,
  right: number,
): { placed: Flag[]; rows: number } {
  const taken: { at: number; row: number; from: number; to: number }[] = [];
  const marks = alerts
    .flatMap((alert) =>
      stretches(alert).flatMap(({ steps }) =>
        steps.map((step) => ({ ...step, name: alert.segment ?? alert.rule })),
      ),
    )
    .filter(({ epoch: at }) => at >= epochs[0] && at <= epochs[epochs.length - 1])
    .sort((a, b) => levels.indexOf(b.level) - levels.indexOf(a.level) || a.epoch - b.epoch)
    .slice(0, most);
  const placed = marks.map(({ epoch: at, level, name }): Flag => {
    const words = `${level}: ${shortened(oneLine(name), 18)}`;
    const wide = widthOf(words) + 4;
    for (const row of [0, 1])
      for (const anchor of ['start', 'end'] as const) {
        const [from, to] = anchor === 'start' ? [x(at), x(at) + wide] : [x(at) - wide, x(at)];
        if (from < 0 || to > right + 16) continue;
        // A mark runs from its words down, through the rows below.
        const clear = taken.every(
          (other) =>
            (other.row !== row || to + 6 < other.from || other.to + 6 < from) &&
            (other.row >= row || other.at <= from || other.at >= to) &&
            (other.row <= row || x(at) <= other.from || x(at) >= other.to),
        );
        if (!clear) continue;
        taken.push({ at: x(at), row, from, to });
        return { at, level, words, place: { row, x: x(at) + (anchor === 'start' ? 4 : -4), anchor } };
      }
    return { at, level, words, place: null };
  });
  return { placed, rows: Math.max(0, ...taken.map(({ row }) => row + 1)) };
}
