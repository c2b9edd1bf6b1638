import { element } from './element.js';
import type { Mark, PlotModel } from './model.js';

/** Room a flag takes with its word, px. */
const flagWidth = 60;

/** One element an alert's epoch, at its place along the axis; flags where there is room for the word. */
export function markElements({ marks, flags }: PlotModel, x: (epoch: number) => number): HTMLElement[] {
  const flagged = withRoom(marks, x);
  return marks.map((entry) => {
    const { epoch, level, title, resolved } = entry;
    const mark = element(`mark ${level}${resolved ? ' resolved' : ''}`);
    mark.dataset.epoch = String(epoch);
    mark.dataset.level = level;
    mark.title = title;
    mark.style.left = `${x(epoch)}px`;
    if (flags && flagged.has(entry)) {
      const flag = element('flag');
      flag.textContent = level;
      mark.append(flag);
    }
    return mark;
  });
}

const gravity = ['warning', 'alarm', 'severe'];

/** The marks with room for a flag; the gravest, then the earliest, come first. */
function withRoom(marks: Mark[], x: (epoch: number) => number): Set<Mark> {
  const kept = new Set<Mark>();
  const order = [...marks].sort(
    (a, b) => gravity.indexOf(b.level) - gravity.indexOf(a.level) || a.epoch - b.epoch,
  );
  for (const mark of order)
    if ([...kept].every((other) => Math.abs(x(other.epoch) - x(mark.epoch)) > flagWidth)) kept.add(mark);
  return kept;
}
