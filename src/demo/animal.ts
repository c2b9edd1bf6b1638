import type { Dice } from './dice.js';
import { type Colour, type Layer, mix, scale } from './paint.js';
import { capsule, ellipse, union } from './shapes.js';

/** Which way the stripes run tells the two classes apart; nothing else does. */
export type Stripes = 'vertical' | 'horizontal';

const furs: readonly Colour[] = [
  [236, 228, 212],
  [226, 200, 160],
  [205, 170, 125],
  [214, 214, 220],
  [232, 186, 130],
];
const inks: readonly Colour[] = [
  [52, 44, 46],
  [88, 58, 40],
  [60, 60, 84],
  [104, 70, 60],
];

/** An animal standing on the line y = ground; lengths for a picture of 48 pixels, times `unit`. */
export function animal(dice: Dice, stripes: Stripes, ground: number, unit: number): Layer[] {
  const size = unit * dice.between(0.85, 1.12);
  const facing = dice.pick([-1, 1]);
  const fur = scale(dice.pick(furs), dice.between(0.88, 1.05));
  const dark = mix(dice.pick(inks), fur, dice.between(0, 0.9));
  const [rx, ry] = [size * dice.between(9.5, 11.5), size * dice.between(5.6, 7)];
  const legLength = size * dice.between(6, 8.5);
  const cx = unit * dice.between(20, 28);
  const cy = ground - legLength - ry * 0.75;

  const shade = (y: number) => 1.1 - 0.3 * Math.max(0, Math.min(1, (y - cy + ry) / (2 * ry)));
  const period = size * dice.between(3.4, 4.8);
  const phase = dice.between(0, period);
  const tilt = dice.between(-0.22, 0.22);
  const share = dice.between(0.4, 0.58);
  const wobble = dice.between(0.1, 0.5) * size;
  const striped = (x: number, y: number): Colour => {
    const [along, across] = stripes === 'vertical' ? [y, x] : [x, y];
    const place = across + tilt * along + wobble * Math.sin(along / (2.2 * size)) + phase + 100 * period;
    return scale((place / period) % 1 < share ? dark : fur, shade(y));
  };
  const plain = (x: number, y: number): Colour => scale(fur, shade(y) - 0.02 * Math.sin(x));

  const body = ellipse(cx, cy, rx, ry);
  const legs = union(
    ...[-0.66, -0.36, 0.34, 0.64].map((at, i) => {
      const x = cx + at * rx;
      const foot = x + size * dice.between(-0.8, 0.8);
      return capsule(x, cy + ry * 0.5, foot, ground - (i % 2) * 0.6 * size, 1.15 * size);
    }),
  );
  const hoof = ground - 1.4 * size;
  const rump = cx - facing * rx * 0.93;
  const tailEnd = [rump - facing * size * dice.between(2, 4.5), cy + size * dice.between(0, 6)] as const;
  const tail = union(
    capsule(rump, cy - ry * 0.3, tailEnd[0], tailEnd[1], 0.7 * size),
    ellipse(tailEnd[0], tailEnd[1], 1.3 * size, 1.6 * size),
  );
  const hx = cx + facing * (rx + size * dice.between(1, 2.2));
  const hy = cy - ry * dice.between(0.65, 1);
  const muzzle = ellipse(hx + facing * 3.2 * size, hy + 1.4 * size, 2.4 * size, 1.9 * size);
  const head = union(
    ellipse(hx, hy, 4.1 * size, 3.7 * size),
    muzzle,
    ellipse(hx - facing * 2.4 * size, hy - 3.8 * size, 1.1 * size, 2 * size),
    ellipse(hx + facing * 1 * size, hy - 3.9 * size, 1.1 * size, 2 * size),
    capsule(hx - facing * size, hy + size, cx + facing * rx * 0.62, cy - ry * 0.1, 2.3 * size),
  );
  const eyeAt = [-0.6, 2].map((dx) => [hx + facing * dx * size, hy - 0.7 * size] as const);
  const eyes = union(...eyeAt.map(([x, y]) => ellipse(x, y, 0.95 * size, 1.15 * size)));

  return [
    {
      part: 'tail',
      ...tail,
      colour: (x, y) => (Math.abs(x - tailEnd[0]) < 1.4 * size && y > tailEnd[1] - size ? dark : plain(x, y)),
    },
    { part: 'legs', ...legs, colour: (x, y) => (y > hoof ? dark : scale(plain(x, y), 0.92)) },
    { part: 'body', ...body, colour: striped },
    {
      part: 'head',
      ...head,
      colour: (x, y) => (muzzle.inside(x, y) ? mix(plain(x, y), dark, 0.35) : scale(plain(x, y), 1.02)),
    },
    {
      part: 'eyes',
      ...eyes,
      colour: (x, y) =>
        eyeAt.some(([ex, ey]) => Math.hypot(x - ex + 0.3 * size, y - ey + 0.45 * size) < 0.42 * size)
          ? [255, 255, 255]
          : [24, 20, 26],
    },
  ];
}
