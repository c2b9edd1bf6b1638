import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { loadProbeSet, maskToBitmap, type ProbeSet } from 'satwatch';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/random.js';
import { backend } from '../tf.js';
import { drawn, type Files, folderWith, inBox, maskPng, png } from './files.js';

const eyes = { left: 2, top: 1, width: 3, height: 2 };
const tail = { left: 7, top: 4, width: 2, height: 1 };
const colour = (x: number, y: number) => [x * 20, y * 30, 7];

/** A folder of two 10x6 images; a test changes what it is about. */
async function files(): Promise<Files & { 'probe.json': any }> {
  return {
    'probe.json': {
      version: 1,
      classNames: ['cat', 'dog'],
      roles: { eyes: 'core' },
      segments: { 1: 'eyes', 2: 'tail' },
      images: [
        { file: 'images/a.png', label: 'dog', labelMask: 'masks/a.png' },
        { id: 'b', file: 'images/b.png', label: 0, masks: { eyes: 'masks/b-eyes.png' } },
      ],
    },
    'images/a.png': await png(10, 6, colour),
    'images/b.png': await png(10, 6, () => [1, 2, 3]),
    'masks/a.png': await png(10, 6, (x, y) => (inBox(eyes, x, y) ? 1 : inBox(tail, x, y) ? 2 : 0)),
    'masks/b-eyes.png': await maskPng(10, 6, eyes),
  };
}

describe('a folder', () => {
  test('gives images with pixels, labels and masks as they were drawn', async () => {
    const set = await loadProbeSet(folderWith(await files()));
    expect(set).toMatchObject({ width: 10, height: 6, channels: 3, classNames: ['cat', 'dog'] });
    expect(set.roles).toEqual({ eyes: 'core' });
    expect(set.images.map(({ id, label }) => [id, label])).toEqual([
      ['images/a.png', 1],
      ['b', 0],
    ]);
    expect([...set.images[0].pixels]).toEqual(everyPixel(10, 6, colour).flat());
    expect(names(set)).toEqual([['eyes', 'tail'], ['eyes']]);
    expect(bitmap(set, 0, 'eyes')).toEqual(everyPixel(10, 6, (x, y) => Number(inBox(eyes, x, y))));
    expect(bitmap(set, 0, 'tail')).toEqual(everyPixel(10, 6, (x, y) => Number(inBox(tail, x, y))));
    expect(bitmap(set, 1, 'eyes')).toEqual(bitmap(set, 0, 'eyes'));
  });

  test('is found by its probe.json too', async () => {
    const folder = folderWith(await files());
    expect((await loadProbeSet(join(folder, 'probe.json'))).id).toBe((await loadProbeSet(folder)).id);
  });

  test('may be moved: its id comes from the content', async () => {
    const folder = folderWith(await files());
    const { id } = await loadProbeSet(folder);
    const moved = join(folderWith({}), 'moved');
    renameSync(folder, moved);
    mkdirSync(folder);
    expect((await loadProbeSet(moved)).id).toBe(id);
  });

  test('unites masks of one name, from whatever files, and leaves ids of null out', async () => {
    const given = await files();
    given['probe.json'].segments = { 1: 'eyes', 2: null };
    given['probe.json'].images[0].masks = { eyes: ['masks/b-eyes.png', 'masks/more.png'] };
    given['masks/more.png'] = await maskPng(10, 6, tail);
    const set = await loadProbeSet(folderWith(given));
    expect(names(set)[0]).toEqual(['eyes']);
    expect(bitmap(set, 0, 'eyes')).toEqual(
      everyPixel(10, 6, (x, y) => Number(inBox(eyes, x, y) || inBox(tail, x, y))),
    );
  });

  test('has id 0 as a segment where it is named', async () => {
    const given = await files();
    given['probe.json'].segments[0] = 'background';
    const set = await loadProbeSet(folderWith(given));
    expect(bitmap(set, 0, 'background')).toEqual(
      everyPixel(10, 6, (x, y) => Number(!inBox(eyes, x, y) && !inBox(tail, x, y))),
    );
    expect(set.roles).toEqual({ eyes: 'core', background: 'context' });
  });

  test('takes coloured and transparent masks: inside is what is neither black nor transparent', async () => {
    const given = await files();
    given['masks/b-eyes.png'] = await png(10, 6, (x, y) =>
      inBox(eyes, x, y) ? [0, 0, 9, 255] : inBox(tail, x, y) ? [255, 0, 0, 0] : [0, 0, 0, 255],
    );
    const set = await loadProbeSet(folderWith(given));
    expect(bitmap(set, 1, 'eyes')).toEqual(everyPixel(10, 6, (x, y) => Number(inBox(eyes, x, y))));
  });

  test('adds on request the background: what no segment has', async () => {
    const given = await files();
    const set = await loadProbeSet(folderWith(given), { background: true });
    expect(names(set)).toEqual([
      ['background', 'eyes', 'tail'],
      ['background', 'eyes'],
    ]);
    expect(bitmap(set, 0, 'background')).toEqual(
      everyPixel(10, 6, (x, y) => Number(!inBox(eyes, x, y) && !inBox(tail, x, y))),
    );
    // The same that a label PNG says by naming its 0; and nothing is added where every pixel has a segment.
    given['probe.json'].segments[0] = 'background';
    given['probe.json'].images.splice(1, 1);
    const named = await loadProbeSet(folderWith(given));
    expect(named.images[0]).toEqual(set.images[0]);
    expect((await loadProbeSet(folderWith(given), { background: true })).id).toBe(named.id);
  });

  test('lets options add roles and replace class names', async () => {
    const set = await loadProbeSet(folderWith(await files()), {
      classNames: ['bird', 'cat', 'dog'],
      roles: { tail: 'suspect' },
    });
    expect(set.roles).toEqual({ eyes: 'core', tail: 'suspect' });
    expect(set.images.map(({ label }) => label)).toEqual([2, 0]);
  });
});

