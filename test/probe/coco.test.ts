import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadProbeSet, maskToBitmap } from 'satwatch';
import { describe, expect, test } from 'vitest';
import { drawn, type Files, folderWith, png } from './files.js';

const classNames = ['cat', 'dog'];
const square = (left: number, top: number, side: number) => [
  left,
  top,
  left + side,
  top,
  left + side,
  top + side,
  left,
  top + side,
];

/** Two images of 6x4 pixels with three annotations; a test changes what it is about. */
async function files(): Promise<Files & { 'coco.json': any }> {
  return {
    'coco.json': {
      images: [
        { id: 7, file_name: 'images/a.png', width: 6, height: 4, kind: 'dog' },
        { id: 3, file_name: 'b.png', width: 6, height: 4, kind: 0 },
      ],
      categories: [
        { id: 1, name: 'eyes' },
        { id: 2, name: 'tail' },
      ],
      annotations: [
        { id: 1, image_id: 7, category_id: 1, segmentation: [square(0, 0, 2)] },
        {
          id: 2,
          image_id: 3,
          category_id: 2,
          segmentation: { size: [4, 6], counts: [0, 4, 20] },
          iscrowd: 1,
        },
        { id: 3, image_id: 7, category_id: 2, segmentation: { size: [4, 6], counts: 'd04' } },
      ],
    },
    'images/a.png': await png(6, 4, (x, y) => [x, y, 9]),
    'images/b.png': await png(6, 4, (x, y) => [y, x, 9]),
  };
}

const load = async (given: Files, options = {}, path = '') =>
  loadProbeSet(join(folderWith(given), path), { labels: 'kind', classNames, ...options });

