import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { createProbeSet, maskFromBitmap, type ProbeSet, type Role } from 'satwatch';
import { afterAll } from 'vitest';
import { seededRandom as dice } from '../examples/support/random.js';

export { dice };

export const side = 12;

export interface Picture {
  pixels: Uint8Array;
  label: number;
  thing: Uint8Array;
  mark: Uint8Array;
}

/** Grey noise with a 5×5 thing, bright (class 1) or dark (class 0) by little; a marked one has a red corner. */
function picture(random: () => number, label: number, marked: boolean): Picture {
  const pixels = Uint8Array.from({ length: side * side * 3 }, () => 90 + 60 * random());
  const thing = new Uint8Array(side * side);
  const mark = new Uint8Array(side * side);
  const [top, left] = [3 + Math.floor(4 * random()), 3 + Math.floor(4 * random())];
  for (let y = top; y < top + 5; y++)
    for (let x = left; x < left + 5; x++) {
      thing[y * side + x] = 1;
      for (let c = 0; c < 3; c++) pixels[(y * side + x) * 3 + c] += label ? 25 : -25;
    }
  if (marked)
    for (let y = 0; y < 3; y++)
      for (let x = 0; x < 3; x++) {
        mark[y * side + x] = 1;
        pixels.set([255, 10, 10], (y * side + x) * 3);
      }
  return { pixels, label, thing, mark };
}

export function pictures(n: number, seed: number, marked: (label: number, i: number) => boolean): Picture[] {
  const random = dice(seed);
  return Array.from({ length: n }, (_, i) => picture(random, i % 2, marked(i % 2, i)));
}

export function probeOf(
  list: Picture[],
  roles: Record<string, Role> = { thing: 'core', mark: 'suspect' },
): ProbeSet {
  return createProbeSet({
    width: side,
    height: side,
    channels: 3,
    classNames: ['dark', 'bright'],
    roles,
    images: list.map(({ pixels, label, thing, mark }, i) => ({
      id: `p${i}`,
      label,
      pixels,
      segments: [
        { name: 'thing', mask: maskFromBitmap(thing, side, side) },
        { name: 'mark', mask: maskFromBitmap(mark, side, side) },
        {
          name: 'background',
          mask: maskFromBitmap(
            thing.map((inside, p) => Number(!inside && !mark[p])),
            side,
            side,
          ),
        },
      ],
    })),
  });
}

/** The probe set of most tests: the mark on half of both classes. */
export const probe = (n = 48, seed = 2) => probeOf(pictures(n, seed, (_, i) => i % 4 < 2));

export function tensors(tf: typeof tfjs, list: Picture[]): { xs: tfjs.Tensor4D; ys: tfjs.Tensor } {
  const values = Float32Array.from(
    list.flatMap(({ pixels }) => [...pixels]),
    (v) => v / 255,
  );
  return {
    xs: tf.tensor4d(values, [list.length, side, side, 3]),
    ys: tf.tensor2d(list.map(({ label }) => (label ? [0, 1] : [1, 0]))),
  };
}

/** A training set whose bright pictures carry the mark: learned at once, unlike the thing. */
export const markedTraining = (tf: typeof tfjs, n = 96) =>
  tensors(
    tf,
    pictures(n, 1, (label) => label === 1),
  );

/** `stateful`: with batch norm's moving statistics and dropout's dice. */
export function net(tf: typeof tfjs, { stateful = false, seed: own = 0 } = {}): tfjs.LayersModel {
  const seed = (s: number) => tf.initializers.heNormal({ seed: s + 10 * own });
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [side, side, 3],
        filters: 8,
        kernelSize: 3,
        activation: 'relu',
        kernelInitializer: seed(1),
      }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      ...(stateful ? [tf.layers.batchNormalization()] : []),
      tf.layers.flatten(),
      ...(stateful ? [tf.layers.dropout({ rate: 0.3, seed: 9 })] : []),
      tf.layers.dense({ units: 2, activation: 'softmax', kernelInitializer: seed(2) }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.003), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** A folder of the test file's own, gone at its end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'satwatch-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
