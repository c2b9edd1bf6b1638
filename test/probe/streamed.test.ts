import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProbeSet, loadProbeSet, maskFromBitmap, type ProbeSet, saveProbeSet } from 'satwatch';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { dice } from '../task.js';
import { drawn, type Files, folderWith, newFolder, png } from './files.js';

const [width, height, count] = [20, 14, 6];

/** JPEGs of one set, each encoded otherwise, one of them turned, and a PNG; larger than they are loaded. */
async function files(): Promise<Files> {
  const random = dice(3);
  const picture = () => drawn(width, height, (x, y) => [12 * x, 18 * y, 256 * random()]);
  const images = {
    'a.jpg': picture().jpeg({ quality: 90 }),
    'b.jpg': picture().jpeg({ chromaSubsampling: '4:4:4', progressive: true }),
    'c.jpg': drawn(width, height, (x, y) => 9 * x + y).jpeg(),
    'd.jpg': drawn(height, width, (x, y) => [9 * x, 9 * y, 99])
      .jpeg()
      .withMetadata({ orientation: 6 }),
    'e.jpg': picture().toColourspace('cmyk').jpeg(),
    'f.png': picture().png(),
  };
  const encoded = await Promise.all(
    Object.entries(images).map(async ([name, image]) => [name, await image.toBuffer()]),
  );
  const layout = {
    version: 1,
    classNames: ['cat', 'dog'],
    roles: { left: 'suspect' },
    segments: { 1: 'left', 2: 'right', 3: 'background' },
    images: Object.keys(images).map((file, i) => ({ file, label: i % 2, labelMask: 'masks.png' })),
  };
  const masks = await png(width, height, (x) => (x < 6 ? 1 : x < 15 ? 2 : 3));
  return { ...Object.fromEntries(encoded), 'masks.png': masks, 'probe.json': layout };
}

const options = { width: 10, height: 7, resize: 'stretch', channels: 3 } as const;
const contentOf = (set: ProbeSet) =>
  set.images.map(({ id, label, pixels, segments }) => ({ id, label, pixels: [...pixels], segments }));

describe('a set whose pixels are not kept', () => {
  it.each([0, 500, 10 * 7 * 3 * count])('is the same set with room for %i bytes', async (memory) => {
    const folder = folderWith(await files());
    const kept = await loadProbeSet(folder, options);
    const streamed = await loadProbeSet(folder, { ...options, memory });
    expect(streamed.id).toBe(kept.id);
    expect(contentOf(streamed)).toEqual(contentOf(kept));
    expect({ ...streamed, images: [] }).toEqual({ ...kept, images: [] });
  });

  it('keeps the first images, as many as fit', async () => {
    const set = await loadProbeSet(folderWith(await files()), { ...options, memory: 2 * 210 + 1 });
    const once = set.images.map(({ pixels }) => pixels);
    expect(set.images.map(({ pixels }, i) => pixels === once[i])).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('can be cut, copied and saved as any other', async () => {
    const folder = folderWith(await files());
    const kept = await loadProbeSet(folder, options);
    const streamed = await loadProbeSet(folder, { ...options, memory: 0 });
    const part = ({ id: _, segmentNames: __, ...set }: ProbeSet) =>
      createProbeSet({ ...set, images: set.images.slice(1, 4) });
    expect(part(streamed).id).toBe(part(kept).id);
    expect(part(streamed).images[0]).toBe(streamed.images[1]);
    const copies = streamed.images.map((image) => ({ ...image }));
    const { id: _, segmentNames: __, ...set } = streamed;
    expect(createProbeSet({ ...set, images: copies }).id).toBe(kept.id);
    const saved = newFolder();
    await saveProbeSet(streamed, saved);
    expect((await loadProbeSet(saved)).id).toBe(kept.id);
    // Over the files that it reads itself: the second picture would be made of the first one's.
    const again = await loadProbeSet(saved, { memory: 0 });
    await expect(saveProbeSet(again, saved)).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: expect.stringMatching(/still reads its pixels from .*images.*another folder/),
    });
    await saveProbeSet(await loadProbeSet(saved), saved);
    expect((await loadProbeSet(saved)).id).toBe(kept.id);
  });

  it.each([
    ['is gone', (file: string) => rmSync(file), /there is no such file/],
    ['is another picture', changed, /another file than when the probe set was loaded/],
    [
      'is cut off',
      (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 200)),
      /another file/,
    ],
    ['is empty', (file: string) => writeFileSync(file, ''), /0 bytes/],
  ])('refuses a file that %s later', async (_, harm, message) => {
    const folder = folderWith(await files());
    const set = await loadProbeSet(folder, { ...options, memory: 0 });
    await harm(join(folder, 'a.jpg'));
    expect(() => set.images[0].pixels).toThrow(
      expect.objectContaining({
        code: 'IMAGE_UNREADABLE',
        subject: join(folder, 'a.jpg'),
        message: expect.stringMatching(message),
      }),
    );
    await expect(saveProbeSet(set, newFolder())).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' });
    expect(set.images[1].pixels).toHaveLength(210);
  });

  it('refuses a limit that is none', async () => {
    for (const memory of [-1, Number.NaN, '1 GB' as unknown as number])
      await expect(loadProbeSet('probe/', { memory })).rejects.toMatchObject({
        code: 'BAD_OPTION',
        subject: 'memory',
      });
  });
});

async function changed(file: string): Promise<void> {
  const image = sharp(readFileSync(file)).negate();
  writeFileSync(file, await image.jpeg().toBuffer());
}

it('tens of thousands of masks are the same masks', async () => {
  const [side, images, parts] = [16, 210, 100];
  const random = dice(5);
  const names = Array.from({ length: parts }, (_, s) => `part ${s}`);
  const bitmaps = Array.from({ length: images }, () =>
    Uint8Array.from({ length: side * side }, (_, p) => 1 + (p < parts ? p : Math.floor(parts * random()))),
  );
  const made: Files = {};
  for (const [i, ids] of bitmaps.entries()) {
    made[`${i}.png`] = await png(side, side, (x, y) => ids[y * side + x]);
    made[`${i}-mask.png`] = made[`${i}.png`];
  }
  const layout = {
    version: 1,
    classNames: ['one'],
    segments: Object.fromEntries(names.map((name, s) => [s + 1, name])),
    images: bitmaps.map((_, i) => ({ file: `${i}.png`, label: 0, labelMask: `${i}-mask.png` })),
  };
  const loaded = await loadProbeSet(folderWith({ ...made, 'probe.json': layout }));
  const byHand = createProbeSet({
    width: side,
    height: side,
    channels: 1,
    classNames: ['one'],
    images: bitmaps.map((ids, i) => ({
      id: `${i}.png`,
      label: 0,
      pixels: ids,
      segments: names.map((name, s) => ({
        name,
        mask: maskFromBitmap(
          ids.map((value) => Number(value === s + 1)),
          side,
          side,
        ),
      })),
    })),
  });
  // The last ones are kept in another form: made anew whenever they are asked for.
  expect(loaded.images[0].segments).toBe(loaded.images[0].segments);
  expect(loaded.images[images - 1].segments).not.toBe(loaded.images[images - 1].segments);
  expect(loaded.id).toBe(byHand.id);
  expect(loaded.images.map(({ segments }) => segments)).toEqual(
    byHand.images.map(({ segments }) => segments),
  );
});
