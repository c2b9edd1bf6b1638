import { epoch } from '../format.js';
import { widthOf } from './svg.js';

/** `from` and the round numbers after it, `room` px apart at least. */
export function ticks(from: number, to: number, unit: number, room: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((s) => s * unit >= room) ?? 1000;
  const round = Array.from({ length: Math.floor(to / step) }, (_, i) => (i + 1) * step);
  return [from, ...round.filter((value) => (value - from) * unit >= room && value <= to)];
}

/** Whole epochs or, of a run shorter than two, those observed. */
export function epochTicks(epochs: readonly number[], x: (at: number) => number): number[] {
  const [first, last] = [epochs[0], epochs[epochs.length - 1]];
  const wide = widthOf(epoch(last)) + 14;
  const kept: number[] = [];
  const step =
    [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((s) => x(first + s) - x(first) >= wide) ?? 5000;
  const wished =
    last - first < 2
      ? epochs
      : Array.from({ length: Math.floor(last / step) + 1 }, (_, i) => i * step).filter((at) => at >= first);
  for (const at of wished) if (kept.length === 0 || x(at) - x(kept[kept.length - 1]) >= wide) kept.push(at);
  return kept;
}
