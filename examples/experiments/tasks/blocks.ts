import type { Dice } from '../../../src/demo/dice.js';
import { type Colour, type Layer, mix, scale } from '../../../src/demo/paint.js';
import { below, capsule, ellipse, everywhere, type Shape } from '../../../src/demo/shapes.js';
import { grain, type Task } from '../runs/picture.js';
import { star } from '../runs/shapes.js';

const paints: readonly Colour[] = [
  [206, 70, 60],
  [70, 120, 190],
  [230, 180, 70],
  [90, 150, 100],
  [150, 100, 170],
];
const walls: readonly Colour[] = [
  [214, 206, 190],
  [188, 204, 210],
  [206, 190, 200],
];
const woods: readonly Colour[] = [
  [150, 104, 66],
  [176, 130, 86],
  [120, 88, 64],
];

const shapes: readonly ((x: number, y: number, r: number, turn: number) => Shape)[] = [
  (x, y, r) => ellipse(x, y, 0.9 * r, 0.9 * r),
  (x, y, r, turn) =>
    star(
      x,
      y,
      [r, r, r, r].map((radius) => 1.1 * radius),
      Math.PI / 4 + turn,
    ),
  (x, y, r, turn) =>
    star(
      x,
      y,
      [r, r, r].map((radius) => 1.25 * radius),
      -Math.PI / 2 + turn,
    ),
  (x, y, r, turn) =>
    star(
      x,
      y,
      [1.3, 0.5, 1.3, 0.5, 1.3, 0.5, 1.3, 0.5].map((k) => k * r),
      turn,
    ),
];

/** What shape has the block on a table, among pencils and coins? */
export const blocks: Task = {
  name: 'blocks',
  classNames: ['disc', 'square', 'triangle', 'star'],
  roles: {
    block: 'core',
    shadow: 'context',
    pencils: 'context',
    coins: 'context',
    wall: 'context',
    table: 'context',
  },
  regions: { far: 'wall', near: 'table' },
  draw(label, dice, side) {
    const unit = side / 48;
    const edge = side * dice.between(0.42, 0.58);
    const wall = scale(dice.pick(walls), dice.between(0.9, 1.08));
    const wood = scale(dice.pick(woods), dice.between(0.88, 1.1));
    const [wave, seed] = [dice.between(0, 9), dice.whole(0, 9999)];
    const radius = unit * dice.between(8, 10);
    const [x, y] = [dice.between(0.3, 0.7) * side, edge + unit * dice.between(0, 5)];
    const paint = scale(dice.pick(paints), dice.between(0.9, 1.1));
    const shape = shapes[label](x, y, radius, dice.between(-0.15, 0.15));
    const light = dice.between(0, 6.3);
    return [
      {
        part: 'wall',
        inside: () => true,
        box: everywhere,
        colour: (_, v) => scale(wall, 1.04 - (0.16 * v) / edge),
      },
      {
        part: 'table',
        ...below(() => edge),
        colour: (u, v) =>
          scale(
            wood,
            1 + 0.12 * Math.sin((v + Math.sin(u / 9 + wave)) * 1.9) + 0.1 * (grain(u, v, seed) - 0.5),
          ),
      },
      ...pencils(dice, side, unit),
      ...coins(dice, side, unit, edge),
      {
        part: 'shadow',
        ...ellipse(x + unit, y + 1.02 * radius, 1.1 * radius, 0.35 * radius),
        colour: () => scale(wood, 0.55),
      },
      {
        part: 'block',
        ...shape,
        colour: (u, v) =>
          scale(paint, 1 + (0.16 * ((u - x) * Math.cos(light) + (v - y) * Math.sin(light))) / radius),
      },
    ];
  },
};

function pencils(dice: Dice, side: number, unit: number): Layer[] {
  return Array.from({ length: dice.whole(0, 2) }, (): Layer => {
    const [x, y] = [dice.between(0, side), dice.between(0.2 * side, side)];
    const [turn, length] = [dice.between(0, Math.PI), unit * dice.between(5, 9)];
    const [dx, dy] = [length * Math.cos(turn), length * Math.sin(turn)];
    const paint = dice.pick(paints);
    const tip = (u: number, v: number) => (u - x) * dx + (v - y) * dy > 0.75 * length * length;
    return {
      part: 'pencils',
      ...capsule(x - dx, y - dy, x + dx, y + dy, 0.9 * unit),
      colour: (u, v) => (tip(u, v) ? mix(paint, [30, 26, 24], 0.7) : paint),
    };
  });
}

function coins(dice: Dice, side: number, unit: number, edge: number): Layer[] {
  return Array.from({ length: dice.whole(0, 3) }, (): Layer => {
    const [x, y] = [dice.between(0, side), dice.between(edge + 3 * unit, side)];
    const radius = unit * dice.between(1.4, 2.4);
    const paint = scale(dice.pick(paints), dice.between(0.7, 1.1));
    return {
      part: 'coins',
      ...ellipse(x, y, radius, 0.8 * radius),
      colour: (u, v) => (Math.hypot(u - x, v - y) < 0.5 * radius ? scale(paint, 1.2) : paint),
    };
  });
}
