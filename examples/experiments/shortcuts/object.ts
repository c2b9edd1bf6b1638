import type { Colour } from '../../../src/demo/paint.js';
import { capsule, ellipse, union } from '../../../src/demo/shapes.js';
import { addMark, bitmapOf, type Shortcut } from '../runs/picture.js';
import { rectangle } from '../runs/shapes.js';

const colours: readonly (readonly [Colour, Colour])[] = [
  [
    [222, 52, 44],
    [250, 232, 90],
  ],
  [
    [206, 40, 90],
    [250, 240, 230],
  ],
];
const tries = 12;

/** A thing that happens to be there too: a striped balloon, where it hides no core part if there is such a place. */
export const object: Shortcut = {
  name: 'object',
  role: 'context',
  segment: () => 'balloon',
  stamp(picture, task, dice, side) {
    const unit = side / 48;
    const size = unit * dice.between(4, 5.2);
    const [one, other] = dice.pick(colours);
    const cores = Object.keys(task.roles)
      .filter((name) => task.roles[name] === 'core')
      .flatMap((name) => bitmapOf(picture, name) ?? []);
    const hidden = ([x, y]: readonly number[]) => {
      let count = 0;
      for (let v = Math.floor(y - size); v < y + 2 * size; v++)
        for (let u = Math.floor(x - size); u < x + size; u++)
          if (cores.some((bitmap) => bitmap[v * side + u])) count++;
      return count;
    };
    const places = Array.from(
      { length: tries },
      () => [dice.between(size, side - size), dice.between(size, side / 2)] as const,
    );
    const [x, y] = places.reduce((best, place) => (hidden(place) < hidden(best) ? place : best));
    const stripe = (u: number) => (Math.floor((u - x + size) / (size / 2.5)) % 2 ? one : other);
    return addMark(picture, side, 'balloon', [
      {
        ...union(
          capsule(x - 0.5 * size, y + size * 0.6, x - 0.3 * size, y + 1.6 * size, 0.3 * unit),
          capsule(x + 0.5 * size, y + size * 0.6, x + 0.3 * size, y + 1.6 * size, 0.3 * unit),
          rectangle(x - 0.4 * size, y + 1.4 * size, 0.8 * size, 0.6 * size),
        ),
        colour: () => [96, 60, 40],
      },
      { ...ellipse(x, y, size, 1.15 * size), colour: stripe },
    ]);
  },
};
