import fc from 'fast-check';
import { computeSat, maskFromBitmap, rankTable } from 'satwatch';
import { expect, test } from 'vitest';
import { seededRandom } from '../../src/random.js';
import { chanceRanks, shiftOffsets } from '../../src/sat/chanceRanks.js';
import { prefixSums } from '../../src/sat/prefixSums.js';

const names = ['a', 'absent', 'b', 'c', 'd', 'missing'];

test('equals the mean rank over maps that were rolled literally', () => {
  const images = fc
    .record({ width: fc.integer({ min: 1, max: 8 }), height: fc.integer({ min: 1, max: 8 }) })
    .chain(({ width, height }) => {
      const size = { minLength: width * height, maxLength: width * height };
      const bitmap = fc.array(fc.integer({ min: 0, max: 1 }), size);
      const offset = fc.record({
        dy: fc.integer({ min: -20, max: 20 }),
        dx: fc.integer({ min: -20, max: 20 }),
      });
      return fc.record({
        width: fc.constant(width),
        height: fc.constant(height),
        map: fc.array(fc.integer({ min: -9, max: 9 }), size),
        bitmaps: fc.tuple(bitmap, bitmap, bitmap, bitmap),
        offsets: fc.array(offset, { minLength: 1, maxLength: 4 }),
      });
    });
  fc.assert(
    fc.property(images, ({ width, height, map, bitmaps, offsets }) => {
      const mask = (bitmap: ArrayLike<number>) => maskFromBitmap(bitmap, width, height);
      const segments = ['d', 'a', 'b', 'c'].map((name, i) => ({ name, mask: mask(bitmaps[i]) }));
      segments.push({ name: 'absent', mask: mask(new Uint8Array(width * height)) });

      const rolled = offsets.map(({ dy, dx }) => roll(map, width, height, dy, dx));
      const sats = rolled.map((shifted) => computeSat(shifted, segments)!);
      const tables = rankTable(sats, names);
      const { relative, absolute } = chanceRanks(prefixSums(map), segments, names, offsets);
      names.forEach((name, i) => {
        const ranks = sats.flatMap((sat) => sat.filter((row) => row.segment === name).map((row) => row.rank));
        if (ranks.length) expect(relative[i]).toBeCloseTo(mean(ranks), 10);
        else expect(relative[i]).toBeNaN();
        expect(absolute[i]).toBeCloseTo(mean(tables.map((row) => row[i])), 10);
      });
    }),
    { numRuns: 300 },
  );
});

test('a small segment ranks high by chance on a map of noise, whatever it covers', () => {
  const [width, height] = [40, 40];
  const random = seededRandom(7);
  const map = Float32Array.from({ length: width * height }, () => random() - 0.5);
  const inside = (test: (x: number, y: number) => boolean) =>
    maskFromBitmap(
      Array.from({ length: width * height }, (_, i) => Number(test(i % width, Math.floor(i / width)))),
      width,
      height,
    );
  const segments = [
    { name: 'a', mask: inside((x, y) => x === 3 && y < 2) },
    { name: 'b', mask: inside((x, y) => x > 10 && y > 10) },
  ];
  const { relative } = chanceRanks(
    prefixSums(map),
    segments,
    ['a', 'b'],
    shiftOffsets(1, 0, 10, width, height),
  );
  expect(relative[0]).toBeLessThan(1.3);
  expect(relative[1]).toBeGreaterThan(1.7);
});

test('offsets are the same for the same seed and image, differ between images, and always shift', () => {
  expect(shiftOffsets(5, 2, 10, 64, 48)).toEqual(shiftOffsets(5, 2, 10, 64, 48));
  expect(shiftOffsets(5, 2, 10, 64, 48)).not.toEqual(shiftOffsets(5, 3, 10, 64, 48));
  expect(shiftOffsets(5, 2, 10, 64, 48)).not.toEqual(shiftOffsets(6, 2, 10, 64, 48));
  const many = shiftOffsets(0, 0, 2000, 3, 2);
  expect(new Set(many.map(({ dy, dx }) => `${dy},${dx}`))).toEqual(
    new Set(['0,1', '0,2', '1,0', '1,1', '1,2']),
  );
  expect(shiftOffsets(0, 0, 1, 1, 1)).toEqual([{ dy: 0, dx: 0 }]);
});

test('the seeded numbers are uniform, repeat with the seed, and leave Math.random alone', () => {
  const [one, again, other] = [seededRandom(1), seededRandom(1), seededRandom(2)];
  const numbers = Array.from({ length: 20_000 }, one);
  expect(numbers).toEqual(Array.from({ length: 20_000 }, again));
  expect(numbers[0]).not.toBe(other());
  expect(mean(numbers)).toBeCloseTo(0.5, 1);
  const tenths = Array.from({ length: 10 }, (_, t) => numbers.filter((n) => Math.floor(n * 10) === t).length);
  for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(250);
});

/** numpy's roll(map, (dy, dx), (0, 1)), pixel by pixel. */
function roll(map: number[], width: number, height: number, dy: number, dx: number): Float32Array {
  const rolled = new Float32Array(map.length);
  const wrap = (i: number, n: number) => ((i % n) + n) % n;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      rolled[wrap(y + dy, height) * width + wrap(x + dx, width)] = map[y * width + x];
  return rolled;
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