describe('a COCO file', () => {
  test('gives images, labels and masks, whether the images lie beside it or in images/', async () => {
    const set = await load(await files());
    expect(set).toMatchObject({
      width: 6,
      height: 4,
      channels: 3,
      segmentNames: ['eyes', 'tail'],
      roles: {},
    });
    expect(set.images.map(({ id, label }) => [id, label])).toEqual([
      ['images/a.png', 1],
      ['b.png', 0],
    ]);
    expect([...set.images[1].pixels.subarray(0, 6)]).toEqual([0, 0, 9, 0, 1, 9]);
    const bits = (image: number, segment: number) => [
      ...maskToBitmap(set.images[image].segments[segment].mask),
    ];
    expect(bits(0, 0)).toEqual([1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, ...Array(12).fill(0)]);
    expect(bits(0, 1)).toEqual([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
    expect(bits(1, 0)).toEqual([1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
  });

  test('is found by its path, and in a folder where it is the only .json', async () => {
    const given = await files();
    const { id } = await load(given);
    expect((await load(given, {}, 'coco.json')).id).toBe(id);
    expect((await load({ ...given, 'other.json': {} }, {}, 'coco.json')).id).toBe(id);
    await expect(load({ ...given, 'other.json': {} })).rejects.toMatchObject({
      code: 'PROBE_INVALID',
      message: expect.stringMatching(/several \.json files \(coco\.json, other\.json\); give the path/),
    });
  });

  test('takes the image beside it before the one in images/', async () => {
    const given = await files();
    given['b.png'] = await png(6, 4, () => [1, 2, 3]);
    expect([...(await load(given)).images[1].pixels.subarray(0, 3)]).toEqual([1, 2, 3]);
  });

  test('unites annotations of one name, also of two categories, and takes a byte order mark', async () => {
    const given = await files();
    given['coco.json'].categories[1].name = 'eyes';
    given['coco.json'] = `\uFEFF${JSON.stringify(given['coco.json'])}`;
    const set = await load(given);
    expect(set.segmentNames).toEqual(['eyes']);
    expect([...set.images[0].segments[0].mask.runs]).toEqual([0, 2, 5, 3, 11, 1, 17, 1, 23, 1]);
  });

  test('may lack sizes; an image may lack annotations', async () => {
    const given = await files();
    for (const image of given['coco.json'].images) delete image.width;
    given['coco.json'].annotations.splice(1, 1);
    const set = await load(given);
    expect(set.images.map(({ segments }) => segments.length)).toEqual([2, 0]);
  });

  test('takes roles from the option', async () => {
    expect((await load(await files(), { roles: { tail: 'suspect' } })).roles).toEqual({ tail: 'suspect' });
    await expect(load(await files(), { roles: { tails: 'suspect' } })).rejects.toMatchObject({
      code: 'UNKNOWN_SEGMENT',
      message: expect.stringMatching(/^\/.*: roles: .*did you mean 'tail'/),
    });
  });
});

describe('labels', () => {
  const labelled = async (labels: any, change: (given: any) => void = () => {}) => {
    const given = await files();
    change(given);
    const folder = folderWith(given);
    const set = await loadProbeSet(folder, { classNames, labels: labels?.replace?.('@', folder) ?? labels });
    return set.images.map(({ label }) => label);
  };

  test('from a key, the parent folder, a CSV file or a function', async () => {
    expect(await labelled('kind')).toEqual([1, 0]);
    const moved = (given: any) => {
      for (const [i, kind] of ['cat', 'dog'].entries()) {
        given[`${kind}/x.png`] = given['images/a.png'];
        given['coco.json'].images[i].file_name = `${kind}/x.png`;
      }
    };
    expect(await labelled('folder', moved)).toEqual([0, 1]);
    const csv = (given: any) => {
      given['labels.csv'] = 'image,label\nb.png,1\nimages/a.png,cat\n';
    };
    expect(await labelled('@/labels.csv', csv)).toEqual([0, 1]);
    expect(await labelled(({ record, file }: any) => (file.endsWith('b.png') ? record.kind : 'cat'))).toEqual(
      [0, 0],
    );
  });

  test.each<[string, any, RegExp]>([
    ['no word of where they come from', undefined, /'images\/a\.png'\): it has no label; .*option labels/],
    ['a key that is not there', 'kin', /no key 'kin'; did you mean 'kind'/],
    ['a folder that is no class', 'folder', /'images', which is no class/],
    ['a function that answers nothing', () => undefined, /it has no label/],
  ])('refuses %s', async (_, labels, message) => {
    await expect(labelled(labels)).rejects.toMatchObject({
      code: 'LABEL_INVALID',
      subject: 'images/a.png',
      message: expect.stringMatching(message),
    });
  });

  test.each([[{ toString: 1 }], [['dog']], [true], [1.5], ['']])('refuses the label %j', async (kind) => {
    const set = labelled('kind', (given) => (given['coco.json'].images[0].kind = kind));
    await expect(set).rejects.toMatchObject({
      code: 'LABEL_INVALID',
      message: expect.stringMatching(/images\[0\]/),
    });
  });

  test('says the labels there are where class names are missing', async () => {
    await expect(load(await files(), { classNames: undefined })).rejects.toMatchObject({
      code: 'PROBE_INVALID',
      subject: 'classNames',
      message: expect.stringMatching(/names no classes; .*the labels are dog/),
    });
  });
});

describe('EXIF orientation', () => {
  // Stored 4x6, to be turned a quarter: viewers show 6x4.
  const turned = async () => ({
    ...(await files()),
    'images/a.png': await drawn(4, 6, () => [5, 6, 7])
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer(),
  });

  test('is applied: masks are those of the picture as viewers show it', async () => {
    expect(await load(await turned())).toMatchObject({ width: 6, height: 4 });
  });

  test.each<[string, (coco: any) => unknown]>([
    ['the record', ({ images }) => Object.assign(images[0], { width: 4, height: 6 })],
    ['a mask', ({ annotations }) => (annotations[2].segmentation.size = [6, 4])],
  ])('is named where %s has the size of the picture as it is stored', async (_, change) => {
    const given = await turned();
    change(given['coco.json']);
    await expect(load(given)).rejects.toMatchObject({
      code: 'MASK_SIZE',
      message: expect.stringMatching(/4x6, its image is 6x4; .*EXIF/),
    });
  });
});

describe('refuses', () => {
  type Case = [string, (coco: any) => unknown, string, string, RegExp];
  test.each<Case>([
    ['no images', (c) => (c.images = []), 'PROBE_INVALID', 'images', /images: /],
    ['a missing list', (c) => delete c.annotations, 'PROBE_INVALID', 'annotations', /annotations: .*array/],
    [
      'a file name of another type',
      (c) => (c.images[1].file_name = 3),
      'PROBE_INVALID',
      'images[1].file_name',
      /images\[1\]\.file_name: .*string/,
    ],
    [
      'an absurd width',
      (c) => (c.images[0].width = 1e9),
      'MASK_SIZE',
      'images[0].width',
      /1000000000x4, its image is/,
    ],
    [
      'a width of nothing',
      (c) => (c.images[0].width = 0),
      'PROBE_INVALID',
      'images[0].width',
      /images\[0\]\.width/,
    ],
    [
      'an image id twice',
      (c) => (c.images[1].id = 7),
      'DUPLICATE_IMAGE',
      'images[1].id',
      /images\[0\] and images\[1\] have one id, 7; give/,
    ],
    [
      'a file twice',
      (c) => (c.images[1].file_name = 'images/a.png'),
      'DUPLICATE_IMAGE',
      'images/a.png',
      /images\[0\] .* and .*images\[1\].* have the id 'images\/a\.png'/,
    ],
    [
      'a category id twice',
      (c) => (c.categories[1].id = 1),
      'PROBE_INVALID',
      'categories[1].id',
      /categories\[0\] and categories\[1\] have one id, 1/,
    ],
    [
      'a category that does not exist',
      (c) => (c.annotations[2].category_id = 9),
      'PROBE_INVALID',
      'annotations[2].category_id',
      /annotations\[2\]\.category_id is 9, which no category has as its id \(there are: 1, 2\)/,
    ],
    [
      'an image that does not exist',
      (c) => (c.annotations[0].image_id = '7'),
      'PROBE_INVALID',
      'annotations[0].image_id',
      /annotations\[0\]\.image_id is "7", which no image has .*\(there are: 7, 3\)/,
    ],
    [
      'a category called __proto__',
      (c) => (c.categories[0].name = '__proto__'),
      'PROBE_INVALID',
      'categories[0].name',
      /'__proto__' cannot be a name/,
    ],
    [
      'a box without a mask',
      (c) => delete c.annotations[1].segmentation,
      'PROBE_INVALID',
      'annotations[1].segmentation',
      /annotations\[1\]\.segmentation: expected the mask/,
    ],
    [
      'an empty mask',
      (c) => (c.annotations[1].segmentation = []),
      'PROBE_INVALID',
      'annotations[1].segmentation',
      /a box alone does not say/,
    ],
    [
      'a polygon that is not in a list',
      (c) => (c.annotations[0].segmentation = square(0, 0, 2)),
      'PROBE_INVALID',
      'annotations[0].segmentation[0]',
      /segmentation\[0\]: expected \[x, y/,
    ],
    [
      'a polygon of two points',
      (c) => c.annotations[0].segmentation.push([1, 2, 3, 4]),
      'PROBE_INVALID',
      'annotations[0].segmentation[1]',
      /segmentation\[1\]: .*three points or more/,
    ],
    [
      'points far beyond the image',
      (c) => (c.annotations[0].segmentation[0][2] = 1e300),
      'MASK_INVALID',
      'annotations[0].segmentation',
      /annotations\[0\] \('eyes' in 'images\/a\.png'\): polygon 0: .*1e\+300/,
    ],
    [
      'counts of another type',
      (c) => (c.annotations[1].segmentation.counts = [1, 'x']),
      'PROBE_INVALID',
      'annotations[1].segmentation.counts',
      /counts: expected a list of numbers/,
    ],
    [
      'counts that do not sum up',
      (c) => (c.annotations[1].segmentation.counts = [1, 2]),
      'MASK_INVALID',
      'annotations[1].segmentation',
      /annotations\[1\] \('tail' in 'b\.png'\): COCO run lengths: the counts sum to 3, .*24/,
    ],
    [
      'a broken string',
      (c) => (c.annotations[2].segmentation.counts = 'd0 4'),
      'MASK_INVALID',
      'annotations[2].segmentation',
      /annotations\[2\].*character 2/,
    ],
    [
      'a mask of another size',
      (c) => (c.annotations[2].segmentation.size = [1e9, 1e9]),
      'MASK_SIZE',
      'annotations[2].segmentation.size',
      /annotations\[2\].*the mask is 1000000000x1000000000, its image is 6x4/,
    ],
    [
      'an image that is nowhere',
      (c) => (c.images[0].file_name = 'none.png'),
      'IMAGE_UNREADABLE',
      'none.png',
      /images\[0\].*no such file/,
    ],
    ['no masks at all', (c) => (c.annotations = []), 'NO_MASKS', 'segments', /^\/.*: none of the 2 images/],
  ])('%s', async (_, change, code, subject, message) => {
    const given = await files();
    change(given['coco.json']);
    const error = await load(given, {}, 'coco.json').then(
      () => undefined,
      (reason) => reason,
    );
    expect(error).toMatchObject({ name: 'SatwatchError', code, message: expect.stringMatching(message) });
    expect(error.message).toContain('coco.json');
    expect(error.subject.endsWith(subject)).toBe(true);
  });

  test.each([
    ['a list', []],
    ['a number', 3],
    ['nothing', null],
    ['another object', { version: 1 }],
  ])('%s for a COCO file', async (_, content) => {
    const folder = folderWith({ 'coco.json': JSON.stringify(content) });
    await expect(loadProbeSet(folder)).rejects.toMatchObject({
      code: 'PROBE_INVALID',
      message: expect.stringMatching(/coco\.json: .*docs\/probe-sets\.md/),
    });
  });

  test('a file that is not there, and a folder of that name', async () => {
    const missing = join(folderWith({}), 'coco.json');
    await expect(loadProbeSet(missing)).rejects.toMatchObject({ code: 'PROBE_NOT_FOUND', subject: missing });
    mkdirSync(missing);
    await expect(loadProbeSet(missing)).rejects.toMatchObject({ code: 'PROBE_INVALID' });
  });
});
