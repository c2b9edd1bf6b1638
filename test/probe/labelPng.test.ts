import { join } from 'node:path';
import { loadProbeSet } from 'satwatch';
import { describe, expect, test } from 'vitest';
import { type Files, folderWith, png } from './files.js';

/** Two images of 5x3 pixels with their label PNGs; a test changes what it is about. */
async function files(): Promise<Files & { 'index.json': any; 'labels.json': any }> {
  return {
    'index.json': [
      { image: 'images/a.png', mask: 'masks/a.png', class: 'dog', place: 'sea' },
      { image: 'images/b.png', mask: 'masks/b.png', class: 0, place: 'sky' },
    ],
    'labels.json': { 1: 'eyes', 2: 'tail', 9: 'wings' },
    'images/a.png': await png(5, 3, (x, y) => [x, y, 9]),
    'images/b.png': await png(5, 3, (x, y) => [y, x, 9]),
    'masks/a.png': await png(5, 3, (x) => [0, 1, 1, 2, 0][x]),
    'masks/b.png': await png(5, 3, (_, y) => [2, 2, 0][y]),
  };
}

const options = { classNames: ['cat', 'dog'] };

describe('an index of label PNGs', () => {
  test('gives images, labels and masks; names that do not occur are no segments', async () => {
    const folder = folderWith(await files());
    const set = await loadProbeSet(folder, options);
    expect(set.segmentNames).toEqual(['eyes', 'tail']);
    expect(set.images.map(({ id, label }) => [id, label])).toEqual([
      ['images/a.png', 1],
      ['images/b.png', 0],
    ]);
    expect(set.images[0].segments.map(({ mask }) => [...mask.runs])).toEqual([
      [1, 2, 6, 2, 11, 2],
      [3, 1, 8, 1, 13, 1],
    ]);
    // A run goes on from one row to the next.
    expect([...set.images[1].segments[0].mask.runs]).toEqual([0, 10]);
    expect((await loadProbeSet(join(folder, 'index.json'), options)).id).toBe(set.id);
  });

  test('takes labels from another key, and leaves ids of null out', async () => {
    const given = await files();
    given['labels.json'][2] = null;
    const set = await loadProbeSet(folderWith(given), { classNames: ['sky', 'sea'], labels: 'place' });
    expect(set.images.map(({ label }) => label)).toEqual([1, 0]);
    expect(set.segmentNames).toEqual(['eyes']);
  });

  test('does not come before a probe.json', async () => {
    const images = [{ file: 'images/a.png', label: 'cat', labelMask: 'masks/a.png' }];
    const layout = { version: 1, segments: { 1: 'nose', 2: 'nose' }, images };
    const set = await loadProbeSet(folderWith({ ...(await files()), 'probe.json': layout }), options);
    expect(set.segmentNames).toEqual(['nose']);
  });
});

test.each<[string, (given: any) => unknown, string, RegExp]>([
  ['a missing labels.json', (g) => delete g['labels.json'], 'PROBE_NOT_FOUND', /no file .*labels\.json/],
  ['an index that is no list', (g) => (g['index.json'] = {}), 'PROBE_INVALID', /index\.json: .*array/],
  ['an empty index', (g) => (g['index.json'] = []), 'PROBE_INVALID', /index\.json: /],
  ['a missing mask', (g) => delete g['index.json'][1].mask, 'PROBE_INVALID', /index\.json: \[1\]\.mask: /],
  [
    'an id beyond a byte',
    (g) => (g['labels.json'][256] = 'x'),
    'PROBE_INVALID',
    /labels\.json: 256: .*0\.\.255/,
  ],
  [
    'the name __proto__',
    (g) => (g['labels.json'][1] = '__proto__'),
    'PROBE_INVALID',
    /labels\.json: 1: '__proto__' cannot be a name/,
  ],
  [
    'the id __proto__',
    (g) => (g['labels.json'] = '{"__proto__":"x"}'),
    'PROBE_INVALID',
    /labels\.json: '__proto__' cannot/,
  ],
  [
    'an id without a name',
    (g) => delete g['labels.json'][2],
    'PROBE_INVALID',
    /index\.json, \[0\] \('images\/a\.png'\): masks\/a\.png has pixels of id 2, which labels\.json does not name; add/,
  ],
  [
    'an image twice',
    (g) => (g['index.json'][1].image = 'images/a.png'),
    'DUPLICATE_IMAGE',
    /\[0\] .*\[1\] .*'images\/a\.png'; give/,
  ],
  ['a missing label', (g) => delete g['index.json'][1].class, 'LABEL_INVALID', /\[1\] .*has no label/],
  [
    'a mask that is not there',
    (g) => delete g['masks/b.png'],
    'IMAGE_UNREADABLE',
    /\[1\] .*b\.png: there is no/,
  ],
])('refuses %s', async (_, change, code, message) => {
  const given = await files();
  change(given);
  await expect(loadProbeSet(folderWith(given), options)).rejects.toMatchObject({
    name: 'SatwatchError',
    code,
    message: expect.stringMatching(message),
  });
});

test('refuses a mask of another size', async () => {
  const given = { ...(await files()), 'masks/b.png': await png(3, 5, () => 1) };
  await expect(loadProbeSet(folderWith(given), options)).rejects.toMatchObject({
    code: 'MASK_SIZE',
    message: expect.stringMatching(/\[1\] .*masks\/b\.png is 3x5, its image is 5x3; draw/),
  });
});
