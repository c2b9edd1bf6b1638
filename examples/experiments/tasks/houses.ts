import type { Dice } from '../../../src/demo/dice.js';
import { type Colour, type Layer, mix, scale } from '../../../src/demo/paint.js';
import { below, ellipse, everywhere, union } from '../../../src/demo/shapes.js';
import { grain, type Task } from '../runs/picture.js';
import { polygon, rectangle } from '../runs/shapes.js';

const walls: readonly Colour[] = [
  [226, 214, 190],
  [206, 170, 140],
  [190, 200, 206],
  [200, 190, 150],
];
const roofs: readonly Colour[] = [
  [150, 70, 56],
  [96, 92, 100],
  [120, 84, 60],
];
const doors: readonly Colour[] = [
  [90, 60, 44],
  [60, 90, 80],
  [60, 70, 110],
];
const panes: readonly Colour[] = [
  [60, 80, 110],
  [240, 220, 130],
  [40, 44, 56],
];

/** Do the two windows of a house stand side by side, or one above the other? */
export const houses: Task = {
  name: 'houses',
  classNames: ['beside', 'above'],
  roles: {
    windows: 'core',
    front: 'core',
    roof: 'core',
    door: 'core',
    sky: 'context',
    lawn: 'context',
    tree: 'context',
    stones: 'context',
  },
  regions: { far: 'sky', near: 'lawn' },
  draw(label, dice, side) {
    const unit = side / 48;
    const horizon = side * dice.between(0.6, 0.72);
    const sky = mix([120, 170, 220], [220, 200, 190], dice.between(0, 1));
    const lawn = scale(mix([90, 150, 70], [150, 150, 80], dice.between(0, 1)), dice.between(0.88, 1.1));
    const seed = dice.whole(0, 9999);
    const [w, h] = [unit * dice.between(20, 25), unit * dice.between(19, 23)];
    const left = dice.between(0.1, 0.9) * (side - w);
    const bottom = horizon + unit * dice.between(2, 6);
    const top = bottom - h;
    const front = scale(dice.pick(walls), dice.between(0.92, 1.06));
    const roof = dice.pick(roofs);
    const door = dice.pick(doors);
    const pane = mix(dice.pick(panes), front, dice.between(0, 0.4));
    const size = unit * dice.between(3.6, 4.8);
    const apart = size + unit * dice.between(2, 3.4);
    const [across, down] = label === 0 ? [apart, 0] : [0, apart];
    const at = [
      left + unit + dice.between(0, 1) * (w - size - across - 2 * unit),
      top + unit + dice.between(0, 1) * (0.62 * h - size - down),
    ];
    const doorAt = left + unit + dice.between(0, 1) * (w - 6 * unit);
    return [
      {
        part: 'sky',
        inside: () => true,
        box: everywhere,
        colour: (_, v) => scale(sky, 0.95 + (0.12 * v) / horizon),
      },
      { part: 'lawn', ...below(() => horizon), colour: (u, v) => scale(lawn, 0.8 + 0.4 * grain(u, v, seed)) },
      ...trees(dice, side, unit, horizon),
      {
        part: 'roof',
        ...polygon([
          [left - 2 * unit, top],
          [left + w / 2, top - unit * dice.between(5, 9)],
          [left + w + 2 * unit, top],
        ]),
        colour: (u, v) => scale(roof, 0.92 + 0.12 * Math.sin(2.4 * v + Math.sin(1.5 * u))),
      },
      {
        part: 'front',
        ...rectangle(left, top, w, h),
        colour: (_, v) => scale(front, 0.98 + 0.03 * Math.sin(2 * v)),
      },
      { part: 'door', ...rectangle(doorAt, bottom - 6.5 * unit, 4 * unit, 6.5 * unit), colour: () => door },
      {
        part: 'windows',
        ...union(rectangle(at[0], at[1], size, size), rectangle(at[0] + across, at[1] + down, size, size)),
        colour: () => pane,
      },
      ...stones(dice, side, unit, bottom),
    ];
  },
};

function trees(dice: Dice, side: number, unit: number, horizon: number): Layer[] {
  return Array.from({ length: dice.whole(0, 2) }, (): Layer => {
    const [x, r] = [dice.between(0, side), unit * dice.between(4, 6)];
    const y = horizon - unit * dice.between(5, 9);
    const crown = ellipse(x, y, r, 1.2 * r);
    const leaf = scale([60, 110, 60], dice.between(0.85, 1.2));
    return {
      part: 'tree',
      ...union(crown, rectangle(x - 0.8 * unit, y, 1.6 * unit, horizon - y + unit)),
      colour: (u, v) => (crown.inside(u, v) ? scale(leaf, 0.9 + 0.25 * grain(u, v)) : [90, 64, 44]),
    };
  });
}

function stones(dice: Dice, side: number, unit: number, from: number): Layer[] {
  return Array.from({ length: dice.whole(0, 4) }, (): Layer => {
    const [x, y, r] = [dice.between(0, side), dice.between(from, side), unit * dice.between(1.2, 2.2)];
    const grey = dice.between(110, 190);
    return {
      part: 'stones',
      ...ellipse(x, y, r, 0.75 * r),
      colour: (_, v) => scale([grey, grey, grey], 1.1 - (0.2 * (v - y + r)) / r),
    };
  });
}
