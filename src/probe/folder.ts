import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { Segment } from '../types.js';
import { confined } from './confined.js';
import { labelIds, namedSegments } from './labelIds.js';
import { readLabelPng, readMaskPng } from './maskPng.js';
import type { ProbeReader, ProbeSource, ShownSize, SourceImage } from './reader.js';
import { byName, label, name, parsePart, readJson, text } from './readJson.js';
import { roleNames } from './roles.js';

const isLayout = (path: string) => basename(path) === 'probe.json';

/** satwatch's own layout: `probe.json`, with images and masks in the same folder or below. docs/probe-sets.md. */
export const folder: ProbeReader = {
  looksFor: 'probe.json',
  matches: (path) => isLayout(path) || existsSync(join(path, 'probe.json')),

  async read(path: string): Promise<ProbeSource> {
    const file = isLayout(path) ? path : join(path, 'probe.json');
    const { images, segments, ...rest } = parsePart(file, layout, await readJson(file));
    const entries = images.map((entry, i) => parsePart(file, imageEntry, entry, ['images', i]));
    return { ...rest, images: entries.map((entry, i) => sourceImage(file, entry, i, segments)) };
  },
};

const imageEntry = z.strictObject({
  /** Default: `file`. */
  id: text.optional(),
  file: text,
  label: label.optional(),
  /** A label PNG, whose ids `segments` names. */
  labelMask: text.optional(),
  /** Segment name → one PNG or several, which are united. */
  masks: byName(
    z.record(name, z.union([text, z.array(text).min(1)], { error: 'expected a path, or a list of paths' })),
  ).optional(),
});

const layout = z.strictObject({
  version: z.literal(1),
  classNames: z.array(name).min(1).optional(),
  channels: z.union([z.literal(1), z.literal(3), z.literal(4)]).optional(),
  roles: byName(z.record(name, z.enum(roleNames))).optional(),
  segments: labelIds.optional(),
  images: z.array(z.unknown()).min(1),
});

type Entry = z.infer<typeof imageEntry>;
export type Layout = Omit<z.infer<typeof layout>, 'images'> & { images: Entry[] };

function sourceImage(file: string, entry: Entry, index: number, names: Layout['segments']): SourceImage {
  const id = entry.id ?? entry.file;
  const where = `${file}, images[${index}] ('${id}')`;
  const open = (path: string) => confined(dirname(file), path, where);
  return {
    id,
    file: open(entry.file),
    path: entry.file,
    where,
    label: entry.label,
    record: entry,
    async segments(size: ShownSize) {
      const segments: Segment[] = [];
      if (entry.labelMask !== undefined) {
        const masks = await readLabelPng(open(entry.labelMask), where, size);
        segments.push(...namedSegments(masks, names, where, entry.labelMask, '"segments"'));
      }
      for (const [segment, paths] of Object.entries(entry.masks ?? {}))
        for (const path of [paths].flat())
          segments.push({ name: segment, mask: await readMaskPng(open(path), where, size) });
      return segments;
    },
  };
}
