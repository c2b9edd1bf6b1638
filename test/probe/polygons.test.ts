import { readFileSync } from 'node:fs';
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

test.each([
  ['an odd number of values', [[1, 2, 3]], /polygon 0: .*got 3 values: 1, 2, 3$/],
  [
    'a coordinate that is not finite',
    [
      [1, 2, 3, 4, 5, 6],
      [0, 0, 5, Number.NaN],
    ],
    /polygon 1: .*5, NaN$/,
  ],
])('refuses %s', (_, given, message) => {
  expect(() => maskFromPolygons(given, 9, 9)).toThrow(
    expect.objectContaining({ code: 'MASK_INVALID', message: expect.stringMatching(message) }),
  );
});
