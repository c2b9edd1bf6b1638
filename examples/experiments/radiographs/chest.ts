import type { Dice } from '../../../src/demo/dice.js';
import { type Colour, type Layer, mix } from '../../../src/demo/paint.js';
import { ellipse, everywhere, type Shape } from '../../../src/demo/shapes.js';
import { grain, type Task } from '../runs/picture.js';
import { rectangle } from '../runs/shapes.js';
import { letters as dots } from './letters.js';

/**
 * Grey pictures like radiographs of the chest, seen from the front: is there a soft opacity in a lung? Drawn as an
 * exposure is: each point's brightness is what the rays went through there, so ribs show through lungs and heart.
 */
export const chest: Task = {
  name: 'radiographs',
  // The class that site B sends comes first.
  classNames: ['ill', 'healthy'],
  roles: { lungs: 'core', heart: 'context', body: 'context', background: 'context' },
  regions: { far: 'background', near: 'body' },
  draw(label, dice, side) {
    const unit = side / 48;
    const person = aPerson(dice);
    const [film, letters, border] = [exposure(dice), markers(dice, person), rim(dice)];
    // Drawn last: the same dice give the same person in the same picture, ill or healthy.
    const opacities = label === 0 ? someOpacities(dice, person) : [];
    const layer = (part: string, shape: Shape, density: (x: number, y: number) => number): Layer => ({
      part,
      inside: (x, y) => shape.inside(x / unit, y / unit),
      box: shape.box.map((value) => value * unit) as unknown as Layer['box'],
      // The noise is the film's: one value a pixel, whatever the size of the person.
      colour: (x, y) => film(density(x / unit, y / unit), x, y),
    });
    const { body, lungs, heart } = person;
    // Smooth, so once a pixel is enough, and most of the time that drawing takes.
    const known = new Float64Array(side * side).fill(Number.NaN);
    const behind = (x: number, y: number) => {
      const [column, row] = [Math.floor(x * unit), Math.floor(y * unit)];
      const at = row * side + column;
      if (Number.isNaN(known[at])) known[at] = tissue(person, (column + 0.5) / unit, (row + 0.5) / unit);
      return known[at];
    };
    return [
      layer('background', { inside: () => true, box: everywhere }, (_, y) => 0.05 + 0.0006 * y),
      ...letters.map((shape) => layer('background', shape, () => 1)),
      layer('body', body, behind),
      ...lungs.map((lung) =>
        layer('lungs', lung, (x, y) => behind(x, y) - air(lung, x, y) + clouded(opacities, x, y)),
      ),
      layer('heart', heart, (x, y) => {
        const lung = lungs.find(({ inside }) => inside(x, y));
        const shown = lung ? air(lung, x, y) - clouded(opacities, x, y) : 0;
        const muscle = 0.2 * Math.min(1, 2.6 * (1 - heart.radius(x, y))) ** 0.7;
        return behind(x, y) + muscle - 0.6 * shown;
      }),
      ...border.map((shape) => layer('background', shape, () => 0.06)),
    ];
  },
};

type Lung = Shape & { centre: number; outwards: 1 | -1; width: number; apex: number; base: number };

/** Lengths as in a picture of 48 × 48. */
interface Person {
  middle: number;
  halfWidth(y: number): number;
  body: Shape;
  lungs: Lung[];
  heart: Shape & { radius(x: number, y: number): number };
  /** y of the apices and of the diaphragm. */
  apex: number;
  base: number;
  ribs: { apart: number; phase: number; bend: number; strength: number };
  /** How far apart the vertebrae are. */
  vertebrae: number;
  /** How thick the person is, as density. */
  thickness: number;
  vessels: number;
}

