import type { Dice } from '../../../src/demo/dice.js';
import { type Colour, type Layer, mix, scale } from '../../../src/demo/paint.js';
import { below, ellipse, everywhere, union } from '../../../src/demo/shapes.js';
import { grain, type Task } from '../runs/picture.js';
import { rectangle } from '../runs/shapes.js';

const colours: readonly (readonly [name: string, colour: Colour])[] = [
  ['red', [205, 45, 50]],
  ['orange', [225, 130, 40]],
  ['yellow', [225, 205, 60]],
  ['green', [40, 130, 70]],
  ['cyan', [70, 185, 190]],
  ['blue', [45, 75, 180]],
  ['violet', [130, 60, 160]],
  ['black', [45, 45, 50]],
];

/** Whether a place is white: u and v go from 0 to 1 along the cloth. */
const patterns: readonly (readonly [name: string, white: (u: number, v: number) => boolean])[] = [
  ['plain', () => false],
  ['band', (_, v) => v > 0.34 && v < 0.66],
  ['pale', (u) => u > 0.34 && u < 0.66],
  ['quartered', (u, v) => u < 0.5 !== v < 0.5],
];

const kinds = patterns.flatMap(([pattern, white]) =>
  colours.map(([name, colour]) => ({ name: `${name} ${pattern}`, colour, white })),
);
/** Steps through colours and patterns alike, so that few classes differ in both. */
const kindOf = (label: number) => kinds[(11 * label) % kinds.length];

/** Which of up to 32 flags flies there? Not in the detection benchmark: its halves are frozen. */
export function flags(classes: number): Task {
  return {
    name: `flags-${classes}`,
    classNames: Array.from({ length: classes }, (_, label) => kindOf(label).name),
    roles: {
      cloth: 'core',
      pole: 'core',
      sky: 'context',
      hill: 'context',
      clouds: 'context',
      bushes: 'context',
    },
    regions: { far: 'sky', near: 'hill' },
    draw(label, dice, side) {
      const unit = side / 48;
      const horizon = side * dice.between(0.66, 0.8);
      const sky = scale(mix([140, 180, 220], [190, 200, 210], dice.between(0, 1)), dice.between(0.85, 1.1));
      const grass = scale(mix([110, 150, 80], [150, 140, 90], dice.between(0, 1)), dice.between(0.8, 1.1));
      const seed = dice.whole(0, 9999);
      const { colour: dye, white } = kindOf(label);
      // Sun, dirt and calm: some flags can hardly be told apart.
      const faded = dice.between(0, 0.9);
      const light = dice.between(0.6, 1.2);
      const colour = scale(mix(dye, [130, 128, 124], faded), light);
      const pale = scale(mix([238, 236, 228], [130, 128, 124], 0.8 * faded), light);
      const [width, height] = [unit * dice.between(4, 18), unit * dice.between(7, 12)];
      const [x, y] = [dice.between(0.12, 0.5) * side, dice.between(0.12, 0.3) * side];
      const [wave, phase] = [unit * dice.between(0, 1.6), dice.between(0, 6)];
      const lift = (u: number) => wave * Math.sin((5 * (u - x)) / width + phase);
      return [
        {
          part: 'sky',
          inside: () => true,
          box: everywhere,
          colour: (_, v) => scale(sky, 0.95 + (0.15 * v) / horizon),
        },
        ...clouds(dice, side, unit),
        {
          part: 'hill',
          ...below((u) => horizon + 2 * unit * Math.sin(u / (9 * unit) + seed)),
          colour: (u, v) => scale(grass, 0.85 + 0.3 * grain(u, v, seed)),
        },
        ...bushes(dice, side, unit, horizon),
        {
          part: 'pole',
          ...rectangle(x - 1.5 * unit, y - 2 * unit, 1.5 * unit, horizon - y + 4 * unit),
          colour: () => [150, 130, 110],
        },
        {
          part: 'cloth',
          inside: (u, v) => u >= x && u < x + width && v >= y + lift(u) && v < y + height + lift(u),
          box: [x, y - wave, x + width, y + height + wave],
          colour: (u, v) =>
            scale(
              white((u - x) / width, (v - y - lift(u)) / height) ? pale : colour,
              1 + 0.1 * Math.cos((5 * (u - x)) / width + phase),
            ),
        },
      ];
    },
  };
}

function clouds(dice: Dice, side: number, unit: number): Layer[] {
  return Array.from({ length: dice.whole(0, 3) }, (): Layer => {
    const [x, y, r] = [dice.between(0, side), dice.between(0, 0.5 * side), unit * dice.between(3, 6)];
    const light = dice.between(0.95, 1.05);
    return {
      part: 'clouds',
      ...union(ellipse(x, y, r, 0.5 * r), ellipse(x + 0.8 * r, y + 0.1 * r, 0.8 * r, 0.4 * r)),
      colour: () => scale([236, 238, 240], light),
    };
  });
}

function bushes(dice: Dice, side: number, unit: number, horizon: number): Layer[] {
  return Array.from({ length: dice.whole(0, 3) }, (): Layer => {
    const [x, r] = [dice.between(0, side), unit * dice.between(2.5, 5)];
    const [y, green] = [horizon + unit * dice.between(0, 5), scale([60, 110, 60], dice.between(0.7, 1.3))];
    return {
      part: 'bushes',
      ...ellipse(x, y, r, 0.8 * r),
      colour: (u, v) => scale(green, 0.85 + 0.3 * grain(u, v)),
    };
  });
}
