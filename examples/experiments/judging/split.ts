/**
 * Frozen before the first run: rules and thresholds are chosen on the development half of kinds AND tasks, and what is
 * published is counted on the other half. Whoever moves a name across makes all earlier figures worthless.
 */
export const split = {
  development: {
    tasks: ['stripes', 'blocks', 'faces'],
    kinds: ['text', 'patch', 'texture', 'brightness', 'swap'],
  },
  'held-out': {
    tasks: ['houses', 'pots', 'fish'],
    kinds: ['border', 'date', 'tag', 'object', 'blur'],
  },
} as const;

export type Half = keyof typeof split;
