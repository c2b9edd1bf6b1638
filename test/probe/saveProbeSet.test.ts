import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProbeSet, loadProbeSet, maskFromBitmap, saveProbeSet } from 'satwatch';
import { expect, test } from 'vitest';
import { newFolder } from './files.js';

const [width, height] = [5, 4];
const noise = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, i) => (i * 97 + seed * 31) % 256);
const rows = (...inside: number[]) =>
  maskFromBitmap(
    Array.from({ length: width * height }, (_, i) => Number(inside.includes(Math.floor(i / width)))),
    width,
    height,
  );

/** One image with disjoint masks, one with overlapping ones, one with an empty mask, one with none. */
function someSet(channels: number) {
  const image = (id: string, label: number, segments: Record<string, ReturnType<typeof rows>>) => ({
    id,
    label,
    pixels: noise(width * height * channels, id.length),
    segments: Object.entries(segments).map(([name, mask]) => ({ name, mask })),
  });
  return createProbeSet({
    width,
    height,
    channels,
    classNames: ['3', '0', 'a "quoted", name'],
    roles: { eyes: 'core', background: 'suspect' },
    images: [
      image('disjoint', 0, { eyes: rows(0), 'über/all': rows(2), background: rows(1, 3) }),
      image('over/lapping', 1, { eyes: rows(0, 1), background: rows(1, 2) }),
      image('empty mask', 2, { eyes: rows(), background: rows(2) }),
      image('../none', 2, {}),
    ],
  });
}

test.each([1, 3, 4])('a saved set of %i channels loads as the same set', async (channels) => {
  const set = someSet(channels);
  const folder = join(newFolder(), 'deep', 'folder');
  await saveProbeSet(set, folder);
  const loaded = await loadProbeSet(folder);
  expect(loaded).toEqual(set);
  expect(loaded.id).toBe(set.id);
});

test('disjoint masks share a label PNG, others have a file each', async () => {
  const folder = newFolder();
  await saveProbeSet(someSet(3), folder);
  const { images } = JSON.parse(readFileSync(join(folder, 'probe.json'), 'utf8'));
  expect(images[0]).toMatchObject({ labelMask: 'masks/0000.png' });
  expect(Object.keys(images[1].masks)).toEqual(['background', 'eyes']);
  expect(images[3]).not.toHaveProperty('masks');
  for (const path of Object.values<string>(images[1].masks))
    expect(existsSync(join(folder, path))).toBe(true);
});

test.each([
  ['float pixels', new Float32Array(20), 1, 'a'],
  ['two channels', new Uint8Array(40), 2, 'channels'],
])('%s cannot be saved', async (_, pixels, channels, subject) => {
  const images = [{ id: 'a', label: 0, pixels, segments: [{ name: 'eyes', mask: rows(1) }] }];
  const set = createProbeSet({ width, height, channels, classNames: ['x'], images });
  const folder = newFolder();
  await expect(saveProbeSet(set, folder)).rejects.toMatchObject({ code: 'BAD_OPTION', subject });
  expect(existsSync(join(folder, 'probe.json'))).toBe(false);
});
