import type { Values } from './model.js';

/** Indices of values without a neighbour. */
export function alone(values: Values): number[] {
  return values.flatMap((value, i) =>
    value !== null && values[i - 1] == null && values[i + 1] == null ? [i] : [],
  );
}

export function last(values: Values): number | null {
  return values.findLast((value) => value !== null) ?? null;
}
