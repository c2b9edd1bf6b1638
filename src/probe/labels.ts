import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { SatwatchError, suggest } from '../errors.js';
import type { SourceImage } from './reader.js';

/**
 * Where an image's class comes from: 'folder' (the name of its parent folder), the path of a CSV file (with the
 * columns `image`, its id or path, and `label`), a key of the format's record of the image, or a function.
 * A class is a name or an index.
 */
export type LabelSource = string | ((image: LabelledImage) => string | number | undefined);

export type LabelledImage = Pick<SourceImage, 'id' | 'file' | 'record'>;

/** The function that finds the class of an image; by default what the format itself says. */
export async function labelFinder(
  source: LabelSource | undefined,
): Promise<(image: SourceImage) => string | number | undefined> {
  if (source === undefined) return (image) => image.label;
  if (typeof source === 'function') return ({ id, file, record }) => source({ id, file, record });
  if (source === 'folder') return (image) => basename(dirname(image.file));
  if (/\.csv$/i.test(source)) {
    const labels = await readLabels(source);
    return ({ id, record }) => labels.get(id) ?? labels.get(String(record.file));
  }
  return ({ record }) => record[source] as string | number | undefined;
}

/**
 * The index of an image's class.
 *
 * @throws SatwatchError LABEL_INVALID where there is none, or none of this name or index
 */
export function classIndex(
  label: string | number | undefined,
  classNames: readonly string[],
  { id, where }: SourceImage,
): number {
  const invalid = (reason: string) => new SatwatchError('LABEL_INVALID', `${where}: ${reason}`, id);
  if (label === undefined || label === null || label === '')
    throw invalid(
      `it has no label; give it one, or say with the option labels where labels come from ` +
        `(classes: ${classNames.join(', ')})`,
    );
  const named = classNames.indexOf(String(label));
  if (typeof label === 'string' && named >= 0) return named;
  // CSV files hold text only, so an index may come as text too.
  const index = typeof label === 'string' && /^\d+$/.test(label) ? Number(label) : label;
  if (typeof index === 'number') {
    if (Number.isInteger(index) && index >= 0 && index < classNames.length) return index;
    throw invalid(
      `its label is ${index}, expected a whole number from 0 to ${classNames.length - 1}, or a class name ` +
        `(${classNames.join(', ')})`,
    );
  }
  throw invalid(`its label is '${label}', which is no class; ${suggest(String(label), classNames)}`);
}

/** The CSV's labels by image. */
async function readLabels(file: string): Promise<Map<string, string>> {
  const invalid = (reason: string, cause?: unknown) =>
    new SatwatchError('LABEL_INVALID', `labels: ${file}: ${reason}`, file, { cause });
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw invalid(`cannot be read (${cause.message}); check the path`, cause);
  });
  const [header = [], ...rows] = parseCsv(text);
  const [image, label] = ['image', 'label'].map((column) => header.indexOf(column));
  if (image < 0 || label < 0)
    throw invalid(`its first line is '${header.join(',')}'; it has to name the columns image and label`);
  return new Map(rows.map((row) => [row[image], row[label] ?? '']));
}

/** RFC 4180: commas, fields may be quoted, a quote within is doubled. Empty lines are skipped. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text
    .replace(/^\uFEFF/, '')
    .matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    rows.at(-1)!.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    if (end === '') break;
    if (end !== ',') rows.push([]);
  }
  return rows.filter((row) => row.some((field) => field !== ''));
}
