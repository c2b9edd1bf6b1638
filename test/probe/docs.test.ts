import { readFileSync } from 'node:fs';
import { loadProbeSet } from 'satwatch';
import { expect, test } from 'vitest';
import { drawn, folderWith, maskPng, png } from './files.js';

const text = readFileSync(new URL('../../docs/probe-sets.md', import.meta.url), 'utf8');
const [layout, index, labels, coco] = [...text.matchAll(/```json\n(.*?)```/gs)].map(([, example]) => example);

test("satwatch's own layout loads as it stands in docs/probe-sets.md", async () => {
  const box = (left: number) => maskPng(8, 8, { left, top: 2, width: 2, height: 2 });
  const folder = folderWith({
    'probe.json': layout,
    'images/rex.jpg': await drawn(8, 8, (x) => [x, x, 90])
      .jpeg()
      .toBuffer(),
    'images/tom.png': await png(8, 8, (x) => [x, x, 9]),
    'masks/rex.png': await png(8, 8, (x) => [0, 1, 2, 255][x % 4]),
    'masks/tom-eyes.png': await box(3),
    'masks/tom-left-logo.png': await box(0),
    'masks/tom-right-logo.png': await box(6),
  });
  const set = await loadProbeSet(folder);
  expect(set.segmentNames).toEqual(['background', 'body', 'eyes', 'watermark']);
  expect(set.roles).toEqual({ background: 'context', body: 'core', eyes: 'core', watermark: 'suspect' });
  expect(set.images[1].segments.map(({ name, mask }) => [name, mask.runs.length / 2])).toEqual([
    ['eyes', 2],
    // Both logos have two rows; the right one's first runs on into the left one's second.
    ['watermark', 3],
  ]);
});

test('so do label PNGs with an index', async () => {
  const folder = folderWith({
    'index.json': index,
    'labels.json': labels,
    'images/rex.jpg': await drawn(8, 8, (x) => [x, x, 90])
      .jpeg()
      .toBuffer(),
    'masks/rex.png': await png(8, 8, (x) => x % 3),
  });
  const set = await loadProbeSet(folder, { classNames: ['cat', 'dog'] });
  expect(set.segmentNames).toEqual(['background', 'body', 'eyes']);
  expect(set.images).toMatchObject([{ id: 'images/rex.jpg', label: 1 }]);
});

test('so does a COCO file', async () => {
  const picture = drawn(64, 48, (x) => [x, x, 90]);
  const folder = folderWith({ 'annotations.json': coco, 'rex.jpg': await picture.jpeg().toBuffer() });
  const set = await loadProbeSet(`${folder}/annotations.json`, {
    labels: 'breed',
    classNames: ['cat', 'dog'],
    roles: { watermark: 'suspect' },
    background: true,
  });
  const areas = set.images[0].segments.map(({ name, mask }) => [
    name,
    mask.runs.reduce((sum, length, i) => sum + (i % 2 ? length : 0), 0),
  ]);
  expect(Object.fromEntries(areas)).toEqual({ background: 2010, body: 960, eyes: 12, watermark: 96 });
});
