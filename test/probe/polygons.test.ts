import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { maskFromPolygons, maskToBitmap } from 'satwatch';
import { describe, expect, test } from 'vitest';

const folder = new URL('../reference/masks/', import.meta.url);
const { polygons } = JSON.parse(readFileSync(new URL('coco-polygons.json', folder), 'utf8'));
const bytes = readFileSync(new URL('coco-polygons.u8', folder));

describe('paints as pycocotools', () => {
  test.each<any>(polygons)('$name', ({ segmentation, width, height, area, offset }) => {
    const bitmap = maskToBitmap(maskFromPolygons(segmentation, width, height));
    expect([...bitmap]).toEqual([...bytes.subarray(offset, offset + width * height)]);
    expect(bitmap.reduce((sum, value) => sum + value, 0)).toBe(area);
  });
});

test('equals a literal walk along every grid point, inside the image and far outside', () => {
  const coordinate = fc.oneof(
    fc.double({ min: -40, max: 60, noNaN: true }),
    fc.integer({ min: -200, max: 200 }),
  );
  const polygon = fc.array(fc.tuple(coordinate, coordinate), { maxLength: 9 }).map((points) => points.flat());
  const size = fc.integer({ min: 1, max: 24 });
  fc.assert(
    fc.property(fc.array(polygon, { maxLength: 3 }), size, size, (polygons, width, height) => {
      expect([...maskToBitmap(maskFromPolygons(polygons, width, height))]).toEqual(
        literal(polygons, width, height),
      );
    }),
    { numRuns: 300 },
  );
});

test('goes by the walk where a division comes out on the other side of a whole number', () => {
  const polygon = [63.2, 34, 53.8, 83.2, 5, 50];
  expect([...maskToBitmap(maskFromPolygons([polygon], 70, 90))]).toEqual(literal([polygon], 70, 90));
});

/** pycocotools' way: all points of the outline on a grid of fifths, one after the other. */
function literal(polygons: number[][], width: number, height: number): number[] {
  const united = new Array(width * height).fill(0);
  for (const polygon of polygons) {
    const changes = new Array(width * height + 1).fill(0);
    const outline = polygon.flatMap((_, i) => (i % 2 ? [] : steps(polygon, i)));
    for (let i = 1; i < outline.length; i++) {
      const [[x, y], [lastX, lastY]] = [outline[i], outline[i - 1]];
      const column = (Math.min(x, lastX) + 0.5) / 5 - 0.5;
      if (x === lastX || !Number.isInteger(column) || column < 0 || column > width - 1) continue;
      const row = Math.ceil(Math.min(Math.max((Math.min(y, lastY) + 0.5) / 5 - 0.5, 0), height));
      changes[column * height + row] ^= 1;
    }
    for (let i = 0, inside = 0; i < width * height; i++) {
      inside ^= changes[i];
      united[(i % height) * width + Math.floor(i / height)] |= inside;
    }
  }
  return united;
}

function steps(polygon: number[], i: number): [number, number][] {
  const [xs, ys, xe, ye] = [0, 1, 2, 3].map((k) => Math.trunc(5 * polygon[(i + k) % polygon.length] + 0.5));
  const flat = Math.abs(xe - xs) >= Math.abs(ye - ys);
  const flip = flat ? xs > xe : ys > ye;
  const [x0, y0, x1, y1] = flip ? [xe, ye, xs, ys] : [xs, ys, xe, ye];
  const length = flat ? x1 - x0 : y1 - y0;
  const points = Array.from({ length: length && length + 1 }, (_, d): [number, number] =>
    flat
      ? [x0 + d, Math.trunc(y0 + ((y1 - y0) / length) * d + 0.5)]
      : [Math.trunc(x0 + ((x1 - x0) / length) * d + 0.5), y0 + d],
  );
  return flip ? points.reverse() : points;
}

test('takes no longer for what lies far outside', () => {
  const big = 1e8;
  expect(maskFromPolygons([[-big, -big, big, -big, big, big, -big, big]], 3, 2).runs).toEqual(
    Uint32Array.of(0, 6),
  );
  expect(maskFromPolygons([[-big, -big, big, big, big, -big]], 100, 100).runs.length).toBeGreaterThan(100);
});

test('the direction and the first point do not matter', () => {
  const forwards = [3.6, 3.5, 20.2, 6.9, 9.5, 17.7];
  const expected = maskFromPolygons([forwards], 25, 20);
  expect(expected.runs.length).toBeGreaterThan(0);
  expect(maskFromPolygons([[20.2, 6.9, 3.6, 3.5, 9.5, 17.7]], 25, 20)).toEqual(expected);
  expect(maskFromPolygons([[9.5, 17.7, 3.6, 3.5, 20.2, 6.9]], 25, 20)).toEqual(expected);
  expect(maskFromPolygons([[...forwards, ...forwards.slice(-2)]], 25, 20)).toEqual(expected);
});

test('what has no area is empty', () => {
  for (const polygon of [[], [3, 3], [3, 3, 9, 9], [3, 3, 3, 3, 3, 3]])
    expect(maskFromPolygons([polygon], 12, 12).runs).toHaveLength(0);
  expect(maskFromPolygons([], 12, 12).runs).toHaveLength(0);
});

test.each<[string, number[][], RegExp]>([
  ['an odd number of values', [[1, 2, 3]], /polygon 0: .*got 3 values: 1, 2, 3$/],
  [
    'a coordinate that is not finite',
    [
      [1, 2, 3, 4, 5, 6],
      [0, 0, 5, Number.NaN],
    ],
    /polygon 1: .*5, NaN$/,
  ],
  [
    'a coordinate beyond all measure',
    [[0, 0, 5, 5, 1e9, 0]],
    /polygon 0: .*between -100000000 and 100000000/,
  ],
])('refuses %s', (_, given, message) => {
  expect(() => maskFromPolygons(given, 9, 9)).toThrow(
    expect.objectContaining({ code: 'MASK_INVALID', message: expect.stringMatching(message) }),
  );
});

test('refuses an outline that nobody drew', () => {
  const zigzag = Array.from({ length: 10_000 }, (_, i) => [i % 2 ? 1000 : 0, i]).flat();
  expect(() => maskFromPolygons([zigzag], 1000, 10)).toThrow(
    expect.objectContaining({
      code: 'MASK_INVALID',
      message: expect.stringMatching(/more than 4000000 runs; simplify/),
    }),
  );
});
