import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { SatwatchError } from '../errors.js';
import { flawInName } from './names.js';

/**
 * What a JSON file holds.
 *
 * @throws SatwatchError PROBE_NOT_FOUND where there is no such file, PROBE_INVALID where it is no JSON
 */
export async function readJson(file: string): Promise<unknown> {
  const content = await readFile(file, 'utf8').catch((cause) => {
    if (cause.code !== 'ENOENT') throw invalid(`${file}: cannot be read: ${cause.message}`, file, cause);
    throw new SatwatchError('PROBE_NOT_FOUND', `there is no file ${file}; check the path`, file, { cause });
  });
  try {
    // Windows tools like to put a byte order mark first.
    return JSON.parse(content.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw invalid(`${file}: is no valid JSON: ${(cause as Error).message}`, file, cause);
  }
}

/**
 * A part of a JSON file as the schema has it.
 *
 * @param path where in the file it stands: ['images', 3]
 * @throws SatwatchError PROBE_INVALID, naming the file and the fields
 */
export function parsePart<T>(
  file: string,
  schema: z.ZodType<T>,
  value: unknown,
  path: PropertyKey[] = [],
): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const flaws = parsed.error.issues
    .slice(0, shownFlaws)
    .map((issue) => ({ field: fieldName([...path, ...issue.path]), message: shorten(messageOf(issue)) }));
  const more = parsed.error.issues.length - flaws.length;
  throw invalid(
    `${file}: ${flaws.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join('; ')}` +
      (more > 0 ? `; and ${more} more` : ''),
    flaws[0].field || file,
  );
}

const shownFlaws = 5;

/** Of a key that is none, Zod says no more than that; why stands one level deeper. */
function messageOf(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_key' ? issue.issues.map(({ message }) => message).join(', ') : issue.message;
}

/** images[2].label */
export function fieldName(path: PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${shorten(String(key))}`))
    .join('')
    .replace(/^\./, '');
}

export function invalid(flaw: string, subject: string, cause?: unknown): SatwatchError {
  return new SatwatchError('PROBE_INVALID', `${flaw}; the layout is in docs/probe-sets.md`, subject, {
    cause,
  });
}

function shorten(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/** A text that messages may repeat. */
export const text = z.string().min(1).max(1000);

/** Of an image, where the format itself has one. */
export const label = z.union([z.string(), z.number()], { error: 'expected a class name or an index' });

/** Of a class or a segment. */
export const name = text.refine((value) => !flawInName(value), {
  error: ({ input }) => flawInName(input as string),
});

/** A record by names. Zod leaves out the key `__proto__` without a word. */
export function byName<T>(record: z.ZodType<T>) {
  return z
    .unknown()
    .refine(
      (value) => !(typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__')),
      flawInName('__proto__'),
    )
    .pipe(record);
}
