import { shortened } from '../text.js';
import { line, widthOf } from './svg.js';

const longest = 26;
const widest = 190;
/** Of bold text, in widths of plain. */
const boldness = 1.12;

export const labelWidth = (label: string) => boldness * widthOf(label);

/** Cut in the middle where it is too long or too wide. */
export function fitted(name: string): string {
  for (let most = longest; most > 6; most--) {
    const label = shortened(name, most);
    if (labelWidth(label) <= widest) return label;
  }
  return shortened(name, 6);
}

/**
 * A line apart and inside; those that crowd one another stand evenly around the middle of their wishes (least squares,
 * by pooling neighbours that would meet). There is room for all.
 */
export function spread(wishes: readonly number[], top: number, bottom: number): number[] {
  const order = [...wishes.keys()].sort((a, b) => wishes[a] - wishes[b] || a - b);
  const pools: { sum: number; count: number }[] = [];
  const mean = ({ sum, count }: { sum: number; count: number }) => sum / count;
  for (const [i, at] of order.entries()) {
    let pool = { sum: wishes[at] - i * line, count: 1 };
    while (pools.length > 0 && mean(pools[pools.length - 1]) >= mean(pool)) {
      const before = pools.pop()!;
      pool = { sum: before.sum + pool.sum, count: before.count + pool.count };
    }
    pools.push(pool);
  }
  const [least, greatest] = [top + line / 2, bottom - line / 2 - (order.length - 1) * line];
  const places = [...wishes];
  let i = 0;
  for (const pool of pools)
    for (let n = 0; n < pool.count; n++, i++)
      places[order[i]] = Math.min(greatest, Math.max(least, mean(pool))) + i * line;
  return places;
}
