import { z } from 'zod';
import type { RunRef } from '../../src/store/index.js';
import { pictureSorts } from '../wire.js';
import { HttpError } from './errors.js';

const whole = z
  .string()
  .regex(/^\d{1,15}$/, 'expected a whole number')
  .transform(Number);

export const since = { since: whole.optional() };

export const paging = {
  limit: whole.pipe(z.number().min(1).max(1000)).default(100),
  offset: whole.default(0),
};

export const view = {
  aggregation: z.enum(['relative', 'absolute']).default('relative'),
  class: z.string().optional(),
};

const number = z
  .string()
  .regex(/^\d{1,15}(\.\d{1,20})?(e-\d{1,2})?$/, 'expected a number from 0')
  .transform(Number);

export const step = { step: whole.optional() };

export const pictures = {
  segment: z.string().optional(),
  class: z.string().optional(),
  sort: z.enum(pictureSorts).optional(),
  ...step,
  sortEpoch: number.optional(),
  sortStep: whole.optional(),
  ...paging,
};

/** Checks a query string; an unknown, repeated or malformed parameter is a 400 that names it. */
export function parseQuery<S extends z.ZodRawShape>(shape: S, query: unknown): z.infer<z.ZodObject<S>> {
  const result = z.strictObject(shape).safeParse({ ...(query as object) });
  if (result.success) return result.data as z.infer<z.ZodObject<S>>;
  const said = result.error.issues.map(({ path, message }) =>
    path.length ? `${path.join('.')}: ${message}` : message,
  );
  throw new HttpError(
    400,
    'BAD_REQUEST',
    `bad query: ${said.join('; ')}; known here: ${Object.keys(shape).join(', ')}`,
  );
}

/** A number in a path: an epoch, an id, a place. */
export function parseNumber(name: string, param: string, kind: 'whole' | 'any' = 'whole'): number {
  const result = (kind === 'whole' ? whole : number).safeParse(param);
  if (result.success) return result.data;
  throw new HttpError(400, 'BAD_REQUEST', `${name}: ${result.error.issues[0].message}, got '${param}'`);
}

/** Digits are an id (or a name, where no run has that id), everything else is a name. */
export function parseRun(param: string): RunRef {
  return /^\d{1,15}$/.test(param) ? Number(param) : param;
}
