import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SatwatchError } from '../errors.js';
import type { Metrics } from '../types.js';
import { isFile } from './isFile.js';

/** A training's log of its metrics: CSV as Keras' CSVLogger writes it, or a JSON object a line, with an `epoch`. */
export class MetricsLog {
  private time = Number.NaN;
  private rows = new Map<number, Metrics>();

  constructor(readonly path: string) {}

  /** The metrics after so many epochs; empty where the log has none. Read anew where the file has changed. */
  async at(epoch: number): Promise<Metrics> {
    try {
      const { mtimeMs } = await stat(this.path);
      if (mtimeMs !== this.time) {
        this.rows = parseLog(await readFile(this.path, 'utf8')) ?? new Map();
        this.time = mtimeMs;
      }
    } catch {
      // A log that is not there yet, or just being replaced: the last known rows stand.
    }
    return this.rows.get(epoch) ?? {};
  }
}

/**
 * The log that was named, or the only one in the folder.
 * @throws SatwatchError BAD_OPTION where the named one is none
 */
export async function findMetricsLog(folder: string, named?: string): Promise<MetricsLog | null> {
  if (named !== undefined) {
    const text = await readFile(named, 'utf8').catch((cause) => {
      throw new SatwatchError('BAD_OPTION', `--metrics: ${named} cannot be read (${cause.message})`, named);
    });
    if (text.includes('\n') && !parseLog(text))
      throw new SatwatchError(
        'BAD_OPTION',
        `--metrics: ${named} has no 'epoch'; expected a CSV file with that column, or a JSON object with that key in every line`,
        named,
      );
    return new MetricsLog(named);
  }
  const logs: string[] = [];
  for (const name of await readdir(folder)) {
    if (!/\.(csv|tsv|jsonl|ndjson)$/i.test(name) || !(await isFile(join(folder, name)))) continue;
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    if (parseLog(text)) logs.push(name);
  }
  return logs.length === 1 ? new MetricsLog(join(folder, logs[0])) : null;
}

/**
 * Rows by completed epochs: a log whose first epoch is 0 (Keras) counts from the first one finished. A line that is not
 * ended yet is left for later. undefined where nothing has an epoch.
 */
function parseLog(text: string): Map<number, Metrics> | undefined {
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  if (lines.length === 0) return undefined;
  const records = lines[0].trimStart().startsWith('{') ? lines.flatMap(fromJson) : fromCsv(lines);
  const epochs = records.map(({ epoch }) => Number(epoch));
  if (!epochs.some(Number.isFinite)) return undefined;
  const first = Math.min(...epochs.filter(Number.isFinite)) === 0 ? 1 : 0;
  return new Map(records.map(({ epoch: _, ...values }, i) => [epochs[i] + first, numbers(values)]));
}

function fromJson(line: string): Record<string, unknown>[] {
  const value = parsed(line) ?? parsed(line.replace(notFinite, (text, bare) => (bare ? 'null' : text)));
  return value && typeof value === 'object' ? [value as Record<string, unknown>] : [];
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Python's json writes NaN and Infinity, which JSON has not; a text, which comes first, is left as it is. */
const notFinite = /"(?:[^"\\]|\\.)*"|(\bNaN\b|-?\bInfinity\b)/g;

function fromCsv([header, ...lines]: string[]): Record<string, unknown>[] {
  const separator = [',', ';', '\t'].find((one) => header.includes(one)) ?? ',';
  const cells = (line: string) => line.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  const names = cells(header);
  if (!names.includes('epoch')) return [];
  return lines.map((line) =>
    Object.fromEntries(cells(line).map((cell, i) => [names[i] ?? `column ${i + 1}`, cell])),
  );
}

/** Texts that are no numbers (`NA`, dates) are no metrics, but for what stands for one that is not finite. */
function numbers(values: Record<string, unknown>): Metrics {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]): [string, number | null][] => {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      if (typeof number === 'number' && Number.isFinite(number)) return [[name, number]];
      return value === null || /^[-+]?(nan|inf(inity)?)$/i.test(String(value)) ? [[name, null]] : [];
    }),
  );
}
