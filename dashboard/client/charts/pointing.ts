import type uPlot from 'uplot';
import type { PlotModel } from './model.js';

/** A line is pointed at from this near, px. */
const reach = 28;

/** The observation nearest to a distance from the plot's left edge, px. */
export function nearestIndex(plot: uPlot, { epochs }: PlotModel, left: number): number | null {
  let best: number | null = null;
  let distance = Number.POSITIVE_INFINITY;
  epochs.forEach((epoch, i) => {
    const away = Math.abs(plot.valToPos(epoch, 'x') - left);
    if (away < distance) [best, distance] = [i, away];
  });
  return best;
}

/** A point of a line is pointed at from this near, px. */
const touch = 11;

/** Where a line has its value of an observation, px, if the pointer is on it. */
export function pointUnder(
  plot: uPlot,
  { epochs, lines }: PlotModel,
  key: string,
  index: number,
  left: number,
  top: number,
): { x: number; y: number } | null {
  const value = lines.find((line) => line.key === key)?.values[index];
  if (value == null) return null;
  const [x, y] = [plot.valToPos(epochs[index], 'x'), plot.valToPos(value, 'y')];
  return Math.hypot(x - left, y - top) <= touch ? { x, y } : null;
}

/** The line nearest to the pointer, measured on the stretch between two observations that it stands in. */
export function nearestLine(
  plot: uPlot,
  { epochs, lines }: PlotModel,
  index: number,
  left: number,
  top: number,
): string | null {
  const other = left < plot.valToPos(epochs[index], 'x') ? index - 1 : index + 1;
  let best: string | null = null;
  let distance = reach;
  for (const { key, values, hidden } of lines) {
    const value = values[index];
    if (hidden || value == null) continue;
    const next = values[other] ?? value;
    const span = other in epochs ? plot.valToPos(epochs[other], 'x') - plot.valToPos(epochs[index], 'x') : 0;
    const part = span === 0 ? 0 : (left - plot.valToPos(epochs[index], 'x')) / span;
    const away = Math.abs(plot.valToPos(value + (next - value) * part, 'y') - top);
    if (away < distance) [best, distance] = [key, away];
  }
  return best;
}
