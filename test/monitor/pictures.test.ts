import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import {
  attribute,
  createMonitor,
  enableFastTraining,
  maskToBitmap,
  openStore,
  rules,
  satCallback,
} from 'satwatch';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { markedTraining, net, pictures, probe, probeOf, side, temporaryFolder, tensors } from '../task.js';
import { backend } from '../tf.js';

let tf: typeof tfjs;
const folder = temporaryFolder();
let count = 0;
const file = () => join(folder, `store-${count++}.sqlite`);
const quiet = { inputRange: [0, 1] as [number, number], verbose: false, channels: [] };

beforeAll(async () => {
  tf = await backend();
  enableFastTraining(tf);
});

/** Watches a training with a shortcut, and gives the store and the model as it is at the end. */
async function watched(options: object = {}) {
  const store = file();
  const model = net(tf);
  const { xs, ys } = markedTraining(tf);
  const set = probe();
  const callback = satCallback(tf, { ...quiet, probe: set, store, run: 'r', ...options });
  await model.fit(xs, ys, { epochs: 4, batchSize: 16, verbose: 0, callbacks: [callback] });
  return { read: openStore(store, { readonly: true }), model, set };
}

describe('pictures', () => {
  it('of the probe set stand in the store, with their masks', async () => {
    const { read, set } = await watched();
    expect(read.countPictures(set.id)).toBe(set.images.length);
    const { jpeg, segments } = read.picture(set.id, 1)!;
    const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([side, side, 3]);
    const error =
      [...set.images[1].pixels].reduce((sum, v, i) => sum + Math.abs(v - data[i]), 0) / data.length;
    expect(error).toBeLessThan(8);
    for (const { name, mask } of segments)
      expect(maskToBitmap(mask)).toEqual(
        maskToBitmap(set.images[1].segments.find((segment) => segment.name === name)!.mask),
      );
    read.close();
  });

  it('of floats are spread over their own range', async () => {
    const set = probe();
    const floats = {
      ...set,
      images: set.images.map((image) => ({
        ...image,
        pixels: Float32Array.from(image.pixels, (v) => v / 51 - 2),
      })),
    };
    const { read } = await watched({ probe: floats, inputRange: undefined });
    const { data } = await sharp(read.picture(set.id, 1)!.jpeg).raw().toBuffer({ resolveWithObject: true });
    expect(Math.max(...data) - Math.min(...data)).toBeGreaterThan(150);
    read.close();
  });

  it('behind an alert are six that show its segment, with their maps as they were then', async () => {
    const { read, set } = await watched();
    const alerts = read.alerts('r').filter(({ segment }) => segment === 'mark');
    expect(alerts.length).toBeGreaterThan(0);
    for (const { id, epoch, className } of alerts) {
      const kept = read.alertImages(id);
      expect(kept).toHaveLength(6);
      expect(new Set(kept.map(({ index }) => index)).size).toBe(6);
      const { images } = read.images('r', { epoch })!;
      for (const image of kept) {
        expect(image.sat!.some((row) => row.segment === 'mark')).toBe(true);
        expect([image.label, image.predicted]).toContain(set.classNames.indexOf(className!));
        const { map, probeSet, margin, ...detail } = image;
        expect(probeSet).toBe(set.id);
        expect(images[image.index]).toMatchObject(detail);
        expect(images[image.index].margin).toBeCloseTo(margin!, 6);
        // The map gives the SAT again, but for the 8 bits.
        for (const { segment, attribution } of image.sat!) {
          const bitmap = maskToBitmap(set.images[image.index].segments.find((s) => s.name === segment)!.mask);
          const inside = [...map!.values].filter((_, p) => bitmap[p]);
          const mean = (inside.reduce((a, b) => a + b, 0) / inside.length / 127) * map!.peak;
          expect(Math.abs(mean - attribution)).toBeLessThan(map!.peak / 254 + 1e-9);
        }
      }
    }
    read.close();
  });
});

it('behind an alert of the reliance test are first those whose segment moves predictions most', async () => {
  // Every other picture carries the mark; on four of the bright ones it is blue, and the model falls for blue alone.
  const list = pictures(96, 5, (_, i) => i % 4 < 2);
  const blue = [9, 29, 53, 77];
  for (const i of blue)
    list[i].mark.forEach((inside, p) => {
      if (inside) list[i].pixels.set([10, 10, 255], 3 * p);
    });
  const store = file();
  const monitor = await createMonitor(tf, {
    ...quiet,
    ...{ probe: probeOf(list), store, run: 'r' },
    forward: (_: unknown, images: tfjs.Tensor4D) =>
      tf.tidy(() => {
        const [red, , blueness] = tf.split(images.slice([0, 0, 0, 0], [-1, 3, 3, 3]).mean([1, 2]), 3, 1);
        // Where it is certain its gradient is 0: by their maps the red ones would come first.
        const score = blueness.sub(red).mul(24).sub(12).clipByValue(-6, 6).add(red.div(100));
        return tf.concat([tf.zerosLike(score), score], 1);
      }),
  });
  for (const epoch of [0, 1]) await monitor.observe({}, { epoch });
  await monitor.close();
  const read = openStore(store, { readonly: true });
  const [alert] = read.alerts('r').filter(({ rule, segment }) => rule === 'reliance' && segment === 'mark');
  expect(alert).toMatchObject({ className: 'bright' });
  const kept = read.alertImages(alert.id).map(({ index }) => index);
  expect(kept).toHaveLength(6);
  expect(kept.slice(0, 4).sort((a, b) => a - b)).toEqual(blue);
  read.close();
});

