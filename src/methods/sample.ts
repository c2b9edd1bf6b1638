import { seededRandom } from '../random.js';
import type { ProbeSet } from '../types.js';

/** So many probe pictures with two segments or more, the classes in turn, else by lot; the same seed, the same ones. */
export function sample({ images, classNames }: ProbeSet, count: number, seed: number): number[] {
  const random = seededRandom(seed);
  const order = images.map((_, i) => i);
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  const ranked = order.filter((i) => images[i].segments.filter(({ mask }) => mask.runs.length).length > 1);
  const classes = classNames.map((_, label) => ranked.filter((i) => images[i].label === label));
  const turns = Math.max(0, ...classes.map(({ length }) => length));
  return Array.from({ length: turns }, (_, turn) => classes.flatMap((list) => list[turn] ?? []))
    .flat()
    .slice(0, count);
}
