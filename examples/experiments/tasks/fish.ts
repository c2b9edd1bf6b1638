import type { Dice } from '../../../src/demo/dice.js';
import { type Colour, type Layer, mix, scale } from '../../../src/demo/paint.js';
import { below, capsule, ellipse, everywhere, type Shape, union } from '../../../src/demo/shapes.js';
import { grain, type Task } from '../runs/picture.js';
import { polygon } from '../runs/shapes.js';

const scales: readonly Colour[] = [
  [230, 140, 50],
  [220, 200, 90],
  [200, 90, 110],
  [180, 190, 200],
];

/** The tail fin from (x, y) away from the head; `s` its size, `f` −1 or 1. */
const tails: readonly ((x: number, y: number, s: number, f: number) => Shape)[] = [
  (x, y, s, f) =>
    polygon([
      [x, y],
      [x - f * 1.6 * s, y - 1.15 * s],
      [x - f * 0.7 * s, y],
      [x - f * 1.6 * s, y + 1.15 * s],
    ]),
  (x, y, s, f) =>
    polygon([
      [x, y],
      [x - f * 1.4 * s, y - 1.1 * s],
      [x - f * 1.4 * s, y + 1.1 * s],
    ]),
  (x, y, s, f) => ellipse(x - f * 0.8 * s, y, 0.95 * s, 0.8 * s),
];

/** What shape has the tail of a fish? */
export const fish: Task = {
  name: 'fish',
  classNames: ['forked', 'straight', 'round'],
  roles: {
    tail: 'core',
    body: 'core',
    eye: 'core',
    fin: 'core',
    water: 'context',
    seabed: 'context',
    weed: 'context',
    bubbles: 'context',
  },
  regions: { far: 'water', near: 'seabed' },
  draw(label, dice, side) {
    const unit = side / 48;
    const bed = side * dice.between(0.7, 0.8);
    const water = scale(mix([50, 120, 150], [70, 150, 140], dice.between(0, 1)), dice.between(0.85, 1.15));
    const stone = scale(mix([110, 110, 100], [96, 120, 110], dice.between(0, 1)), dice.between(0.85, 1.1));
    const seed = dice.whole(0, 9999);
    const facing = dice.pick([-1, 1]);
    const [rx, ry] = [unit * dice.between(8.5, 10.5), unit * dice.between(5, 6.5)];
    const [x, y] = [side / 2 + facing * unit * dice.between(1, 6), dice.between(0.28, 0.6) * side];
    const skin = scale(dice.pick(scales), dice.between(0.9, 1.08));
    const finColour = mix(scale(skin, 0.8), water, dice.between(0, 0.3));
    const end = x - facing * 0.86 * rx;
    const tail = tails[label](end, y, unit * dice.between(5.2, 6.6), facing);
    const eye = [x + facing * 0.6 * rx, y - 0.2 * ry] as const;
    return [
      {
        part: 'water',
        inside: () => true,
        box: everywhere,
        colour: (u, v) =>
          scale(water, 1.15 - (0.3 * v) / side + 0.03 * Math.sin((u + v) / (4 * unit) + seed)),
      },
      {
        part: 'seabed',
        ...below((u) => bed + unit * Math.sin(u / (6 * unit) + seed)),
        colour: (u, v) => scale(stone, 0.78 + 0.44 * grain(u, v, seed)),
      },
      ...weed(dice, side, unit, bed),
      {
        part: 'fin',
        ...polygon([
          [x - facing * 0.5 * rx, y - 0.7 * ry],
          [x, y - ry - unit * dice.between(2.5, 4)],
          [x + facing * 0.4 * rx, y - 0.8 * ry],
        ]),
        colour: () => finColour,
      },
      { part: 'tail', ...tail, colour: (_, v) => scale(finColour, 1 + 0.06 * Math.sin(2 * v)) },
      {
        part: 'body',
        ...ellipse(x, y, rx, ry),
        colour: (u, v) =>
          scale(skin, 1.1 - (0.25 * (v - y + ry)) / (2 * ry) + 0.06 * Math.sin(1.6 * u) * Math.sin(1.8 * v)),
      },
      {
        part: 'eye',
        ...ellipse(...eye, 1.5 * unit, 1.5 * unit),
        colour: (u, v) => (Math.hypot(u - eye[0], v - eye[1]) < 0.8 * unit ? [20, 20, 26] : [244, 244, 236]),
      },
      ...bubbles(dice, side, unit),
    ];
  },
};

function weed(dice: Dice, side: number, unit: number, bed: number): Layer[] {
  return Array.from({ length: dice.whole(0, 3) }, (): Layer => {
    const [x, height] = [dice.between(0, side), unit * dice.between(5, 12)];
    const lean = unit * dice.between(-3, 3);
    const green = scale([50, 130, 70], dice.between(0.8, 1.3));
    return {
      part: 'weed',
      ...union(
        capsule(x, bed + 2 * unit, x + lean, bed - height / 2, unit),
        capsule(x + lean, bed - height / 2, x, bed - height, 0.8 * unit),
      ),
      colour: () => green,
    };
  });
}

function bubbles(dice: Dice, side: number, unit: number): Layer[] {
  return Array.from({ length: dice.whole(1, 5) }, (): Layer => {
    const [x, y, r] = [dice.between(0, side), dice.between(0, 0.7 * side), unit * dice.between(0.9, 1.8)];
    return {
      part: 'bubbles',
      ...ellipse(x, y, r, r),
      colour: (u, v) => (Math.hypot(u - x, v - y) < 0.55 * r ? [150, 200, 214] : [214, 236, 242]),
    };
  });
}
