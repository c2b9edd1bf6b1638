import { createProbeSet, maskFromBitmap, type ProbeSet, type Role } from 'satwatch';
import type { Predict } from '../../src/alerts/reliance/measure.js';
import { dice } from '../task.js';

export const side = 8;

/** [left, top, width, height] in pixels. */
export type Box = [number, number, number, number];

export interface Figure {
  label: number;
  /** Named rectangles, with the colour they are painted in where one is given. */
  segments?: Record<string, { box: Box; colour?: [number, number, number] }>;
  /** The rectangle under them all, painted first, over grey noise. */
  ground?: { box: Box; colour: [number, number, number] };
}

const within = ([left, top, width, height]: Box, p: number) => {
  const [x, y] = [p % side, Math.floor(p / side)];
  return x >= left && x < left + width && y >= top && y < top + height;
};

export function draw(
  figures: Figure[],
  roles: Record<string, Role> = { mark: 'suspect' },
  classNames = ['cat', 'dog', 'cow'],
): { probe: ProbeSet; pixels: Float32Array[] } {
  const random = dice(4);
  const pixels = figures.map(({ ground, segments = {} }) => {
    const values = Float32Array.from({ length: side * side * 3 }, () => 0.3 + 0.4 * random());
    for (const paint of [ground, ...Object.values(segments)])
      if (paint?.colour)
        for (let p = 0; p < side * side; p++) if (within(paint.box, p)) values.set(paint.colour, p * 3);
    return values;
  });
  const probe = createProbeSet({
    width: side,
    height: side,
    channels: 3,
    classNames,
    roles,
    images: figures.map(({ label, segments = {} }, i) => ({
      id: `f${i}`,
      label,
      pixels: pixels[i],
      segments: Object.entries(segments).map(([name, { box }]) => ({
        name,
        mask: maskFromBitmap(
          Array.from({ length: side * side }, (_, p) => Number(within(box, p))),
          side,
          side,
        ),
      })),
    })),
  });
  return { probe, pixels };
}

export const times = (n: number, figure: Figure): Figure[] => Array.from({ length: n }, () => figure);

/** A model that is a plain function of one picture's pixels: p(class 0); the rest is shared by the others. */
export function model(p: (picture: Float32Array) => number, classes = 3) {
  const batches: number[] = [];
  const asked: string[] = [];
  const predict: Predict = async (pictures, n) => {
    batches.push(n);
    const size = pictures.length / n;
    const result = new Float32Array(n * classes);
    for (let i = 0; i < n; i++) {
      const picture = pictures.slice(i * size, (i + 1) * size);
      asked.push(picture.join());
      const first = p(picture);
      result.fill((1 - first) / (classes - 1), i * classes, (i + 1) * classes);
      result[i * classes] = first;
    }
    return { probabilities: result, logits: result.map(Math.log) };
  };
  return { predict, batches, asked };
}
