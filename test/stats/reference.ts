import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

/** Expected values of another library: test/reference/stats/README.md has the conventions. */
export function reference(name: string): any {
  return JSON.parse(readFileSync(join(import.meta.dirname, `../reference/stats/${name}.json`), 'utf8'));
}

/** Relative where the expected value is large, absolute where it is small. */
export function expectNear(actual: number, expected: number, tolerance = 1e-9): void {
  const off = Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
  expect(off, `${actual} for ${expected}`).toBeLessThanOrEqual(tolerance);
}
