import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { firstOf, SatwatchError, suggest } from '../errors.js';
import type { SourceImage } from './reader.js';

/**
 * Where an image's class comes from: 'folder' (the name of its parent folder), the path of a CSV file (with the
 * columns `image`, its id or path, and `label`), a key of the format's record of the image, or a function.
 * A class is a name or an index.
 */
export type LabelSource = string | ((image: LabelledImage) => string | number | undefined);

export type LabelledImage = Pick<SourceImage, 'id' | 'file' | 'record'>;

/**
 * The function that finds the class of an image; by default what the format itself says.
 *
 * @throws SatwatchError LABEL_INVALID where a CSV file is broken; the function, where the record has no such key
 */
export async function labelFinder(
  source: LabelSource | undefined,
): Promise<(image: SourceImage) => string | number | undefined> {
  if (source === undefined) return (image) => image.label;
  if (typeof source === 'function') return ({ id, file, record }) => source({ id, file, record });
  if (typeof source !== 'string')
    throw new SatwatchError(
      'BAD_OPTION',
      `labels is ${typeof source}, expected 'folder', the path of a CSV file, a key, or a function`,
      'labels',
    );
  if (source === 'folder') return (image) => basename(dirname(image.file));
  if (/\.csv$/i.test(source)) {
    const labels = await readLabels(source);
    return ({ id, path }) => labels.get(id) ?? labels.get(path);
  }
  return ({ record, where, id }) => {
    if (Object.hasOwn(record, source)) return record[source] as string | number | undefined;
    throw new SatwatchError(
      'LABEL_INVALID',
      `${where}: labels: its record has no key '${source}'; ${suggest(source, Object.keys(record))}`,
      id,
    );
  };
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
        `(classes: ${firstOf(classNames)})`,
    );
  if (typeof label === 'string' && classNames.includes(label)) return classNames.indexOf(label);
  // CSV files hold text only, so an index may come as text too.
  const index = typeof label === 'string' && /^\d+$/.test(label) ? Number(label) : label;
  if (typeof index === 'number') {
    if (Number.isInteger(index) && index >= 0 && index < classNames.length) return index;
    throw invalid(
      `its label is ${index}, expected a whole number from 0 to ${classNames.length - 1}, or a class name ` +
        `(${firstOf(classNames)})`,
    );
  }
  if (typeof label !== 'string')
    throw invalid(
      `its label is ${Array.isArray(label) ? 'a list' : `of type ${typeof label}`}, expected a name or index`,
    );
  const word = label.slice(0, 100);
  throw invalid(`its label is '${word}', which is no class; ${suggest(word, classNames)}`);
}

/** The CSV's labels by image. */
async function readLabels(file: string): Promise<Map<string, string>> {
  const invalid = (reason: string, cause?: unknown) =>
    new SatwatchError('LABEL_INVALID', `labels: ${file}: ${reason}`, file, { cause });
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw invalid(`cannot be read (${cause.message}); check the path`, cause);
  });
  const [header = [], ...rows] = parseCsv(text, invalid);
  const [image, label] = ['image', 'label'].map((column) => header.indexOf(column));
  if (image < 0 || label < 0)
    throw invalid(`its first line is '${header.join(',')}'; it has to name the columns image and label`);
  return new Map(rows.map((row) => [row[image], row[label] ?? '']));
}

/** RFC 4180: commas, fields may be quoted, a quote within is doubled. Empty lines are skipped. */
export function parseCsv(text: string, invalid: (reason: string) => SatwatchError): string[][] {
  const rows: string[][] = [[]];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  const content = text.replace(/^\uFEFF/, '');
  for (;;) {
    const start = field.lastIndex;
    const found = field.exec(content);
    if (!found) {
      const line = content.slice(0, start).split('\n').length;
      throw invalid(`line ${line}: a quote has to open and close a field, and to be doubled inside of it`);
    }
    const [, quoted, plain, end] = found;
    rows.at(-1)!.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    if (end === '') break;
    if (end !== ',') rows.push([]);
  }
  return rows.filter((row) => row.some((value) => value !== ''));
}