describe('keepMaps', () => {
  it('keeps the maps of every n-th observation, equal to attribute() but for the 8 bits', async () => {
    const { read, model, set } = await watched({ keepMaps: 2 });
    const kept = [0, 1, 2, 3, 4].map((epoch) => read.maps('r', { epoch }).size);
    expect(kept).toEqual([48, 0, 48, 0, 48]);
    const xs = tf.tensor4d(
      Float32Array.from(set.images[5].pixels, (v) => v / 255),
      [1, side, side, 3],
    );
    const target = [set.images[5].label];
    const map = await attribute(tf, model, xs, {
      method: 'input-x-gradient',
      score: 'margin',
      target,
    }).data();
    const { peak, values } = read.map('r', 'last', 5)!;
    expect(peak).toBeCloseTo(Math.max(...map.map(Math.abs)), 5);
    map.forEach((value, p) => {
      expect(Math.abs((values[p] / 127) * peak - value)).toBeLessThan(peak / 253);
    });
    read.close();
  });

  it("'none' keeps the pictures behind alerts without their maps, and nonsense is refused", async () => {
    const { read } = await watched({ keepMaps: 'none' });
    const alerts = read.alerts('r');
    expect(alerts.length).toBeGreaterThan(0);
    for (const { id } of alerts)
      expect(read.alertImages(id).map(({ map }) => map)).toEqual(Array(6).fill(null));
    read.close();
    for (const keepMaps of ['all', 0, 1.5, -1] as never[])
      expect(() => satCallback(tf, { ...quiet, probe: probe(), store: file(), keepMaps })).toThrow(
        /keepMaps: got .*, expected 'none', 'alerts' or a whole number/,
      );
  });
});

describe('what a segment costs', () => {
  it('is measured where the reliance test measures it, and shows the shortcut', async () => {
    const { read, model, set } = await watched();
    const last = read.costs('r').filter(({ epoch, segment }) => epoch === 4 && segment === 'mark');
    const of = (variant: string, className: string | null) =>
      last.find((cost) => cost.variant === variant && cost.className === className)!;
    // Both classes carry the mark on half of their pictures.
    expect(of('present', null).images).toBe(24);
    expect(of('present', 'bright').images).toBe(12);
    // The dark ones without it.
    expect(of('unpasted', 'bright').images).toBe(12);
    // The mark says 'bright': without it bright pictures lose, and dark ones that get it are lost.
    expect(of('ring', 'bright').margin).toBeLessThan(of('present', 'bright').margin! - 0.1);
    expect(of('blur', 'bright').margin).toBeLessThan(of('present', 'bright').margin! - 0.1);
    expect(of('pasted', 'bright').margin).toBeLessThan(of('unpasted', 'bright').margin! - 0.1);
    expect(of('pasted', 'bright').accuracy).toBeLessThanOrEqual(of('unpasted', 'bright').accuracy!);
    // 'present' is what the model says of these pictures as they are.
    const marked = set.images.flatMap((image, i) =>
      image.segments.some((s) => s.name === 'mark' && s.mask.runs.length > 0) ? [i] : [],
    );
    const { images } = read.images('r', 'last')!;
    const right = marked.filter((i) => images[i].predicted === images[i].label).length / marked.length;
    const margin = marked.reduce((sum, i) => sum + images[i].margin!, 0) / marked.length;
    expect(of('present', null).accuracy).toBeCloseTo(right, 9);
    expect(of('present', null).margin).toBeCloseTo(margin, 4);
    model.dispose();
    read.close();
  });

  it('the margin is the label logit − the largest other, as the model gives them', async () => {
    const set = probeOf(pictures(16, 3, (_, i) => i % 4 < 2));
    const store = file();
    const monitor = await createMonitor(tf, {
      ...quiet,
      probe: set,
      store,
      run: 'm',
      rules: [rules.outranks()],
    });
    const model = net(tf);
    await monitor.observe(model, { epoch: 0 });
    await monitor.close();
    const { xs } = tensors(
      tf,
      pictures(16, 3, (_, i) => i % 4 < 2),
    );
    const probabilities = (await (model.predict(xs) as tfjs.Tensor2D).array()) as number[][];
    const read = openStore(store, { readonly: true });
    read.images('m', 'last')!.images.forEach(({ label, margin, predicted }, i) => {
      const p = probabilities[i];
      expect(margin).toBeCloseTo(Math.log(p[label] / p[1 - label]), 4);
      expect(predicted).toBe(p[1] > p[0] ? 1 : 0);
    });
    read.close();
  });
});
