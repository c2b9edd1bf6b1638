import type { Tensor } from '@tensorflow/tfjs';
import { SatwatchError } from '../errors.js';

/** @throws SatwatchError BAD_OPTION: what came, what was expected */
export function refuse(option: string, got: string, expected: string): never {
  throw new SatwatchError('BAD_OPTION', `${option}: got ${got}, expected ${expected}`, option);
}

export function checkCount(option: string, value: unknown): void {
  if (!Number.isInteger(value) || (value as number) < 1)
    refuse(option, shown(value), 'a whole number from 1');
}

export function checkSeed(seed: unknown): void {
  if (!Number.isSafeInteger(seed)) refuse('seed', shown(seed), 'a whole number');
}

/** Two whole numbers from 1, of rows and columns. */
export function checkSize(option: string, value: unknown): asserts value is [number, number] {
  const fits =
    Array.isArray(value) && value.length === 2 && value.every((v) => Number.isInteger(v) && v >= 1);
  if (!fits) refuse(option, shown(value), 'two whole numbers from 1: [height, width]');
}

/**
 * The shape of a tensor or a nested array of that rank.
 * @throws SatwatchError BAD_OPTION where it is ragged, of another rank, disposed, or holds what is no finite number
 */
export function shapeOf(option: string, value: unknown, rank: number, expected: string): number[] {
  const wrong = (got: string): never => refuse(option, got, expected);
  if (isTensor(value)) {
    if (value.isDisposed) wrong('a tensor that is disposed');
    if (value.rank !== rank) wrong(`a tensor [${value.shape}]`);
    if (!value.dataSync().every(Number.isFinite)) wrong('a tensor with a NaN or an infinity');
    return value.shape;
  }
  const shape: number[] = [];
  let level: unknown = value;
  for (; Array.isArray(level) && level.length > 0; level = level[0]) shape.push(level.length);
  if (shape.length !== rank) wrong(shown(value));
  const visit = (part: unknown, depth: number): void => {
    if (depth < rank) {
      if (!Array.isArray(part) || part.length !== shape[depth]) wrong('lists of different lengths');
      for (const each of part as unknown[]) visit(each, depth + 1);
    } else if (!Number.isFinite(part)) wrong(`${String(part)} among the values`);
  };
  visit(value, 0);
  return shape;
}

export function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && 'dataId' in value && 'shape' in value;
}

/** A value as it stands in a message. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (isTensor(value)) return `a tensor [${value.shape}]`;
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value))
    return value.length > 8 ? `a list of ${value.length}` : short(JSON.stringify(value));
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${(value as Int32Array).length}`;
  return String(value);
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

export function checkNonNegative(option: string, value: unknown): void {
  if (typeof value !== 'number' || !(value >= 0) || !Number.isFinite(value))
    refuse(option, shown(value), 'a number from 0');
}

/** The least and the largest value a pixel can have. */
export function checkBounds({ low, high }: { low?: unknown; high?: unknown }): void {
  if (!(Number.isFinite(low) && Number.isFinite(high) && Number(low) < Number(high)))
    refuse(
      'low, high',
      `${shown(low)} and ${shown(high)}`,
      'the least and the largest value a pixel can have, such as 0 and 1',
    );
}
