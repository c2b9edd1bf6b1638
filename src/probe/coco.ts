import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { SatwatchError } from '../errors.js';
import type { Segment } from '../types.js';
import { addCocoRle, type CocoRle } from './cocoRle.js';
import { ColumnRuns } from './columns.js';
import { confined } from './confined.js';
import { refuseOtherSize } from './maskSize.js';
import { addPolygons } from './polygons.js';
import type { ProbeReader, ProbeSource, ShownSize, SourceImage } from './reader.js';
import { fieldName, invalid, name, parsePart, readJson, text } from './readJson.js';
import { within } from './within.js';

/**
 * A COCO file: `images`, `annotations` and `categories`, which are the segments' names. The images lie beside it, or in
 * a folder `images` beside it. A folder is taken where it holds one .json file.
 */
export const coco: ProbeReader = {
  looksFor: 'one COCO file (*.json)',
  matches: (path) => (isFolder(path) ? jsonFiles(path).length > 0 : /\.json$/i.test(path)),

  async read(path: string): Promise<ProbeSource> {
    const file = isFolder(path) ? onlyFile(path) : path;
    const content = parsePart(file, cocoFile, await readJson(file));
    const categories = byId(file, 'categories', category, content.categories);
    const images = byId(file, 'images', imageRecord, content.images);
    const parts = new Map([...images.keys()].map((id): [Id, Part[]] => [id, []]));
    for (const [i, value] of content.annotations.entries()) {
      const path = ['annotations', i];
      const { image_id, category_id, segmentation } = parsePart(file, annotation, value, path);
      lookUp(images, image_id, file, fieldName([...path, 'image_id']), 'image');
      const { name } = lookUp(categories, category_id, file, fieldName([...path, 'category_id']), 'category');
      parts.get(image_id)!.push({
        name,
        shape: shapeOf(file, segmentation, [...path, 'segmentation']),
        index: i,
      });
    }
    return {
      images: [...images].map(([id, record], i) => sourceImage(file, record, i, parts.get(id)!)),
    };
  },
};

type Id = number | string;
type Polygons = number[][];

/** One annotation: a piece of a segment. */
interface Part {
  name: string;
  shape: Polygons | CocoRle;
  /** Its place among the annotations. */
  index: number;
}

const id = z.union([z.int(), text], { error: 'expected a whole number or a text' });
const side = z.int().min(1);

// Lists are checked entry by entry, so that a broken file of a million entries ends at its first flaw.
const entries = z.array(z.unknown());
const cocoFile = z.object({ images: entries.min(1), annotations: entries, categories: entries });
const category = z.object({ id, name });
/** Other keys are for `labels`. */
const imageRecord = z.looseObject({ id, file_name: text, width: side.optional(), height: side.optional() });
/** Whether it is a crowd is no matter: pixels are pixels. */
const annotation = z.object({ image_id: id, category_id: id, segmentation: z.unknown().optional() });

const points = z.custom<number[]>(
  (value) => isNumbers(value) && value.length >= 6 && value.length % 2 === 0,
  'expected [x, y, x, y, …], the numbers of three points or more',
);
const rle = z.object({
  size: z.tuple([side, side], { error: 'expected [height, width]' }),
  counts: z.custom<CocoRle['counts']>(
    (value) => typeof value === 'string' || isNumbers(value),
    'expected a list of numbers, or a compressed text',
  ),
});

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'number');
}

function shapeOf(file: string, value: unknown, path: PropertyKey[]): Polygons | CocoRle {
  if (Array.isArray(value) && value.length)
    return value.map((polygon, p) => parsePart(file, points, polygon, [...path, p]));
  if (typeof value === 'object' && value && !Array.isArray(value)) return parsePart(file, rle, value, path);
  throw invalid(
    `${file}: ${fieldName(path)}: expected the mask, as polygons [[x, y, …], …] or as run lengths { size, counts }; ` +
      'a box alone does not say which pixels',
    fieldName(path),
  );
}

function byId<T extends { id: Id }>(
  file: string,
  list: 'images' | 'categories',
  schema: z.ZodType<T>,
  values: readonly unknown[],
): Map<Id, T> {
  const found = new Map<Id, T>();
  for (const [i, value] of values.entries()) {
    const entry = parsePart(file, schema, value, [list, i]);
    if (found.has(entry.id))
      throw new SatwatchError(
        list === 'images' ? 'DUPLICATE_IMAGE' : 'PROBE_INVALID',
        `${file}: ${list}[${[...found.keys()].indexOf(entry.id)}] and ${list}[${i}] have one id, ` +
          `${JSON.stringify(entry.id)}; give each its own`,
        `${list}[${i}].id`,
      );
    found.set(entry.id, entry);
  }
  return found;
}

function lookUp<T>(known: ReadonlyMap<Id, T>, id: Id, file: string, field: string, what: string): T {
  const found = known.get(id);
  if (found) return found;
  const some = [...known.keys()].slice(0, 10).map((one) => JSON.stringify(one));
  if (known.size > some.length) some.push('…');
  throw invalid(
    `${file}: ${field} is ${JSON.stringify(id)}, which no ${what} has as its id (there are: ${some.join(', ') || 'none'})`,
    field,
  );
}

function sourceImage(
  file: string,
  record: z.infer<typeof imageRecord>,
  index: number,
  parts: readonly Part[],
): SourceImage {
  const where = `${file}, images[${index}] ('${record.file_name}')`;
  const root = dirname(file);
  const beside = confined(root, record.file_name, where);
  const below = confined(join(root, 'images'), record.file_name, where);
  return {
    id: record.file_name,
    file: !existsSync(beside) && existsSync(below) ? below : beside,
    path: record.file_name,
    where,
    record,
    async segments(size: ShownSize) {
      const { width = size.width, height = size.height } = record;
      refuseOtherSize(where, 'the image by its record', { width, height }, size, `images[${index}].width`);
      return unite(parts, size, file, record.file_name);
    },
  };
}

/** One mask a name: hundreds of annotations of one name cost one pass over the pixels. */
function unite(parts: readonly Part[], size: ShownSize, file: string, image: string): Segment[] {
  const segments = new Map<string, ColumnRuns>();
  for (const { name, shape, index } of parts) {
    // Hundreds of thousands of parts may be in the file: messages are made when they are needed.
    const where = () => `${file}, annotations[${index}] ('${name}' in '${image}')`;
    const field = () => fieldName(['annotations', index, 'segmentation']);
    const runs = segments.get(name) ?? new ColumnRuns(size.width, size.height);
    segments.set(name, runs);
    if (!Array.isArray(shape)) {
      const [height, width] = shape.size;
      if (width !== size.width || height !== size.height)
        refuseOtherSize(where(), 'the mask', { width, height }, size, `${field()}.size`);
    }
    const add = () => (Array.isArray(shape) ? addPolygons(runs, shape) : addCocoRle(runs, shape.counts));
    within(where, add, field);
  }
  return [...segments].map(([name, runs]) => ({ name, mask: runs.mask() }));
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

function jsonFiles(folder: string): string[] {
  try {
    return readdirSync(folder).filter((file) => /\.json$/i.test(file));
  } catch (cause) {
    throw invalid(`${folder}: cannot be read: ${(cause as Error).message}`, folder, cause);
  }
}

function onlyFile(folder: string): string {
  const files = jsonFiles(folder);
  if (files.length === 1) return join(folder, files[0]);
  throw new SatwatchError(
    'PROBE_INVALID',
    `${folder} holds several .json files (${files.slice(0, 10).join(', ')}); give the path of the COCO file, ` +
      `such as '${join(folder, files[0])}'`,
    folder,
  );
}
