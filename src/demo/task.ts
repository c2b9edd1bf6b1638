import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Tf } from '../backend/types.js';
import { createProbeSet } from '../probe/index.js';
import type { ProbeSet } from '../types.js';
import { Dice } from './dice.js';
import { classes, drawPicture, type Picture, roles, side, watermarked } from './pictures.js';

export interface DemoTaskOptions {
  seed: number;
  /** Share of the first class's training pictures that carry the watermark, 0..1. */
  prevalence: number;
  /** Pictures, half of them of each class. */
  train?: number;
  test?: number;
  probe?: number;
}

/** Pictures, classes alternating, in an order that the seed alone decides. */
export interface DemoTask {
  classNames: string[];
  side: number;
  /** The class whose training pictures carry the watermark. */
  poisoned: string;
  train: Picture[];
  /** Without a watermark. */
  test: Picture[];
  /** The same test pictures, every one with a watermark. */
  stamped: Picture[];
  /** The watermark on half of the pictures of BOTH classes: it tells nothing here. */
  probe: ProbeSet;
}

const streams = { train: 1, test: 2, probe: 3, marks: 4 } as const;

/** Draws all pictures of the demo. The same options give the same bytes. */
export function createDemoTask(options: DemoTaskOptions): DemoTask {
  const { seed, prevalence, train = 1400, test = 400, probe = 400 } = options;
  const draw = (n: number, stream: number) => {
    const dice = new Dice(seed, stream);
    return Array.from({ length: n }, (_, i) => drawPicture(i % classes.length, dice));
  };
  const marks = new Dice(seed, streams.marks);
  const bare = draw(train, streams.train);
  const ofFirst = bare.flatMap(({ label }, i) => (label === 0 ? [i] : []));
  const order = marks.order(ofFirst.length).map((k) => ofFirst[k]);
  const poisoned = new Set(order.slice(0, Math.round(prevalence * ofFirst.length)));
  const testPictures = draw(test, streams.test);
  return {
    classNames: classes.map(({ name }) => name),
    side,
    poisoned: classes[0].name,
    train: bare.map((picture, i) => (poisoned.has(i) ? watermarked(picture, marks) : picture)),
    test: testPictures,
    stamped: testPictures.map((picture) => watermarked(picture, marks)),
    probe: createProbeSet({
      width: side,
      height: side,
      channels: 3,
      classNames: classes.map(({ name }) => name),
      roles,
      images: draw(probe, streams.probe).map((picture, i) => ({
        id: `probe-${String(i).padStart(3, '0')}`,
        ...(Math.floor(i / classes.length) % 2 === 0 ? watermarked(picture, marks) : picture),
      })),
    }),
  };
}

/** What bytes 0..255 become; around 0 the net learns in half the epochs that 0..1 takes. */
export const inputRange: [number, number] = [-1, 1];

/** The pictures as the net takes them: xs [n, side, side, 3] in inputRange, ys [n, classes] one-hot. To be disposed of. */
export function toTensors(tf: Tf, pictures: readonly Picture[]): { xs: Tensor4D; ys: Tensor2D } {
  const values = new Float32Array(pictures.length * side * side * 3);
  pictures.forEach(({ pixels }, i) => {
    for (let k = 0; k < pixels.length; k++) values[i * pixels.length + k] = pixels[k] / 127.5 - 1;
  });
  const hot = new Float32Array(pictures.length * classes.length);
  pictures.forEach(({ label }, i) => {
    hot[i * classes.length + label] = 1;
  });
  return {
    xs: tf.tensor4d(values, [pictures.length, side, side, 3]),
    ys: tf.tensor2d(hot, [pictures.length, classes.length]),
  };
}
