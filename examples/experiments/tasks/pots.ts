import type { Dice } from '../../../src/demo/dice.js';
import { type Colour, type Layer, mix, scale } from '../../../src/demo/paint.js';
import { below, ellipse, everywhere, union } from '../../../src/demo/shapes.js';
import { grain, type Task } from '../runs/picture.js';
import { rectangle } from '../runs/shapes.js';

/** 0 or 1 at a place, lengths in periods. */
const patterns: readonly ((u: number, v: number) => boolean)[] = [
  (u, v) => Math.hypot(frac(u) - 0.5, frac(v) - 0.5) < 0.33,
  (u, v) => frac(u / 2) < 0.5 !== frac(v / 2) < 0.5,
  (u, v) => frac(0.7 * (u + v)) < 0.45,
];
const frac = (x: number) => x - Math.floor(x);

const clays: readonly Colour[] = [
  [196, 104, 66],
  [214, 140, 80],
  [170, 84, 70],
  [220, 160, 110],
];
const cloths: readonly Colour[] = [
  [84, 120, 160],
  [90, 140, 140],
  [120, 120, 170],
];

/** Which pattern has the pot? The cloth that it stands on has any of them. */
export const pots: Task = {
  name: 'pots',
  classNames: ['dots', 'checks', 'slanted'],
  roles: {
    pot: 'core',
    neck: 'core',
    handles: 'core',
    wall: 'context',
    cloth: 'context',
    fruit: 'context',
    leaves: 'context',
  },
  regions: { far: 'wall', near: 'cloth' },
  draw(label, dice, side) {
    const unit = side / 48;
    const edge = side * dice.between(0.58, 0.7);
    const wall = scale(mix([200, 206, 214], [214, 204, 196], dice.between(0, 1)), dice.between(0.84, 1.06));
    const cloth = scale(dice.pick(cloths), dice.between(0.9, 1.15));
    const clay = scale(dice.pick(clays), dice.between(0.92, 1.08));
    const ink = mix([50, 36, 34], clay, dice.between(0.2, 0.85));
    const [x, r] = [dice.between(0.3, 0.7) * side, unit * dice.between(8, 10)];
    const y = edge - 0.3 * r + unit * dice.between(-1, 3);
    const seed = dice.whole(0, 9999);
    const onPot = pattern(dice, label, unit);
    const onCloth = pattern(dice, dice.whole(0, 2), 1.1 * unit);
    const light = (u: number) => 1.08 - 0.24 * Math.abs((u - x) / r - 0.2);
    const neckTop = y - r - unit * dice.between(3, 5);
    return [
      {
        part: 'wall',
        inside: () => true,
        box: everywhere,
        colour: (u, v) => scale(wall, 1 - (0.1 * v) / edge + 0.04 * grain(u, v, seed)),
      },
      {
        part: 'cloth',
        ...below((u) => edge + unit * Math.sin(u / (5 * unit) + seed)),
        colour: (u, v) => scale(cloth, (onCloth(u, v) ? 0.72 : 1.05) + 0.1 * (grain(u, v, seed + 1) - 0.5)),
      },
      ...fruit(dice, side, unit, edge),
      ...leaves(dice, x, neckTop, unit),
      {
        part: 'handles',
        ...union(
          ellipse(x - 1.05 * r, y - 0.2 * r, 0.32 * r, 0.45 * r),
          ellipse(x + 1.05 * r, y - 0.2 * r, 0.32 * r, 0.45 * r),
        ),
        colour: () => scale(clay, 0.8),
      },
      {
        part: 'neck',
        ...rectangle(x - 0.45 * r, neckTop, 0.9 * r, y - neckTop),
        colour: (u) => scale(clay, 0.92 * light(u)),
      },
      { part: 'pot', ...ellipse(x, y, r, r), colour: (u, v) => scale(onPot(u, v) ? ink : clay, light(u)) },
    ];
  },
};

function pattern(dice: Dice, kind: number, unit: number): (x: number, y: number) => boolean {
  const period = unit * dice.between(3.2, 4.4);
  const [u, v] = [dice.between(0, 9), dice.between(0, 9)];
  return (x, y) => patterns[kind](x / period + u, y / period + v);
}

function fruit(dice: Dice, side: number, unit: number, edge: number): Layer[] {
  return Array.from({ length: dice.whole(0, 3) }, (): Layer => {
    const [x, y] = [dice.between(0, side), dice.between(edge + 2 * unit, side)];
    const r = unit * dice.between(2, 3.2);
    const skin = dice.pick<Colour>([
      [210, 60, 50],
      [230, 190, 60],
      [120, 170, 60],
    ]);
    return {
      part: 'fruit',
      ...ellipse(x, y, r, r),
      colour: (u, v) => scale(skin, 1.12 - (0.16 * Math.hypot(u - x + 1, v - y + 1)) / unit / 2),
    };
  });
}

function leaves(dice: Dice, x: number, y: number, unit: number): Layer[] {
  return Array.from({ length: dice.whole(0, 3) }, (): Layer => {
    const [dx, dy] = [unit * dice.between(-5, 5), unit * dice.between(-6, 0)];
    const green = scale([80, 140, 70], dice.between(0.8, 1.2));
    return { part: 'leaves', ...ellipse(x + dx, y + dy, 1.8 * unit, 2.6 * unit), colour: () => green };
  });
}