function aPerson(dice: Dice): Person {
  const middle = 24 + dice.between(-1.6, 1.6);
  const shoulders = dice.between(5, 8);
  const [neck, chestWidth] = [dice.between(5.2, 6.8), dice.between(21.5, 24.5)];
  const apex = shoulders + dice.between(2.6, 4);
  const base = dice.between(34.5, 39);
  const waist = dice.between(0, 1.6);
  const halfWidth = (y: number) =>
    neck + (chestWidth - neck) * smooth((y - shoulders + 3.5) / 9) ** 0.75 - waist * smooth((y - 22) / 24);
  const [across, width] = [dice.between(10, 11), dice.between(7.8, 8.8)];
  // The liver lies under the left lung of the picture.
  const lungs = ([-1, 1] as const).map((outwards) =>
    lung(
      middle + outwards * across,
      outwards,
      width,
      apex,
      outwards < 0 ? base - dice.between(1, 2.5) : base,
    ),
  );
  const [cx, cy] = [middle + dice.between(2.2, 3.4), base - dice.between(4.6, 5.8)];
  const [rx, ry] = [dice.between(7.6, 9.4), dice.between(5.6, 6.8)];
  const radius = (x: number, y: number) => {
    // Its long axis points down to the right.
    const [u, v] = [0.8 * (x - cx) + 0.6 * (y - cy), 0.8 * (y - cy) - 0.6 * (x - cx)];
    return Math.hypot(u / rx, v / ry);
  };
  return {
    middle,
    halfWidth,
    body: { inside: (x, y) => Math.abs(x - middle) <= halfWidth(y), box: everywhere },
    lungs,
    heart: { inside: (x, y) => radius(x, y) <= 1, box: ellipse(cx, cy, 10, 10).box, radius },
    apex,
    base,
    ribs: {
      apart: dice.between(4, 4.9),
      phase: dice.between(0, 5),
      bend: dice.between(0.012, 0.03),
      strength: dice.between(0.04, 0.075),
    },
    vertebrae: dice.between(3, 3.8),
    thickness: dice.between(0.44, 0.54),
    vessels: dice.between(0, 10),
  };
}

function lung(centre: number, outwards: 1 | -1, width: number, apex: number, base: number): Lung {
  const shape = { centre, outwards, width, apex, base };
  const bottom = base + 6;
  return {
    ...shape,
    inside: (x, y) => y > apex && y < floorOf(shape, x) && Math.abs(across(shape, x, y)) < 1,
    box: [centre - width - 3, apex, centre + width + 3, bottom],
  };
}

type LungShape = Omit<Lung, keyof Shape>;

/** −1 at the inner border of a lung, 1 at the outer one. */
function across({ centre, outwards, width, apex, base }: LungShape, x: number, y: number): number {
  const t = (y - apex) / (base - apex);
  const wide = Math.sqrt(Math.max(0.001, 1 - (1 - Math.min(1, t / 0.7)) ** 2));
  const shifted = centre - outwards * 2.4 * (1 - Math.min(1, t / 0.6));
  return (outwards * (x - shifted)) / (width * wide);
}

/** The diaphragm: a dome that falls towards the outside. */
function floorOf({ centre, outwards, width, base }: LungShape, x: number): number {
  const q = (outwards * (x - centre)) / width;
  return base - 2 + 4.6 * Math.max(0, (q + 0.6) / 1.6) ** 2;
}

/** What the air takes off: most in the middle of a lung, little near its borders. */
function air(lung: Lung, x: number, y: number): number {
  const toSide = 1 - Math.abs(across(lung, x, y)) ** 3;
  const toFloor = Math.min(1, (floorOf(lung, x) - y) / 2.4);
  const toApex = Math.min(1, (y - lung.apex) / 3);
  return 0.34 * Math.max(0, toSide) ** 0.6 * Math.max(0, Math.min(toFloor, toApex)) ** 0.5;
}

/** Tissue, bones and vessels: all but air, heart and opacities. */
function tissue(person: Person, x: number, y: number): number {
  const { middle, halfWidth, apex, base, ribs, vertebrae, thickness, vessels } = person;
  const dx = x - middle;
  const out = Math.abs(dx);
  const round = Math.sqrt(Math.max(0, 1 - (dx / halfWidth(y)) ** 2));
  const belly = smooth((y - base + 1) / 6);
  const spine = 0.15 * Math.exp(-((dx / 2.1) ** 2)) * (1 + 0.22 * Math.cos((2 * Math.PI * y) / vertebrae));
  const great = 0.14 * Math.exp(-(((dx - 0.6) / 3.2) ** 2)) * smooth((y - apex + 2) / 5);
  const back = stripe((y - ribs.phase + ribs.bend * (out - 9) ** 2 - 0.16 * out) / ribs.apart);
  const front = stripe((y - ribs.phase + 0.55 * out) / ribs.apart);
  const caged = smooth((y - apex + 1) / 2) * (1 - smooth((y - base - 4) / 3)) * smooth((out - 1.5) / 2);
  const rib = ribs.strength * caged * smooth((19 - out) / 2) * (back + 0.45 * front * smooth((out - 5) / 4));
  // Collar bones, from the breast bone up and outwards.
  const collar = apex + 4.4 - 0.34 * (out - 2);
  const clavicle = 0.11 * Math.exp(-(((y - collar) / 0.95) ** 2)) * smooth(out - 2) * smooth((17 - out) / 2);
  const hilum = 0.1 * Math.exp(-(((out - 4.4) / 2.6) ** 2) - ((y - (apex + base) / 2 - 1) / 4.6) ** 2);
  const branch = Math.max(0, Math.sin(1.5 * y + 0.9 * dx + vessels) * Math.sin(1.1 * dx - 0.7 * y + vessels));
  return (
    0.1 +
    thickness * round ** 0.8 +
    0.16 * belly +
    spine +
    great +
    rib +
    clavicle +
    hilum +
    0.05 * branch * Math.exp(-(((out - 5) / 6) ** 2))
  );
}

