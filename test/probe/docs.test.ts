import { readFileSync } from 'node:fs';
import { loadProbeSet } from 'satwatch';
import { expect, test } from 'vitest';
import { drawn, folderWith, maskPng, png } from './files.js';

test('the example of docs/probe-sets.md loads as it stands there', async () => {
  const text = readFileSync(new URL('../../docs/probe-sets.md', import.meta.url), 'utf8');
  const [, example] = text.match(/```json\n(.*?)```/s)!;
  const box = (left: number) => maskPng(8, 8, { left, top: 2, width: 2, height: 2 });
  const folder = folderWith({
    'probe.json': example,
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
