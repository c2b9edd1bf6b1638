import type { Snapshot } from '../data/snapshot.js';

/** Whose score the run's attributions explain, in words. */
export function targetOf({ detail }: Snapshot): string {
  const { target } = detail.run.config;
  if (target === 'predicted') return 'the predicted class';
  if (typeof target === 'number') return detail.probe.classes[target]?.name ?? `class ${target}`;
  return 'the right class';
}