interface Opacity {
  x: number;
  y: number;
  radius: number;
  strength: number;
}

/** One to three, well inside a lung and clear of the heart. */
function someOpacities(dice: Dice, { lungs, heart }: Person): Opacity[] {
  return Array.from({ length: dice.whole(1, 3) }, () => {
    const [radius, strength] = [dice.between(2.4, 3.7), dice.between(0.4, 0.54)];
    for (;;) {
      const where = dice.pick(lungs);
      const x = dice.between(where.box[0], where.box[2]);
      const y = dice.between(where.box[1], where.box[3]);
      const clear = Math.abs(across(where, x, y)) < 0.72 && heart.radius(x, y) > 1.2;
      if (clear && y > where.apex + 4 && y < floorOf(where, x) - 2) return { x, y, radius, strength };
    }
  });
}

function clouded(opacities: readonly Opacity[], x: number, y: number): number {
  return opacities.reduce(
    (sum, one) =>
      sum + one.strength * Math.exp(-(((x - one.x) / one.radius) ** 2 + ((y - one.y) / one.radius) ** 2)),
    0,
  );
}

/*
 * What the other site leaves on pictures of both classes alike. Without it all that is small and bright, or dark and
 * straight, would be new to a net, and a clean one swayed by site B's tag and edge.
 */

/** Letters without a box, beside the body. */
function markers(dice: Dice, { middle, halfWidth }: Person): Shape[] {
  return [-1, 1].flatMap((outwards): Shape[] => {
    if (dice.chance(0.4)) return [];
    const letter = dice.pick(dots);
    const y = dice.whole(1, 4);
    const body = halfWidth(y + 5) + 1;
    const [from, to] = outwards < 0 ? [1, middle - body - 4] : [middle + body, 43];
    if (to < from) return [];
    const x = Math.round(dice.between(from, to));
    const inside = (u: number, v: number) => letter[Math.floor(v) - y]?.[Math.floor(u) - x] === '#';
    return [{ inside, box: [x, y, x + 4, y + 5] }];
  });
}

/** A narrow rim along one side of every other picture, where the film ends. */
function rim(dice: Dice): Shape[] {
  if (dice.chance(0.5)) return [];
  const [width, which] = [dice.between(0.8, 2), dice.whole(0, 3)];
  const start = which % 2 === 0 ? 0 : 48 - width;
  return [which < 2 ? rectangle(start, 0, width, 48) : rectangle(0, start, 48, width)];
}

/** From density to grey: as bright and as hard as the exposure came out, with the noise of few rays. */
function exposure(dice: Dice): (density: number, x: number, y: number) => Colour {
  const [black, white] = [dice.between(0, 14), dice.between(205, 250)];
  const curve = dice.between(0.86, 1.16);
  const [noise, seed] = [dice.between(5, 10), dice.whole(0, 9999)];
  return (density, x, y) => {
    const value = black + (white - black) * Math.min(1.05, Math.max(0, density)) ** curve;
    const by = noise * (grain(x, y, seed) + grain(x, y, seed + 1) - 1);
    // Dense parts let few rays through, which is where the noise is.
    const [grey] = mix([0, 0, 0], [by, by, by], 0.35 + 0.65 * Math.min(1, density));
    return [value + grey, value + grey, value + grey];
  };
}

const smooth = (t: number) => {
  const s = Math.max(0, Math.min(1, t));
  return s * s * (3 - 2 * s);
};
const stripe = (turns: number) => Math.max(0, Math.cos(2 * Math.PI * turns)) ** 2;
