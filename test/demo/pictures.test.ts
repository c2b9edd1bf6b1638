import { maskToBitmap } from 'satwatch';
import { describe, expect, it } from 'vitest';
import { Dice } from '../../src/demo/dice.js';
import { drawPicture, roles, side, watermarked } from '../../src/demo/pictures.js';
import { createDemoTask, type DemoTask } from '../../src/demo/task.js';

/** Pixels whose colour differs, as numbers. */
function changed(a: Uint8Array, b: Uint8Array): number[] {
  const pixels = Array.from({ length: side * side }, (_, p) => p);
  return pixels.filter((p) => [0, 1, 2].some((k) => a[p * 3 + k] !== b[p * 3 + k]));
}

const inside = (bitmap: Uint8Array) => [...bitmap.keys()].filter((p) => bitmap[p] === 1);
const carriers = (pictures: DemoTask['train'] | DemoTask['probe']['images']) =>
  pictures.filter(({ segments }) => segments.some(({ name }) => name === 'watermark'));

describe('a picture of the demo', () => {
  const seeds = Array.from({ length: 12 }, (_, i) => i + 1);

  it("changes exactly inside a part's mask when only that part's colour changes", () => {
    const seen = new Set<string>();
    for (const seed of seeds) {
      const label = seed % 2;
      const plain = drawPicture(label, new Dice(seed));
      for (const { name, mask } of plain.segments) {
        seen.add(name);
        // A colour that no part has, so that every pixel it reaches differs.
        const other = drawPicture(label, new Dice(seed), { [name]: [0, 0, 255] });
        expect(changed(plain.pixels, other.pixels), `${name}, seed ${seed}`).toEqual(
          inside(maskToBitmap(mask)),
        );
      }
    }
    expect([...seen, 'watermark'].sort()).toEqual(Object.keys(roles).sort());
  });

  it("changes exactly inside the watermark's mask when it is watermarked", () => {
    for (const seed of seeds) {
      const plain = drawPicture(0, new Dice(seed));
      const marked = watermarked(plain, new Dice(seed, 1));
      const mask = marked.segments.find(({ name }) => name === 'watermark')!.mask;
      expect(changed(plain.pixels, marked.pixels)).toEqual(inside(maskToBitmap(mask)));
    }
  });

  it('differs between the classes in the body only, given the same draws', () => {
    const zebra = drawPicture(0, new Dice(5));
    const okapi = drawPicture(1, new Dice(5));
    const body = zebra.segments.find(({ name }) => name === 'body')!;
    const different = changed(zebra.pixels, okapi.pixels);
    const bitmap = maskToBitmap(body.mask);
    expect(different.length).toBeGreaterThan(20);
    expect(different.every((p) => bitmap[p] === 1)).toBe(true);
  });
});

describe("the demo's task", () => {
  const sizes = { train: 100, test: 20, probe: 40 };

  it('is the same for the same seed, and another for another', () => {
    const [a, b, c] = [3, 3, 4].map((seed) => createDemoTask({ seed, prevalence: 0.4, ...sizes }));
    expect(b).toEqual(a);
    expect(c.probe.id).not.toBe(a.probe.id);
    expect(c.train[0].pixels).not.toEqual(a.train[0].pixels);
  });

  it.each([0, 0.1, 0.4, 1])(
    'marks the share %d of the first class in training, nothing else',
    (prevalence) => {
      const { train, test, stamped } = createDemoTask({ seed: 1, prevalence, ...sizes });
      expect(carriers(train)).toHaveLength(Math.round(prevalence * 50));
      expect(carriers(train).every(({ label }) => label === 0)).toBe(true);
      expect(carriers(test)).toHaveLength(0);
      expect(carriers(stamped)).toHaveLength(sizes.test);
    },
  );

  it('shows the watermark on half of both classes in the probe set', () => {
    const { probe } = createDemoTask({ seed: 1, prevalence: 0, ...sizes });
    const marked = carriers(probe.images);
    for (const label of [0, 1]) expect(marked.filter((image) => image.label === label)).toHaveLength(10);
    expect(probe.roles).toEqual(roles);
  });

  it('draws the same pictures whatever the prevalence, but for the marks', () => {
    const [none, all] = [0, 1].map((prevalence) => createDemoTask({ seed: 2, prevalence, ...sizes }));
    expect(none.test).toEqual(all.test);
    expect(none.train[1]).toEqual(all.train[1]);
    expect(changed(none.train[0].pixels, all.train[0].pixels).length).toBeGreaterThan(10);
  });
});