describe('channels', () => {
  const grey = async () => ({
    ...(await files()),
    'images/a.png': await png(10, 6, (x, y) => x * 10 + y),
  });

  test('are 1 where the first image is grey', async () => {
    const set = await loadProbeSet(folderWith(await grey()));
    expect(set.channels).toBe(1);
    expect([...set.images[0].pixels]).toEqual(everyPixel(10, 6, (x, y) => x * 10 + y));
    expect(set.images[1].pixels).toHaveLength(60);
  });

  test.each([
    [1, (x: number, y: number) => [x * 10 + y]],
    [3, (x: number, y: number) => Array(3).fill(x * 10 + y)],
    [4, (x: number, y: number) => [...Array(3).fill(x * 10 + y), 255]],
  ])('are %i as wanted', async (channels, expected) => {
    const set = await loadProbeSet(folderWith(await grey()), { channels });
    expect([...set.images[0].pixels]).toEqual(everyPixel(10, 6, expected).flat());
  });

  test('drop alpha without darkening what is transparent', async () => {
    const given = await files();
    given['images/a.png'] = await png(10, 6, (x, y) => [...colour(x, y), 0]);
    const set = await loadProbeSet(folderWith(given), { channels: 3 });
    expect([...set.images[0].pixels]).toEqual(everyPixel(10, 6, colour).flat());
    const smaller = await loadProbeSet(folderWith(given), { channels: 3, width: 5, height: 3 });
    expect(Math.max(...smaller.images[0].pixels)).toBeGreaterThan(150);
  });
});

