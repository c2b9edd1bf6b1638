import { existsSync, readFileSync } from 'node:fs';
import { maskFromCocoRle, maskToBitmap } from 'satwatch';
import { describe, expect, test } from 'vitest';

// The full set has some large masks more; it is not part of the repository.
const full = new URL('../../../shared/reference/masks/', import.meta.url);
const folder = existsSync(full) ? full : new URL('../reference/masks/', import.meta.url);
const { masks } = JSON.parse(readFileSync(new URL('rle.json', folder), 'utf8'));
const bytes = readFileSync(new URL('rle.u8', folder));

describe("equals pycocotools' masks", () => {
  test.each<any>(masks)('$name', ({ size, counts, compressed, offset }) => {
    const expected = [...bytes.subarray(offset, offset + size[0] * size[1])];
    for (const form of [counts, compressed]) {
      const mask = maskFromCocoRle({ size, counts: form });
      expect([mask.height, mask.width]).toEqual(size);
      expect([...maskToBitmap(mask)]).toEqual(expected);
    }
  });
});

describe('refuses', () => {
  test.each<[string, any, RegExp]>([
    ['no list', { 0: 6 }, /counts are object, expected a list/],
    ['counts that do not sum to h·w', [1, 2], /sum to 3, a mask of 2x3 \(height x width\) needs 6/],
    ['no counts', [], /sum to 0/],
    ['a negative count', [4, -1, 3], /count 1 is -1/],
    ['a count that is not whole', [2.5, 3.5], /count 0 is 2.5/],
    ['a negative count in a string', '4O3', /count 1 is -1/],
    ['a string that breaks off', '4P', /end within a number/],
    ['a foreign character', '4 2', /character 1 \(' '\)/],
  ])('%s', (_, counts, message) => {
    expect(() => maskFromCocoRle({ size: [2, 3], counts })).toThrow(
      expect.objectContaining({ code: 'MASK_INVALID', message: expect.stringMatching(message) }),
    );
  });

  test.each([[[0, 3]], [[2, -1]], [[2.5, 2]], [[65_535, 65_535]]] as [[number, number]][])(
    'the size %j',
    (size) => {
      expect(() => maskFromCocoRle({ size, counts: [] })).toThrow(
        expect.objectContaining({ code: 'MASK_INVALID' }),
      );
    },
  );
});
