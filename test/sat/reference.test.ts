import { existsSync, readFileSync } from 'node:fs';
import { aggregateSats, computeSat, maskFromBitmap, rankTable, type Segment, segmentMeans } from 'satwatch';
import { describe, expect, test } from 'vitest';

const small = new URL('../reference/sat/', import.meta.url);
// The large case (0.7 MB) is not part of the repository.
const large = new URL('../../../shared/reference/sat/', import.meta.url);

describe.each(['tiny', 'overlap', 'ties', 'missing', 'nonfinite'])('the reference case %s', (name) => {
  checkCase(name, small);
});
describe.skipIf(!existsSync(large))(
  'the reference case random (skipped where its files are not there)',
  () => {
    checkCase('random', large);
  },
);

function checkCase(name: string, folder: URL): void {
  const { reference, images } = existsSync(folder)
    ? load(name, folder)
    : { reference: { images: [] }, images: [] };
  const sats = images.map(({ map, segments }) => computeSat(map, segments));

  test('has the expected table of every image', () => {
    expect(images.length).toBeGreaterThan(0);
    expectClose(
      sats,
      reference.images.map((image: any) => image.sat),
    );
  });

  test('has the expected mean of every segment, NaN where it has no pixel', () => {
    images.forEach(({ map, segments }, i) => {
      const expected = reference.images[i];
      if (expected.invalid) return;
      const rows = new Map(expected.sat.map((row: any) => [row.segment, row.attribution]));
      expectClose(
        [...segmentMeans(map, segments)],
        segments.map(({ name: segment }) => rows.get(segment) ?? Number.NaN),
      );
    });
  });

  test.each(['relative', 'absolute'] as const)('has the expected %s aggregation', (mode) => {
    const names = reference.segmentNames;
    expectClose(aggregateSats(sats, mode, names), reference.all[mode]);
    for (const [cls, expected] of Object.entries<any>(reference.perClass))
      expectClose(
        aggregateSats(
          sats.filter((_, i) => reference.images[i].cls === cls),
          mode,
          names,
        ),
        expected[mode],
      );
  });

  test('has a rank table whose column means are the absolute mean ranks', () => {
    const table = rankTable(sats, reference.segmentNames);
    expect(table).toHaveLength(reference.validImages.length);
    reference.all.absolute.forEach((row: any, s: number) => {
      expect(table.reduce((sum, ranks) => sum + ranks[s], 0) / table.length).toBeCloseTo(row.meanRank, 12);
    });
  });
}

function load(name: string, folder: URL) {
  const reference = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));
  const { width, height } = reference;
  const size = width * height;
  const maps = new Float32Array(new Uint8Array(readFileSync(new URL(`${name}.maps.f32`, folder))).buffer);
  const masks = readFileSync(new URL(`${name}.masks.u8`, folder));
  const images = reference.images.map((image: any, i: number) => ({
    map: maps.subarray(i * size, (i + 1) * size),
    segments: image.segments.map(
      ({ segment, mask }: any): Segment => ({
        name: segment,
        mask: maskFromBitmap(masks.subarray(mask * size, (mask + 1) * size), width, height),
      }),
    ),
  })) as { map: Float32Array; segments: Segment[] }[];
  return { reference, images };
}

/** Equal structure and names; numbers within 1e-12 of their size. */
function expectClose(actual: unknown, expected: unknown): void {
  if (typeof expected === 'number' && typeof actual === 'number') {
    if (Number.isNaN(expected)) expect(actual).toBeNaN();
    else expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(expected)));
  } else if (expected && typeof expected === 'object' && actual && typeof actual === 'object') {
    expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
    for (const key of Object.keys(expected)) expectClose((actual as any)[key], (expected as any)[key]);
  } else expect(actual).toEqual(expected);
}
