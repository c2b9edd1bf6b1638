import { SatwatchError } from '../errors.js';

export function nonNegativeNumber(name: string, value: unknown): void {
  if (typeof value !== 'number' || !(value >= 0) || !Number.isFinite(value))
    throw new SatwatchError('BAD_OPTION', `${name}: got ${String(value)}, expected a number from 0`, name);
}

/** The least and the largest value of a pixel. */
export function boxBounds({ low, high }: { low?: unknown; high?: unknown }): void {
  if (!(Number.isFinite(low) && Number.isFinite(high) && Number(low) < Number(high)))
    throw new SatwatchError(
      'BAD_OPTION',
      `low, high: got ${String(low)} and ${String(high)}, expected the least and the largest value a pixel can have, such as 0 and 1`,
      'low',
    );
}
