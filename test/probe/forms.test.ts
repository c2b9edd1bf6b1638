import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadProbeSet } from 'satwatch';
import { describe, expect, test } from 'vitest';
import { type Box, drawn, type Files, folderWith, inBox, maskPng, png } from './files.js';
import { cocoCounts, compress } from './rle.js';

const [width, height] = [9, 7];
const boxes: Record<string, Box[]> = {
  // The watermark is in two pieces, and lies across the end of one row and the start of the next.
  watermark: [
    { left: 0, top: 5, width: 2, height: 2 },
    { left: 7, top: 5, width: 2, height: 2 },
  ],
  eyes: [{ left: 2, top: 1, width: 4, height: 2 }],
};
const inside = (name: string, x: number, y: number) => boxes[name].some((box) => inBox(box, x, y));
/** As COCO paints it, the right and lower edges are outside. */
const corners = ({ left, top, width, height }: Box) => [
  left,
  top,
  left + width,
  top,
  left + width,
  top + height,
  left,
  top + height,
];
const seen = [
  { file: 'images/a.png', label: 'cat', parts: ['watermark', 'eyes'] },
  { file: 'images/b.jpg', label: 'dog', parts: ['eyes'] },
  { file: 'images/c.png', label: 'dog', parts: [] },
];

async function pictures(): Promise<Files> {
  return {
    'images/a.png': await png(width, height, (x, y) => [x * 20, y * 30, 7]),
    'images/b.jpg': await drawn(width, height, (x, y) => [x * y, 3, 200])
      .jpeg()
      .toBuffer(),
    'images/c.png': await png(width, height, (x) => [x, x, x]),
  };
}

async function labelPngs(): Promise<Files> {
  const files: Files = {};
  for (const [i, { parts }] of seen.entries()) {
    const names = ['eyes', 'watermark'].filter((name) => parts.includes(name));
    files[`masks/${i}.png`] = await png(width, height, (x, y) => names.findIndex((n) => inside(n, x, y)) + 1);
  }
  return files;
}

/** A COCO file; `segmentations` gives the annotations of a segment of an image. */
function coco(segmentations: (name: string) => unknown[]) {
  const names = Object.keys(boxes);
  return {
    info: { description: 'drawn for a test' },
    // The ids are neither in order nor numbers alone, as tools write them.
    images: seen.map(({ file, label }, i) => ({
      id: i ? 90 - i : 'first',
      file_name: file,
      width,
      height,
      label,
    })),
    categories: names.map((name, i) => ({ id: i + 5, name, supercategory: 'thing' })),
    annotations: seen.flatMap(({ parts }, i) =>
      parts.flatMap((name) =>
        segmentations(name).map((segmentation, k) => ({
          id: k,
          image_id: i ? 90 - i : 'first',
          category_id: names.indexOf(name) + 5,
          segmentation,
          area: 1,
          bbox: [0, 0, 1, 1],
          iscrowd: k % 2,
        })),
      ),
    ),
  };
}

const counts = (name: string) => cocoCounts(width, height, (x, y) => inside(name, x, y));
const forms: Record<string, () => Promise<Files>> = {
  'own layout, label PNGs': async () => ({
    ...(await labelPngs()),
    'probe.json': {
      version: 1,
      segments: { 0: 'background', 1: 'eyes', 2: 'watermark' },
      images: seen.map(({ file, label }, i) => ({ file, label, labelMask: `masks/${i}.png` })),
    },
  }),
  'own layout, mask PNGs': async () => {
    const files: Files = {};
    for (const [name, list] of Object.entries(boxes))
      for (const [i, box] of list.entries()) files[`${name}-${i}.png`] = await maskPng(width, height, box);
    const masks = (parts: string[]) =>
      Object.fromEntries(parts.map((name) => [name, boxes[name].map((_, i) => `${name}-${i}.png`)]));
    return {
      ...files,
      'probe.json': {
        version: 1,
        images: seen.map(({ file, label, parts }) => ({ file, label, masks: masks(parts) })),
      },
    };
  },
  'index of label PNGs': async () => ({
    ...(await labelPngs()),
    'labels.json': { 0: 'background', 1: 'eyes', 2: 'watermark' },
    'index.json': seen.map(({ file, label }, i) => ({
      image: file,
      label,
      mask: `masks/${i}.png`,
      class: label,
    })),
  }),
  'COCO, polygons of all boxes at once': async () => ({
    'annotations.json': coco((name) => [boxes[name].map(corners)]),
  }),
  'COCO, one annotation a box': async () => ({
    'annotations.json': coco((name) => boxes[name].map((box) => [corners(box)])),
  }),
  'COCO, run lengths': async () => ({
    'coco.json': coco((name) => [{ size: [height, width], counts: counts(name) }]),
  }),
  'COCO, compressed': async () => ({
    'anything.json': coco((name) => [{ size: [height, width], counts: compress(counts(name)) }]),
  }),
  'COCO, pieces in several forms that overlap': async () => ({
    'annotations.json': coco((name) => [
      [corners(boxes[name][0])],
      { size: [height, width], counts: compress(counts(name)) },
      { size: [height, width], counts: counts(name) },
    ]),
  }),
};

describe('one set of pictures and masks, written in every form, is one probe set', () => {
  const ids = new Map<string, string>();
  test.each(Object.keys(forms))('%s', async (form) => {
    const folder = folderWith({ ...(await pictures()), ...(await forms[form]()) });
    const set = await loadProbeSet(folder, {
      classNames: ['cat', 'dog'],
      labels: 'label',
      roles: { watermark: 'suspect' },
      // Label PNGs say it themselves.
      background: !form.includes('label PNGs'),
    });
    expect(set.images.map(({ id, label }) => [id, label])).toEqual([
      ['images/a.png', 0],
      ['images/b.jpg', 1],
      ['images/c.png', 1],
    ]);
    expect(set.segmentNames).toEqual(['background', 'eyes', 'watermark']);
    expect(set.roles).toEqual({ background: 'context', watermark: 'suspect' });
    expect([...set.images[0].segments[2].mask.runs]).toEqual([45, 2, 52, 4, 61, 2]);
    ids.set(form, set.id);
    expect([...new Set(ids.values())]).toHaveLength(1);
  });
});

const bar = join(import.meta.dirname, '../../../shared/data/bar');

describe.skipIf(!existsSync(bar))('the BAR data (skipped where ../shared/data/bar is not there)', () => {
  const classNames = ['climbing', 'diving', 'fishing', 'pole-vaulting', 'racing', 'throwing'];
  const options = { classNames, labels: 'class' };

  test.each([
    ['probe', 150, ['', 'index.json', 'coco.json', 'coco-compressed.json']],
    ['probe-train', 90, ['', 'coco-compressed.json']],
  ] as const)('%s: all forms give identical masks', async (folder, count, paths) => {
    const sets = [];
    for (const path of paths)
      sets.push(
        await loadProbeSet(join(bar, folder, path), { ...options, background: path.startsWith('coco') }),
      );
    expect(sets[0].images).toHaveLength(count);
    for (const set of sets) {
      expect(set.images.map(({ segments }) => segments)).toEqual(
        sets[0].images.map(({ segments }) => segments),
      );
      expect(set.id).toBe(sets[0].id);
    }
  });
});
