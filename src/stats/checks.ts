import { SatwatchError, suggest } from '../errors.js';

/** A row per image (block) and a column per segment (treatment). */
export type Table = readonly ArrayLike<number>[];

/**
 * Refuses what is no full table of finite numbers.
 *
 * @returns its number of columns
 * @throws SatwatchError BAD_OPTION
 */
export function columnsOf(table: Table): number {
  const k = widthOf(table);
  for (const [i, row] of table.entries())
    for (let j = 0; j < k; j++)
      if (!Number.isFinite(row[j]))
        throw bad(
          'table',
          `row ${i}, column ${j} is ${row[j]}; every value has to be a finite number. ` +
            'Leave the image out, or compare incomplete tables with comparePairwise()',
        );
  return k;
}

/** Refuses what is no rectangle of at least 2 rows and 2 columns; the values are not looked at. */
export function widthOf(table: readonly ArrayLike<unknown>[]): number {
  if (!Array.isArray(table)) throw bad('table', `is ${typeof table}; give an array of rows, one per image`);
  if (table.length < 2)
    throw bad('table', `has ${counted(table.length, 'row')}; at least 2 images have to be compared`);
  const k = table[0]?.length;
  for (const [i, row] of table.entries())
    if (row?.length !== k)
      throw bad(
        'table',
        `row ${i} has ${row?.length} values, row 0 has ${k}; give a value per segment in every row`,
      );
  if (!(k >= 2)) throw bad('table', `has ${counted(k, 'column')}; at least 2 segments have to be compared`);
  return k;
}

/** Refuses lists of different lengths, empty ones, and values that are not finite. */
export function checkPairs(x: ArrayLike<number>, y: ArrayLike<number>): void {
  checkLengths(x, y);
  if (x.length === 0) throw bad('x', 'x and y are empty; give at least one pair');
  checkFinite('x', x);
  checkFinite('y', y);
}

/** A list with gaps: NaN or null, as the store gives for an epoch that measured nothing. */
export type Series = ArrayLike<number | null>;

/** The pairs without a gap. Refuses lists of different lengths, and infinities. */
export function pairsWithoutGaps(x: Series, y: Series): [number[], number[]] {
  checkLengths(x, y);
  const a: number[] = [];
  const b: number[] = [];
  for (let i = 0; i < x.length; i++) {
    const [u, v] = [x[i] ?? Number.NaN, y[i] ?? Number.NaN];
    if (Number.isNaN(u) || Number.isNaN(v)) continue;
    a.push(u);
    b.push(v);
  }
  checkFinite('x', a);
  checkFinite('y', b);
  return [a, b];
}

function checkLengths(x: ArrayLike<unknown>, y: ArrayLike<unknown>): void {
  for (const [name, list] of Object.entries({ x, y }))
    if (typeof list?.length !== 'number') throw bad(name, `is ${list}; give a list of numbers`);
  if (x.length !== y.length)
    throw bad('y', `x has ${x.length} values, y has ${y.length}; they are compared pair by pair`);
}

function checkFinite(name: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i]))
      throw bad(
        name,
        `${name} holds ${values[i]}; every value has to be a finite number: leave that pair out`,
      );
}

export function checkAlpha(alpha: number): void {
  if (typeof alpha !== 'number' || !(alpha > 0 && alpha < 1))
    throw bad('alpha', `is ${alpha}; give a number between 0 and 1, such as 0.05`);
}

export function checkWhole(name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw bad(
      name,
      `is ${value}; give a whole number ${most < Number.MAX_SAFE_INTEGER ? `from ${least} to ${most}` : `of at least ${least}`}`,
    );
}

/** Refuses a list that holds something else than probabilities. */
export function checkProbabilities(p: ArrayLike<number>): void {
  if (typeof p !== 'object' || typeof p?.length !== 'number')
    throw bad('p', `is ${String(p)}; give a list of p-values`);
  for (let i = 0; i < p.length; i++)
    if (typeof p[i] !== 'number' || !(p[i] >= 0 && p[i] <= 1))
      throw bad('p', `p[${i}] is ${String(p[i])}; a p-value lies between 0 and 1`);
}

export function checkChoice(name: string, value: string, choices: readonly string[]): void {
  if (!choices.includes(value)) throw bad(name, `is '${value}'; ${suggest(String(value), choices)}`);
}

function bad(name: string, message: string): SatwatchError {
  return new SatwatchError('BAD_OPTION', message.startsWith(name) ? message : `${name} ${message}`, name);
}

const counted = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`;
