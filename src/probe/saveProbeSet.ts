import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import sharp from 'sharp';
import { SatwatchError } from '../errors.js';
import type { ProbeImage, ProbeSet } from '../types.js';
import type { Layout } from './folder.js';
import { maskToBitmap } from './mask.js';
import { fileBehind, pixelsOf } from './storedImage.js';

/**
 * Writes a probe set in satwatch's own layout: `probe.json`, `images/`, `masks/`, all PNG. Loading the folder gives a
 * set of the same id. Files of the same names are overwritten.
 *
 * @throws SatwatchError BAD_OPTION for float pixels or other than 1, 3 or 4 channels: PNG has no such thing; and for a folder
 *   whose `images/` hold files that the set itself still reads its pixels from
 */
export async function saveProbeSet(set: ProbeSet, folder: string): Promise<void> {
  if (![1, 3, 4].includes(set.channels))
    throw new SatwatchError(
      'BAD_OPTION',
      `the probe set has ${set.channels} channels; only 1, 3 or 4 can be saved as PNG`,
      'channels',
    );
  const read = set.images
    .map(fileBehind)
    .find((file) => file && dirname(resolve(file)) === resolve(folder, 'images'));
  if (read)
    throw new SatwatchError(
      'BAD_OPTION',
      `folder ${folder}: the probe set still reads its pixels from ${read}, which would be overwritten; save it to another folder, or load it with a larger memory`,
      folder,
    );
  for (const part of ['images', 'masks']) await mkdir(join(folder, part), { recursive: true });
  const images: Layout['images'] = [];
  for (const [index, image] of set.images.entries()) images.push(await saveImage(set, image, index, folder));
  const { classNames, channels, roles, segmentNames } = set;
  const layout: Layout = {
    version: 1,
    classNames,
    channels: channels as 1 | 3 | 4,
    roles,
    ...(images.some((image) => image.labelMask) && {
      segments: Object.fromEntries(segmentNames.map((name, i) => [String(i + 1), name])),
    }),
    images,
  };
  // Last, so that a folder with a probe.json is whole.
  await writeFile(join(folder, 'probe.json'), `${JSON.stringify(layout, null, 2)}\n`);
}

async function saveImage(set: ProbeSet, image: ProbeImage, index: number, folder: string) {
  const { id, label, segments } = image;
  const pixels = await pixelsOf(image);
  if (pixels instanceof Float32Array)
    throw new SatwatchError(
      'BAD_OPTION',
      `image '${id}' has float pixels, PNG has 8-bit ones only; keep the 8-bit pixels in the probe set`,
      id,
    );
  const stem = String(index).padStart(4, '0');
  const write = (path: string, data: Uint8Array, channels: number) =>
    writePng(join(folder, path), data, set, channels);

  const file = `images/${stem}.png`;
  await write(file, pixels, set.channels);
  const entry = { id, file, label: set.classNames[label] };
  if (!segments.length) return entry;
  const ids = labelIds(set, image);
  if (ids) {
    await write(`masks/${stem}.png`, ids, 1);
    return { ...entry, labelMask: `masks/${stem}.png` };
  }
  const masks: Record<string, string> = {};
  for (const { name, mask } of segments) {
    masks[name] = `masks/${stem}-${set.segmentNames.indexOf(name) + 1}.png`;
    await write(
      masks[name],
      maskToBitmap(mask).map((inside) => inside * 255),
      1,
    );
  }
  return { ...entry, masks };
}

/** One id a pixel; undefined where masks overlap, one is empty (its name would be lost), or 8 bits are not enough. */
function labelIds(set: ProbeSet, { segments }: ProbeImage): Uint8Array | undefined {
  if (set.segmentNames.length > 255) return undefined;
  const ids = new Uint8Array(set.width * set.height);
  for (const { name, mask } of segments) {
    if (!mask.runs.length) return undefined;
    const id = set.segmentNames.indexOf(name) + 1;
    for (let r = 0; r < mask.runs.length; r += 2) {
      const run = ids.subarray(mask.runs[r], mask.runs[r] + mask.runs[r + 1]);
      if (run.some(Boolean)) return undefined;
      run.fill(id);
    }
  }
  return ids;
}

async function writePng(
  file: string,
  data: Uint8Array,
  { width, height }: ProbeSet,
  channels: number,
): Promise<void> {
  const image = sharp(data, { raw: { width, height, channels: channels as 1 | 3 | 4 } });
  if (channels === 1) image.toColourspace('b-w');
  await image.png().toFile(file);
}