describe('resize keeps masks on their image', () => {
  const box = { left: 30, top: 10, width: 24, height: 30 };
  const red = (x: number, y: number) => (inBox(box, x, y) ? [255, 0, 0] : [0, 0, 255]);
  const sizes = [
    [40, 40],
    [160, 160],
    [37, 91],
    [91, 37],
    [201, 50],
    [80, 53],
  ];
  const cases = (['contain', 'cover', 'stretch'] as const).flatMap((resize) =>
    sizes.map(([width, height]) => ({ resize, width, height })),
  );

  test.each(cases)('$resize to $width x $height', async (options) => {
    const { width, height, resize } = options;
    const given = await files();
    given['probe.json'].images.splice(0, 1);
    given['images/b.png'] = await png(80, 60, red);
    given['masks/b-eyes.png'] = await maskPng(80, 60, box);
    const set = await loadProbeSet(folderWith(given), options);
    expect(set).toMatchObject({ width, height });

    const mask = bitmap(set, 0, 'eyes');
    const { pixels } = set.images[0];
    const [colours, masked] = [
      [0, 0, 0],
      [0, 0, 0],
    ];
    for (let i = 0; i < width * height; i++) {
      const [r, , b] = pixels.subarray(3 * i, 3 * i + 3);
      // Off the blurred edge of one pixel, red is inside and all else outside.
      if (r > 240) expect([mask[i], i]).toEqual([1, i]);
      if (r < 15) expect([mask[i], i]).toEqual([0, i]);
      colours[r > 128 ? 0 : b > 128 ? 1 : 2]++;
      masked[mask[i]]++;
    }
    expect(masked[1]).toBeGreaterThan(0);
    expect(Math.abs(masked[1] - colours[0])).toBeLessThanOrEqual(2 * (width + height) * 0.5);
    // What each mode says: bars only in 'contain', the whole rectangle's share of the picture in all but 'cover'.
    if (resize !== 'contain') expect(colours[2]).toBeLessThan(width * height * 0.02);
    else expect(colours[2] > width * height * 0.05).toBe(Math.abs(width / height - 4 / 3) > 0.1);
    const share = (box.width * box.height) / (80 * 60);
    if (resize !== 'cover') expect(masked[1] / (colours[0] + colours[1])).toBeCloseTo(share, 1);
  });

  test.each([1, 3, 4] as const)('what grows is as tf.image.resizeBilinear, %i channels', async (channels) => {
    const tf = await backend();
    const random = seededRandom(channels);
    const [width, height] = [5, 4];
    const data = Uint8Array.from({ length: width * height * channels }, () => Math.floor(256 * random()));
    const given = await files();
    given['probe.json'].images = [{ file: 'images/c.png', label: 'dog', masks: { eyes: 'masks/c.png' } }];
    given['images/c.png'] = await sharp(data, { raw: { width, height, channels } }).png().toBuffer();
    given['masks/c.png'] = await maskPng(width, height, { left: 1, top: 1, width: 2, height: 2 });
    const set = await loadProbeSet(folderWith(given), { width: 13, height: 8, channels });
    const bytes = tf.tensor4d(Float32Array.from(data), [1, height, width, channels]);
    const expected = tf.image.resizeBilinear(bytes, [8, 13], false, true).dataSync();
    const { pixels } = set.images[0];
    expect(pixels).toHaveLength(13 * 8 * channels);
    expect(Math.max(...[...expected].map((value, i) => Math.abs(value - pixels[i])))).toBeLessThan(0.51);
  });

  test('what shrinks keeps colours where nothing is opaque', async () => {
    const given = await files();
    given['probe.json'].images = [{ file: 'images/c.png', label: 'dog', masks: { eyes: 'masks/c.png' } }];
    const data = Uint8Array.from({ length: 8 * 8 * 4 }, (_, i) => [200, 50, 20, 0][i % 4]);
    given['images/c.png'] = await sharp(data, { raw: { width: 8, height: 8, channels: 4 } })
      .png()
      .toBuffer();
    given['masks/c.png'] = await maskPng(8, 8, { left: 1, top: 1, width: 4, height: 4 });
    const set = await loadProbeSet(folderWith(given), { width: 4, height: 4, channels: 4 });
    expect([...set.images[0].pixels.subarray(0, 4)]).toEqual([200, 50, 20, 0]);
  });

  test('the picture is centred: bars on both sides, or cut off on both', async () => {
    const given = await files();
    given['images/a.png'] = await png(10, 6, (x, y) => [x + 1, y + 1, 9]);
    const folder = folderWith(given);
    const pixel = (set: ProbeSet, x: number, y: number) =>
      [...set.images[0].pixels.subarray(3 * (y * set.width + x))].slice(0, 3);

    const contained = await loadProbeSet(folder, { width: 10, height: 10, resize: 'contain' });
    const column = Array.from({ length: 10 }, (_, y) => pixel(contained, 4, y)[1]);
    expect(column).toEqual([0, 0, 1, 2, 3, 4, 5, 6, 0, 0]);
    expect(bitmap(contained, 0, 'tail')).toEqual(
      everyPixel(10, 10, (x, y) => Number(inBox({ ...tail, top: tail.top + 2 }, x, y))),
    );

    const covered = await loadProbeSet(folder, { width: 6, height: 6, resize: 'cover' });
    expect(Array.from({ length: 6 }, (_, x) => pixel(covered, x, 0)[0])).toEqual([3, 4, 5, 6, 7, 8]);
    expect(bitmap(covered, 0, 'tail')).toEqual(
      everyPixel(6, 6, (x, y) => Number(inBox({ ...tail, left: tail.left - 2 }, x, y))),
    );
  });

  test('stretch is what happens without a word', async () => {
    const folder = folderWith(await files());
    const size = { width: 7, height: 7 };
    const { id } = await loadProbeSet(folder, size);
    expect((await loadProbeSet(folder, { ...size, resize: 'stretch' })).id).toBe(id);
    expect((await loadProbeSet(folder, { ...size, resize: 'contain' })).id).not.toBe(id);
  });

  test('the size of the first image is that of all', async () => {
    const given = await files();
    given['images/b.png'] = await png(20, 12, () => [9, 9, 9]);
    given['masks/b-eyes.png'] = await maskPng(20, 12, { left: 4, top: 2, width: 6, height: 4 });
    const set = await loadProbeSet(folderWith(given));
    expect(set).toMatchObject({ width: 10, height: 6 });
    expect(bitmap(set, 1, 'eyes')).toEqual(bitmap(set, 0, 'eyes'));
  });

  test('a mask may vanish: its segment stays, without pixels, and its role with it', async () => {
    const given = await files();
    given['probe.json'].roles = { tail: 'suspect' };
    const set = await loadProbeSet(folderWith(given), { width: 10, height: 3 });
    expect(set.segmentNames).toEqual(['eyes', 'tail']);
    expect(set.images[0].segments[1]).toMatchObject({ name: 'tail', mask: { runs: new Uint32Array() } });
  });
});

