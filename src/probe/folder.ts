import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import { SatwatchError } from '../errors.js';
import { readLabelPng, readMaskPng } from './maskPng.js';
import type { ProbeReader, ProbeSource, SourceImage, SourceSegment } from './reader.js';
import { roleNames } from './roles.js';

/** satwatch's own layout: `probe.json`, with images and masks in the same folder or below. docs/probe-sets.md. */
export const folder: ProbeReader = {
  matches: (path) => basename(path) === 'probe.json' || existsSync(join(path, 'probe.json')),

  async read(path: string): Promise<ProbeSource> {
    const file = basename(path) === 'probe.json' ? path : join(path, 'probe.json');
    const { images, ...rest } = await readLayout(file);
    return { ...rest, images: images.map((entry, i) => sourceImage(file, entry, i, rest.segments)) };
  },
};

const name = z.string().min(1);

const labelId = z
  .string()
  .refine((id) => /^(0|[1-9]\d*)$/.test(id) && Number(id) <= 255, 'label ids are whole numbers 0..255');

const imageEntry = z.strictObject({
  /** Default: `file`. */
  id: name.optional(),
  file: name,
  /** Class name or index. */
  label: z.union([z.string(), z.number()]).optional(),
  /** A label PNG, whose ids `segments` names. */
  labelMask: name.optional(),
  /** Segment name → one PNG or several, which are united. */
  masks: z.record(name, z.union([name, z.array(name).min(1)])).optional(),
});

const layout = z.strictObject({
  version: z.literal(1),
  classNames: z.array(name).min(1).optional(),
  channels: z.union([z.literal(1), z.literal(3), z.literal(4)]).optional(),
  roles: z.record(name, z.enum(roleNames)).optional(),
  /** Id in a label PNG → segment name; null: pixels of no segment. */
  segments: z.record(labelId, name.nullable()).optional(),
  images: z.array(imageEntry).min(1),
});

export type Layout = z.infer<typeof layout>;
type Entry = z.infer<typeof imageEntry>;

async function readLayout(file: string): Promise<Layout> {
  const invalid = (flaw: string, subject: string, cause?: unknown) =>
    new SatwatchError('PROBE_INVALID', `${file}: ${flaw}; the layout is in docs/probe-sets.md`, subject, {
      cause,
    });
  const text = await readFile(file, 'utf8').catch((cause) => {
    if (cause.code !== 'ENOENT') throw invalid(`cannot be read: ${cause.message}`, file, cause);
    throw new SatwatchError('PROBE_NOT_FOUND', `there is no file ${file}; check the path`, file, { cause });
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw invalid(`is no valid JSON: ${(cause as Error).message}`, file, cause);
  }
  const parsed = layout.safeParse(json);
  if (parsed.success) return parsed.data;
  const flaws = parsed.error.issues.map(({ path, message }) => ({ field: fieldName(path), message }));
  throw invalid(
    flaws.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join('; '),
    flaws[0].field || file,
    parsed.error,
  );
}

/** images[2].label */
function fieldName(path: PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

function sourceImage(file: string, entry: Entry, index: number, names: Layout['segments']): SourceImage {
  const where = `${file}, images[${index}] ('${entry.id ?? entry.file}')`;
  const root = dirname(file);
  const open = (path: string) => confined(root, path, where);
  return {
    id: entry.id ?? entry.file,
    file: open(entry.file),
    where,
    label: entry.label,
    record: entry,
    async segments() {
      const segments: SourceSegment[] = [];
      if (entry.labelMask !== undefined) {
        for (const [id, mask] of await readLabelPng(open(entry.labelMask), where)) {
          const segment = segmentOf(id, names, entry.labelMask, where);
          if (segment) segments.push({ name: segment, mask, from: entry.labelMask });
        }
      }
      for (const [segment, paths] of Object.entries(entry.masks ?? {}))
        for (const path of [paths].flat())
          segments.push({ name: segment, mask: await readMaskPng(open(path), where), from: path });
      return segments;
    },
  };
}

/** The segment of an id in a label PNG; 0 is nothing unless it is named. */
function segmentOf(id: number, names: Layout['segments'] = {}, file: string, where: string): string | null {
  const segment = names[id];
  if (segment !== undefined) return segment;
  if (id === 0) return null;
  throw new SatwatchError(
    'PROBE_INVALID',
    `${where}: ${file} has pixels of id ${id}, which "segments" does not name; ` +
      `add "${id}": "a name", or "${id}": null to leave them out`,
    file,
  );
}

/** The path inside the folder. A probe set that somebody else made must not reach for other files of this machine. */
function confined(root: string, path: string, where: string): string {
  const inside = relative(root, resolve(root, path));
  if (isAbsolute(path) || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside))
    throw new SatwatchError(
      'PROBE_INVALID',
      `${where}: the path '${path}' leads out of the folder; give paths inside of it, relative to probe.json`,
      path,
    );
  return join(root, inside);
}
