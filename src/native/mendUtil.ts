import util from 'node:util';

/**
 * Gives `node:util` the functions that tfjs-node 4.22 calls: `isNullOrUndefined` (the attributes of an op, TopK) and
 * `isArray` (the attributes of an op); its dist calls no other that Node removed or will remove. Node 23 removed the
 * first; Node 22 and later print a deprecation warning for both. They mean the same as before, so nothing else in the process notices.
 * Of no effect when called again.
 */
export function mendUtil(): void {
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  });
}
