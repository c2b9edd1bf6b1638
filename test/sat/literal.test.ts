import fc from 'fast-check';
import { aggregateSats, computeSat, maskFromBitmap, rankTable, type SatRow, segmentMeans } from 'satwatch';
import { describe, expect, test } from 'vitest';

/** Small whole numbers, so that ties are frequent and exact. */
const image = fc
  .record({ width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }) })
  .chain(({ width, height }) => {
    const size = { minLength: width * height, maxLength: width * height };
    return fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      map: fc.array(fc.integer({ min: -3, max: 3 }), size),
      bitmaps: fc.array(fc.array(fc.integer({ min: 0, max: 1 }), size), { maxLength: 6 }),
    });
  });

describe('against a slow literal program', () => {
  test('means and local ranks', () => {
    fc.assert(
      fc.property(image, ({ width, height, map, bitmaps }) => {
        const segments = bitmaps.map((bitmap, i) => ({
          name: `s${i}`,
          mask: maskFromBitmap(bitmap, width, height),
        }));
        const means = bitmaps.map((bitmap) => {
          const inside = map.filter((_, i) => bitmap[i]);
          return inside.reduce((sum, value) => sum + value, 0) / inside.length;
        });
        const values = Float32Array.from(map);
        expect([...segmentMeans(values, segments)]).toEqual(means);

        const present = means.filter((mean) => !Number.isNaN(mean));
        expect(computeSat(values, segments)).toEqual(
          means.flatMap((attribution, i) =>
            Number.isNaN(attribution)
              ? []
              : [
                  {
                    segment: `s${i}`,
                    area: bitmaps[i].filter(Boolean).length,
                    attribution,
                    rank: literalRank(attribution, present),
                  },
                ],
          ),
        );
      }),
    );
  });

  test('the absolute table pads with zeros and ranks anew', () => {
    const sat = fc.array(fc.option(fc.integer({ min: -2, max: 2 }), { nil: undefined }), {
      minLength: 4,
      maxLength: 4,
    });
    const names = ['a', 'b', 'c', 'd'];
    fc.assert(
      fc.property(fc.array(sat, { minLength: 1, maxLength: 6 }), (images) => {
        const sats = images.map((values) => rows(names, values));
        expect(rankTable(sats, names)).toEqual(
          images.map((values) => {
            const full = values.map((value) => value ?? 0);
            return full.map((value) => literalRank(value, full));
          }),
        );
      }),
    );
  });
});

describe('the edges', () => {
  test('a value that is not finite spoils the image, but only the means that touch it', () => {
    const map = Float32Array.of(1, 3, Number.NaN, 5);
    const segments = [
      { name: 'left', mask: maskFromBitmap([1, 1, 0, 0], 4, 1) },
      { name: 'right', mask: maskFromBitmap([0, 0, 0, 1], 4, 1) },
      { name: 'all', mask: maskFromBitmap([1, 1, 1, 1], 4, 1) },
    ];
    expect(computeSat(map, segments)).toBeNull();
    expect([...segmentMeans(map, segments)]).toEqual([2, 5, Number.NaN]);
  });

  test('a mask of another size is refused by name', () => {
    const segments = [{ name: 'eyes', mask: maskFromBitmap([1, 0], 2, 1) }];
    for (const call of [computeSat, segmentMeans])
      expect(() => call(new Float32Array(6), segments)).toThrow(
        expect.objectContaining({
          code: 'MASK_SIZE',
          subject: 'eyes',
          message: expect.stringMatching(/'eyes'.*2x1.*6 pixels/),
        }),
      );
  });

  test('a segment that the names lack is refused, with the nearest name', () => {
    const sats = [rows(['eyes'], [1])];
    for (const call of [() => aggregateSats(sats, 'absolute', ['eye']), () => rankTable(sats, ['eye'])])
      expect(call).toThrow(
        expect.objectContaining({
          code: 'UNKNOWN_SEGMENT',
          subject: 'eyes',
          message: expect.stringContaining("did you mean 'eye'?"),
        }),
      );
  });

  test('null is skipped, a name without images has n = 0 alone, and the default names are those seen', () => {
    const sats = [null, rows(['b', 'a'], [1, -2])];
    expect(aggregateSats(sats, 'relative').map(({ segment, n }) => [segment, n])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
    expect(aggregateSats(sats, 'relative', ['c', 'b', 'a'])[0]).toEqual({ segment: 'c', n: 0 });
    expect(aggregateSats(sats, 'absolute', ['c', 'b', 'a'])[0]).toMatchObject({ n: 1, meanRank: 3 });
    expect(aggregateSats([null], 'absolute', ['a'])).toEqual([{ segment: 'a', n: 0 }]);
  });

  test('a misspelled mode is refused', () => {
    expect(() => aggregateSats([], 'relativ' as 'relative')).toThrow(/did you mean 'relative'/);
  });
});

/** One plus those larger, plus half of those equal besides itself. */
function literalRank(value: number, all: number[]): number {
  const larger = all.filter((other) => Math.abs(other) > Math.abs(value)).length;
  const equal = all.filter((other) => Math.abs(other) === Math.abs(value)).length;
  return larger + (equal + 1) / 2;
}

function rows(names: string[], values: (number | undefined)[]): SatRow[] {
  return names.flatMap((segment, i) =>
    values[i] === undefined ? [] : [{ segment, area: 1, attribution: values[i], rank: 0 }],
  );
}
