import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { confined } from './confined.js';
import { labelIds, namedSegments } from './labelIds.js';
import { readLabelPng } from './maskPng.js';
import type { ProbeReader, ProbeSource, ShownSize, SourceImage } from './reader.js';
import { label, parsePart, readJson, text } from './readJson.js';

const isIndex = (path: string) => basename(path) === 'index.json';

/**
 * A label PNG for each image: `index.json` lists images and masks, `labels.json` names the ids. An `index.json` alone
 * is taken too, so that the message says which file is missing.
 */
export const labelPng: ProbeReader = {
  looksFor: 'index.json with labels.json',
  matches: (path) => isIndex(path) || existsSync(join(path, 'index.json')),

  async read(path: string): Promise<ProbeSource> {
    const file = isIndex(path) ? path : join(path, 'index.json');
    const entries = parsePart(file, z.array(z.unknown()).min(1), await readJson(file)).map((entry, i) =>
      parsePart(file, indexEntry, entry, [i]),
    );
    const labels = join(dirname(file), 'labels.json');
    const names = parsePart(labels, labelIds, await readJson(labels));
    return { images: entries.map((entry, i) => sourceImage(file, entry, i, names)) };
  },
};

/** Other keys are for `labels`. */
const indexEntry = z.looseObject({
  image: text,
  mask: text,
  class: label.optional(),
});

function sourceImage(
  file: string,
  entry: z.infer<typeof indexEntry>,
  index: number,
  names: z.infer<typeof labelIds>,
): SourceImage {
  const where = `${file}, [${index}] ('${entry.image}')`;
  const open = (path: string) => confined(dirname(file), path, where);
  return {
    id: entry.image,
    file: open(entry.image),
    path: entry.image,
    where,
    label: entry.class,
    record: entry,
    async segments(size: ShownSize) {
      const masks = await readLabelPng(open(entry.mask), where, size);
      return namedSegments(masks, names, where, entry.mask, 'labels.json');
    },
  };
}