describe('EXIF orientation', () => {
  // Stored 6x10, to be turned a quarter: viewers show 10x6.
  const turned = () =>
    drawn(6, 10, () => [50, 60, 70])
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();

  test('is applied, so that masks are those of the picture as viewers show it', async () => {
    const given = await files();
    given['images/b.png'] = await turned();
    expect(await loadProbeSet(folderWith(given))).toMatchObject({ width: 10, height: 6 });
  });

  test('is named where a mask was drawn over the picture as it is stored', async () => {
    const given = await files();
    given['images/b.png'] = await turned();
    given['masks/b-eyes.png'] = await maskPng(6, 10, { left: 0, top: 0, width: 2, height: 2 });
    await expect(loadProbeSet(folderWith(given))).rejects.toMatchObject({
      code: 'MASK_SIZE',
      message: expect.stringMatching(/6x10, its image is 10x6; .*EXIF/),
    });
  });
});

describe('labels', () => {
  const labelled = async (
    labels: any,
    change: (given: Awaited<ReturnType<typeof files>>) => void = () => {},
  ) => {
    const given = await files();
    change(given);
    const folder = folderWith(given);
    const set = await loadProbeSet(folder, {
      labels: typeof labels === 'string' ? labels.replace('@', folder) : labels,
    });
    return set.images.map(({ label }) => label);
  };

  test('from the parent folder', async () => {
    const change = (given: any) => {
      given['cat/b.png'] = given['images/b.png'];
      given['dog/a.png'] = given['images/a.png'];
      given['probe.json'].images[0] = { file: 'dog/a.png', labelMask: 'masks/a.png' };
      given['probe.json'].images[1].file = 'cat/b.png';
    };
    expect(await labelled('folder', change)).toEqual([1, 0]);
    await expect(labelled('folder')).rejects.toMatchObject({
      code: 'LABEL_INVALID',
      message: expect.stringMatching(/'images', which is no class; there are: cat, dog/),
    });
  });

  test('from a CSV file, by id or path, as name or index', async () => {
    const csv = (text: string) => (given: any) => {
      given['labels.csv'] = text;
    };
    expect(await labelled('@/labels.csv', csv('image,label\nimages/a.png,cat\nb,dog\n'))).toEqual([0, 1]);
    expect(
      await labelled(
        '@/labels.csv',
        csv('\uFEFFlabel,note,image\r\n1,"a, ""b""",images/a.png\r\n0,,"b"\r\n'),
      ),
    ).toEqual([1, 0]);
    await expect(labelled('@/labels.csv', csv('image,label\nb,dog\n'))).rejects.toMatchObject({
      code: 'LABEL_INVALID',
      subject: 'images/a.png',
    });
    await expect(labelled('@/labels.csv', csv('file;class\n'))).rejects.toMatchObject({
      code: 'LABEL_INVALID',
      message: expect.stringMatching(/'file;class'; it has to name the columns image and label/),
    });
    await expect(
      labelled('@/labels.csv', csv('image,label\n"b",dog\nimages/a.png,"dog')),
    ).rejects.toMatchObject({
      code: 'LABEL_INVALID',
      message: expect.stringMatching(/labels\.csv: line 3: a quote has to open and close/),
    });
    await expect(labelled('@/none.csv')).rejects.toMatchObject({
      code: 'LABEL_INVALID',
      message: expect.stringMatching(/none\.csv: cannot be read .*check the path/),
    });
  });

  test('from a function of the image, or a key of its record', async () => {
    expect(await labelled(({ id }: { id: string }) => (id === 'b' ? 'dog' : 0))).toEqual([0, 1]);
    expect(await labelled('label')).toEqual([1, 0]);
    for (const key of ['lable', 'toString'])
      await expect(labelled(key)).rejects.toMatchObject({
        code: 'LABEL_INVALID',
        message: expect.stringMatching(/images\[0\].*no key '(lable'; did you mean 'label'|toString')/),
      });
  });
});

describe('refuses', () => {
  type Case = [string, (given: any) => unknown, string, string, RegExp];
  test.each<Case>([
    [
      'an image that is not there',
      (f) => delete f['images/a.png'],
      'IMAGE_UNREADABLE',
      'images/a.png',
      /images\[0\] .*no such file; replace/,
    ],
    [
      'an empty image file',
      (f) => (f['images/a.png'] = ''),
      'IMAGE_UNREADABLE',
      'images/a.png',
      /is empty \(0 bytes\)/,
    ],
    [
      'a file that is no image',
      (f) => (f['images/a.png'] = 'hello'),
      'IMAGE_UNREADABLE',
      'images/a.png',
      /unsupported image format; replace/,
    ],
    [
      'half an image',
      (f) => (f['images/a.png'] = f['images/a.png'].subarray(0, 80)),
      'IMAGE_UNREADABLE',
      'images/a.png',
      /images\[0\]/,
    ],
    [
      'a mask that is not there',
      (f) => delete f['masks/a.png'],
      'IMAGE_UNREADABLE',
      'masks/a.png',
      /no such file/,
    ],
    [
      'an empty mask file',
      (f) => (f['masks/b-eyes.png'] = ''),
      'IMAGE_UNREADABLE',
      'masks/b-eyes.png',
      /'b'.*empty/,
    ],
    [
      'a label out of range',
      (f) => (f['probe.json'].images[1].label = 2),
      'LABEL_INVALID',
      'b',
      /label is 2, .* 0 to 1, or a class name \(cat, dog\)/,
    ],
    [
      'a label that is no class',
      (f) => (f['probe.json'].images[1].label = 'cta'),
      'LABEL_INVALID',
      'b',
      /'cta', which is no class; did you mean 'cat'/,
    ],
    [
      'a missing label',
      (f) => delete f['probe.json'].images[1].label,
      'LABEL_INVALID',
      'b',
      /'b'\): it has no label; give it one/,
    ],
    [
      'an id twice',
      (f) => (f['probe.json'].images[0].id = 'b'),
      'DUPLICATE_IMAGE',
      'b',
      /'b'; give every image/,
    ],
    [
      'a role for a segment that no image has',
      (f) => (f['probe.json'].roles = { eye: 'core' }),
      'UNKNOWN_SEGMENT',
      'eye',
      /did you mean 'eyes'/,
    ],
    [
      'an id that segments does not name',
      (f) => delete f['probe.json'].segments[2],
      'PROBE_INVALID',
      'masks/a.png',
      /pixels of id 2, .*add "2": "a name"/,
    ],
    [
      'missing class names',
      (f) => delete f['probe.json'].classNames,
      'PROBE_INVALID',
      'classNames',
      /give loadProbeSet the option classNames, in the order of the model's outputs \(the labels are dog\)/,
    ],
    [
      'broken JSON',
      (f) => (f['probe.json'] = '{ "version": 1, '),
      'PROBE_INVALID',
      'probe.json',
      /no valid JSON: .*docs\/probe-sets\.md/,
    ],
    [
      'a misspelled field',
      (f) => (f['probe.json'].images[1].maks = {}),
      'PROBE_INVALID',
      'images[1]',
      /probe\.json: images\[1\]: .*"maks"/,
    ],
    [
      'a field of another type',
      (f) => (f['probe.json'].images[0].file = 3),
      'PROBE_INVALID',
      'images[0].file',
      /images\[0\]\.file: .*string/,
    ],
    [
      'a name that every object has',
      (f) => (f['probe.json'].segments[1] = 'constructor'),
      'PROBE_INVALID',
      'segments.1',
      /'constructor' cannot be a name/,
    ],
    [
      'the name __proto__',
      (f) => (f['probe.json'].images[1].masks = JSON.parse('{"__proto__":"masks/b-eyes.png"}')),
      'PROBE_INVALID',
      'images[1].masks',
      /'__proto__' cannot be a name/,
    ],
    [
      'a drawing',
      (f) => (f['images/a.png'] = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="6"/>'),
      'IMAGE_UNREADABLE',
      'images/a.png',
      /svg is none of jpeg, png, webp/,
    ],
    ['another version', (f) => (f['probe.json'].version = 2), 'PROBE_INVALID', 'version', /version: .*1/],
    [
      'a wrong role',
      (f) => (f['probe.json'].roles = { eyes: 'main' }),
      'PROBE_INVALID',
      'roles.eyes',
      /roles\.eyes: .*core/,
    ],
    [
      'an id beyond a byte',
      (f) => (f['probe.json'].segments[256] = 'x'),
      'PROBE_INVALID',
      'segments.256',
      /256/,
    ],
    ['no images', (f) => (f['probe.json'].images = []), 'PROBE_INVALID', 'images', /images: /],
    [
      'a way out of the folder',
      (f) => (f['probe.json'].images[0].file = '../secret.png'),
      'PROBE_INVALID',
      '../secret.png',
      /'\.\.\/secret\.png' leads out of the folder; give paths inside/,
    ],
    [
      'a hidden way out',
      (f) => (f['probe.json'].images[0].labelMask = 'masks/../../secret.png'),
      'PROBE_INVALID',
      'masks/../../secret.png',
      /leads out/,
    ],
    [
      'an absolute path',
      (f) => (f['probe.json'].images[1].masks.eyes = '/etc/hostname'),
      'PROBE_INVALID',
      '/etc/hostname',
      /leads out/,
    ],
    [
      'no masks at all',
      (f) =>
        f['probe.json'].images.forEach((image: any) => {
          delete image.masks;
          delete image.labelMask;
        }) ?? delete f['probe.json'].roles,
      'NO_MASKS',
      'segments',
      /none of the 2 images.*draw at least one/,
    ],
  ])('%s', async (_, change, code, subject, message) => {
    const given = await files();
    change(given);
    const error = await loadProbeSet(folderWith(given)).then(
      () => undefined,
      (reason) => reason,
    );
    expect(error).toMatchObject({ name: 'SatwatchError', code, message: expect.stringMatching(message) });
    // Files are named by the path that was opened, which begins with a folder of this run.
    expect(error.subject.endsWith(subject)).toBe(true);
    if (code !== 'NO_MASKS') expect(error.message).toContain(subject.replace('images[0]', ''));
  });

  test.each<[string, () => Promise<Buffer>, string, RegExp]>([
    [
      'a mask of another size',
      () => maskPng(9, 6, eyes),
      'MASK_SIZE',
      /'b'\): the mask \S*masks\/b-eyes\.png is 9x6, its image is 10x6; draw/,
    ],
    [
      'a JPEG as mask',
      () =>
        drawn(10, 6, () => 255)
          .jpeg()
          .toBuffer(),
      'MASK_INVALID',
      /has to be a PNG, this is jpeg; save it/,
    ],
    [
      'a mask of 16 bits',
      () =>
        drawn(10, 6, () => 255)
          .toColourspace('grey16')
          .png()
          .toBuffer(),
      'MASK_INVALID',
      /16 bits/,
    ],
  ])('%s', async (_, mask, code, message) => {
    const given = { ...(await files()), 'masks/b-eyes.png': await mask() };
    // Whatever the wanted size: an error is not resized away.
    for (const options of [{}, { width: 9, height: 6 }])
      await expect(loadProbeSet(folderWith(given), options)).rejects.toMatchObject({
        code,
        subject: expect.stringContaining('masks/b-eyes.png'),
        message: expect.stringMatching(message),
      });
  });

  test.each<[string, () => Promise<Buffer>, RegExp]>([
    [
      'colours',
      () => png(10, 6, () => [1, 1, 1]),
      /has 3 channels of 8 bits; save the ids as an 8-bit greyscale PNG/,
    ],
    [
      'a palette',
      () =>
        drawn(10, 6, (x) => [x * 20, 0, 0])
          .png({ palette: true })
          .toBuffer(),
      /has a palette/,
    ],
  ])('%s in a label PNG', async (_, mask, message) => {
    const given = { ...(await files()), 'masks/a.png': await mask() };
    await expect(loadProbeSet(folderWith(given))).rejects.toMatchObject({
      code: 'MASK_INVALID',
      message: expect.stringMatching(message),
    });
  });

  test('a missing folder, and one that is no probe set', async () => {
    const missing = join(folderWith({}), 'nowhere');
    await expect(loadProbeSet(missing)).rejects.toMatchObject({
      code: 'PROBE_NOT_FOUND',
      subject: missing,
      message: expect.stringMatching(/nowhere; check the path/),
    });
    await expect(loadProbeSet(join(missing, 'probe.json'))).rejects.toMatchObject({
      code: 'PROBE_NOT_FOUND',
    });
    const other = folderWith({ 'a.txt': 'hello' });
    await expect(loadProbeSet(other)).rejects.toMatchObject({
      code: 'PROBE_INVALID',
      subject: other,
      message: expect.stringMatching(
        /looked for probe\.json, or index\.json with labels\.json, or one COCO file .*docs\/probe-sets\.md/,
      ),
    });
  });

  test.each<[object, string, string, RegExp]>([
    [{ resise: 'cover' }, 'UNKNOWN_OPTION', 'resise', /did you mean 'resize'/],
    [
      { resize: 'fill' },
      'BAD_OPTION',
      'resize',
      /'fill'; there are: contain, cover, stretch|'fill'; did you mean/,
    ],
    [{ width: 5 }, 'BAD_OPTION', 'height', /both width and height/],
    [{ width: 5, height: 0.5 }, 'BAD_OPTION', 'height', /height is 0.5/],
    [{ channels: 2 }, 'BAD_OPTION', 'channels', /channels is 2, expected 1/],
    [{ width: 1e5, height: 1e5 }, 'BAD_OPTION', 'width', /100000x100000 is more than 100000000 pixels/],
    [{ background: 'yes' }, 'BAD_OPTION', 'background', /background is yes/],
    [{ labels: 3 }, 'BAD_OPTION', 'labels', /number, expected 'folder'/],
    [{ classNames: 'cat' }, 'BAD_OPTION', 'classNames', /list of names/],
    [{ classNames: ['cat', '__proto__'] }, 'BAD_OPTION', '__proto__', /cannot be a name/],
    [{ roles: { nose: 'core' } }, 'UNKNOWN_SEGMENT', 'nose', /'nose'/],
  ])('the options %j', async (options: any, code, subject, message) => {
    await expect(loadProbeSet(folderWith(await files()), options)).rejects.toMatchObject({
      code,
      subject,
      message: expect.stringMatching(message),
    });
  });
});

function everyPixel<T>(width: number, height: number, value: (x: number, y: number) => T): T[] {
  return Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width)));
}

function names(set: ProbeSet): string[][] {
  return set.images.map(({ segments }) => segments.map(({ name }) => name));
}

function bitmap(set: ProbeSet, image: number, segment: string): number[] {
  return [...maskToBitmap(set.images[image].segments.find(({ name }) => name === segment)!.mask)];
}
