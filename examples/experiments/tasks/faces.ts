import type { Dice } from '../../../src/demo/dice.js';
import { type Colour, type Layer, mix, scale } from '../../../src/demo/paint.js';
import { below, ellipse, everywhere, type Shape, union } from '../../../src/demo/shapes.js';
import type { Task } from '../runs/picture.js';
import { polygon } from '../runs/shapes.js';

const skins: readonly Colour[] = [
  [236, 200, 176],
  [210, 164, 130],
  [150, 106, 80],
  [112, 78, 60],
];
const hairs: readonly Colour[] = [
  [50, 40, 36],
  [120, 80, 46],
  [196, 160, 96],
  [150, 146, 142],
];
const walls: readonly Colour[] = [
  [176, 196, 206],
  [206, 196, 176],
  [180, 200, 180],
];
const cloths: readonly Colour[] = [
  [90, 110, 150],
  [150, 90, 96],
  [96, 140, 110],
];

/** Part of a bow through (x, y): its ends lie `bend` lower than its middle. */
function bow(x: number, y: number, half: number, bend: number, thick: number): Shape {
  const middle = (u: number) => y + bend * ((u - x) / half) ** 2;
  return {
    inside: (u, v) => Math.abs(u - x) <= half && Math.abs(v - middle(u)) <= thick,
    box: [x - half, y - Math.abs(bend) - thick, x + half, y + Math.abs(bend) + thick],
  };
}

/** Does a face smile? The brows bend either way in both classes. */
export const faces: Task = {
  name: 'faces',
  classNames: ['smile', 'frown'],
  roles: {
    mouth: 'core',
    skin: 'core',
    eyes: 'core',
    brows: 'core',
    nose: 'core',
    hair: 'context',
    wall: 'context',
    pullover: 'context',
    picture: 'context',
  },
  regions: { far: 'wall', near: 'pullover' },
  draw(label, dice, side) {
    const unit = side / 48;
    const size = unit * dice.between(0.9, 1.15);
    const [x, y] = [dice.between(0.4, 0.6) * side, dice.between(0.4, 0.5) * side];
    const [rx, ry] = [size * dice.between(10, 12), size * dice.between(12.5, 14.5)];
    const skin = scale(dice.pick(skins), dice.between(0.94, 1.06));
    const dark = mix([120, 40, 44], skin, dice.between(0, 0.4));
    const hair = dice.pick(hairs);
    const wall = scale(dice.pick(walls), dice.between(0.9, 1.1));
    const bend = (label === 0 ? -1 : 1) * size * dice.between(1.8, 3.2);
    const mouthAt = [x + size * dice.between(-1, 1), y + ry * dice.between(0.42, 0.58)] as const;
    const mouth = bow(mouthAt[0], mouthAt[1] - bend / 2, size * dice.between(3.8, 5.4), bend, 1.05 * size);
    const browBend = size * dice.between(-1.4, 1.4);
    const sides = [-1, 1].map((s) => x + s * rx * 0.42);
    const eyeY = y - ry * 0.12;
    const fringe = y - ry * dice.between(0.45, 0.62);
    return [
      {
        part: 'wall',
        inside: () => true,
        box: everywhere,
        colour: (_, v) => scale(wall, 1.05 - (0.15 * v) / side),
      },
      ...painting(dice, side, unit),
      pullover(dice, x, y + 0.82 * ry, unit, side),
      {
        part: 'hair',
        ...ellipse(x, y - 0.15 * ry, 1.18 * rx, 1.1 * ry),
        colour: (u) => scale(hair, 1 + 0.12 * Math.sin(2.2 * u)),
      },
      {
        part: 'skin',
        ...ellipse(x, y, rx, ry),
        colour: (u) => scale(skin, 1.03 - 0.1 * Math.abs((u - x) / rx)),
      },
      {
        part: 'hair',
        inside: (u, v) => v < fringe && ((u - x) / rx) ** 2 + ((v - y) / ry) ** 2 <= 1.05,
        box: [x - 1.1 * rx, y - 1.1 * ry, x + 1.1 * rx, fringe],
        colour: (u) => scale(hair, 1 + 0.12 * Math.sin(2.2 * u)),
      },
      {
        part: 'brows',
        ...union(...sides.map((u) => bow(u, eyeY - 3.2 * size, 2.4 * size, browBend, 0.55 * size))),
        colour: () => scale(hair, 0.8),
      },
      {
        part: 'eyes',
        ...union(...sides.map((u) => ellipse(u, eyeY, 1.9 * size, 1.3 * size))),
        colour: (u, v) =>
          sides.some((at) => Math.hypot(u - at, v - eyeY) < size) ? [40, 50, 60] : [246, 246, 242],
      },
      {
        part: 'nose',
        ...polygon([
          [x, y - 0.1 * ry],
          [x - 1.5 * size, y + 0.25 * ry],
          [x + 1.5 * size, y + 0.25 * ry],
        ]),
        colour: () => scale(skin, 0.86),
      },
      { part: 'mouth', ...mouth, colour: () => dark },
    ];
  },
};

function pullover(dice: Dice, x: number, top: number, unit: number, side: number): Layer {
  const cloth = scale(dice.pick(cloths), dice.between(0.9, 1.15));
  const [phase, width] = [dice.between(0, 6), dice.between(0.02, 0.04) / unit];
  const shoulders = (u: number) => Math.min(top + width * (u - x) ** 2, side - 5 * unit);
  return {
    part: 'pullover',
    ...below(shoulders),
    // Knitted: rows of stitches.
    colour: (u, v) =>
      scale(cloth, 1 + 0.2 * Math.sin(1.6 * u + phase) * Math.sin(2.1 * v + Math.abs(Math.sin(0.8 * u)))),
  };
}

/** A framed picture on the wall, in some: bows of both kinds. */
function painting(dice: Dice, side: number, unit: number): Layer[] {
  if (!dice.chance(0.5)) return [];
  const [w, h] = [unit * dice.between(6, 9), unit * dice.between(6, 9)];
  const [left, top] = [dice.chance(0.5) ? unit : side - w - unit, unit * dice.between(2, 9)];
  const hill = bow(left + w / 2, top + h / 2, 0.4 * w, unit * dice.between(-2, 2), 0.8 * unit);
  const [ground, ink] = [dice.pick(cloths), dice.pick(hairs)];
  return [
    {
      part: 'picture',
      ...polygon([
        [left, top],
        [left + w, top],
        [left + w, top + h],
        [left, top + h],
      ]),
      colour: (u, v) => (hill.inside(u, v) ? ink : scale(ground, 1.3)),
    },
  ];
}
