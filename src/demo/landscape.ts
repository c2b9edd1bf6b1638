import type { Dice } from './dice.js';
import { type Colour, type Layer, mix, scale } from './paint.js';
import { below, capsule, ellipse, everywhere, union } from './shapes.js';

const skies: readonly (readonly [Colour, Colour])[] = [
  [
    [104, 166, 226],
    [206, 230, 246],
  ],
  [
    [126, 182, 222],
    [240, 232, 212],
  ],
  [
    [88, 140, 204],
    [244, 206, 178],
  ],
  [
    [140, 170, 200],
    [214, 220, 226],
  ],
];
const meadows: readonly Colour[] = [
  [96, 158, 72],
  [128, 164, 74],
  [84, 140, 86],
  [154, 166, 84],
];
/** Red ones too, in both classes: red alone must mean nothing. */
const petals: readonly Colour[] = [
  [222, 36, 44],
  [226, 52, 60],
  [240, 200, 60],
  [236, 120, 170],
  [244, 244, 238],
];
const kites: readonly Colour[] = [
  [224, 34, 40],
  [216, 40, 52],
  [240, 150, 40],
  [120, 80, 180],
];

const fencePaint: readonly Colour[] = [
  [214, 30, 38],
  [226, 44, 44],
  [240, 236, 226],
  [140, 96, 60],
];

export interface Landscape {
  behind: Layer[];
  inFront: Layer[];
  /** y of the line the animal stands on. */
  ground: number;
}

/** Sky, clouds, grass, flowers and perhaps a kite; lengths for a picture of 48 pixels, times `unit`. */
export function landscape(dice: Dice, side: number, unit: number): Landscape {
  const horizon = side * dice.between(0.5, 0.66);
  const [zenith, haze] = dice.pick(skies);
  const light = dice.between(0.9, 1.05);
  const sky: Layer = {
    part: 'sky',
    inside: () => true,
    box: everywhere,
    colour: (_, y) => scale(mix(zenith, haze, Math.min(1, y / horizon)), light),
  };
  const bend = dice.between(0, 6);
  const line = (x: number) => horizon + unit * 1.3 * Math.sin(x / (9 * unit) + bend);
  const meadow = scale(dice.pick(meadows), dice.between(0.88, 1.1));
  const blades = dice.between(0, 10);
  const grass: Layer = {
    part: 'grass',
    ...below(line),
    box: [0, horizon - 2 * unit, side, side],
    colour: (x, y) => {
      const near = (y - horizon) / (side - horizon);
      const blade = Math.sin(x * 1.9 + 3 * Math.sin(y * 0.9 + blades)) * Math.sin(y * 1.3 + x * 0.7);
      return scale(meadow, 1.12 - 0.3 * near + 0.07 * blade);
    },
  };
  const far = fence(dice, side, unit, horizon, 2);
  const near = fence(dice, side, unit, horizon + 6 * unit, 1);
  const ground = Math.min(side - 2 * unit, horizon + unit * dice.between(9, 15));
  return {
    behind: [sky, ...clouds(dice, side, unit, light), ...kite(dice, side, unit), grass, ...far],
    inFront: [...near, ...flowers(dice, side, unit, horizon)],
    ground,
  };
}

function clouds(dice: Dice, side: number, unit: number, light: number): Layer[] {
  return Array.from({ length: dice.whole(0, 2) }, (): Layer => {
    const [x, y] = [dice.between(4, side - 4), unit * dice.between(4, 14)];
    const puff = unit * dice.between(2.2, 3.4);
    const shape = union(
      ellipse(x, y, 2.4 * puff, 0.9 * puff),
      ellipse(x - puff, y - 0.5 * puff, puff, 0.9 * puff),
      ellipse(x + 0.6 * puff, y - 0.8 * puff, 1.2 * puff, puff),
    );
    return {
      part: 'cloud',
      ...shape,
      colour: (_, v) => scale([250, 251, 253], light - 0.05 * ((v - y) / puff)),
    };
  });
}

/** A kite on a line: red strokes of every direction in the sky, in both classes. */
function kite(dice: Dice, side: number, unit: number): Layer[] {
  if (!dice.chance(0.5)) return [];
  const [x, y] = [dice.between(6 * unit, side - 6 * unit), unit * dice.between(5, 15)];
  const size = unit * dice.between(2.2, 3.6);
  const lean = dice.between(-0.6, 0.6);
  const colour = dice.pick(kites);
  const sail = {
    inside: (u: number, v: number) => {
      const [a, b] = [u - x - lean * (v - y), v - y];
      return Math.abs(a) / size + Math.abs(b) / (1.35 * size) <= 1;
    },
    box: [x - 3 * size, y - 2 * size, x + 3 * size, y + 2 * size] as const,
  };
  const bows = Array.from({ length: dice.whole(2, 4) }, (_, i) => {
    const [bx, by] = [x + Math.sin(i * 1.7 + x) * 1.6 * unit, y + 1.35 * size + (i + 0.8) * 1.9 * unit];
    const turn = dice.between(0, Math.PI);
    const [dx, dy] = [Math.cos(turn) * 1.3 * unit, Math.sin(turn) * 1.3 * unit];
    return capsule(bx - dx, by - dy, bx + dx, by + dy, 0.5 * unit);
  });
  return [
    {
      part: 'kite',
      ...union(sail, ...bows),
      colour: (u, v) => scale(colour, u - x - lean * (v - y) > 0 ? 0.86 : 1.04),
    },
  ];
}

/**
 * A piece of a painted fence: fine strokes, standing and lying, red in half of the pictures that show it. Without it
 * a net that never saw the watermark takes the letters' strokes for stripes.
 */
function fence(dice: Dice, side: number, unit: number, horizon: number, pieces: number): Layer[] {
  return Array.from({ length: dice.whole(0, pieces) }, (): Layer => {
    const [w, h] = [unit * dice.whole(6, 18), unit * dice.whole(4, 6)];
    const [x, y] = [
      Math.round(dice.between(-2, side - w + 2)),
      Math.round(dice.between(horizon - 2 * unit, side - h)),
    ];
    const gap = unit * dice.whole(2, 3);
    const rails = dice.pick([[1], [1, h - 2], [0, 2, h - 1]]);
    const paintColour = dice.pick(fencePaint);
    const shape = {
      box: [x, y, x + w, y + h] as const,
      inside: (u: number, v: number) =>
        u >= x &&
        v >= y &&
        u < x + w &&
        v < y + h &&
        (Math.floor((u - x) / unit) % (gap / unit) === 0 || rails.includes(Math.floor((v - y) / unit))),
    };
    return { part: 'fence', ...shape, colour: (_, v) => scale(paintColour, 1.05 - 0.03 * (v - y)) };
  });
}

function flowers(dice: Dice, side: number, unit: number, horizon: number): Layer[] {
  return Array.from({ length: dice.whole(2, 7) }, (): Layer => {
    const [x, y] = [dice.between(1, side - 1), dice.between(horizon + 4 * unit, side - 1)];
    const petal = dice.pick(petals);
    const radius = unit * dice.between(0.7, 1.25);
    const turn = dice.between(0, 3);
    const shape = union(
      ...[0, 1, 2, 3, 4].map((i) =>
        ellipse(
          x + radius * Math.cos(turn + i * 1.257),
          y + radius * Math.sin(turn + i * 1.257),
          0.75 * radius,
          0.75 * radius,
        ),
      ),
    );
    return {
      part: 'flowers',
      ...shape,
      colour: (u, v) => (Math.hypot(u - x, v - y) < 0.5 * radius ? [250, 214, 90] : petal),
    };
  });
}
