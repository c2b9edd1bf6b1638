import { z } from 'zod';
import type { RunInfo, StoredProbeSet } from '../../src/store/index.js';
import type { ProbeSummary, Threshold } from '../wire.js';

export function summarizeProbe(probe: StoredProbeSet): ProbeSummary {
  const ofClass = probe.classNames.map(() => 0);
  const ofSegment = probe.segmentNames.map(() => 0);
  for (const [, label, segments] of probe.images) {
    ofClass[label]++;
    for (let i = 0; i < segments.length; i += 2) ofSegment[segments[i]]++;
  }
  const { id, width, height } = probe;
  return {
    id,
    width,
    height,
    classes: probe.classNames.map((name, i) => ({ name, images: ofClass[i] })),
    segments: probe.segmentNames.map((name, i) => ({
      name,
      role: probe.roles[name] ?? null,
      images: ofSegment[i],
    })),
  };
}

const rankThreshold = z.object({
  name: z.literal('rankThreshold'),
  rank: z.number(),
  segment: z.string().optional(),
  role: z.enum(['core', 'context', 'suspect']).optional(),
  className: z.string().optional(),
  perClass: z.boolean().optional(),
});

/** The user's limits on ranks; other rules, and whatever another version wrote there, are passed over. */
export function thresholdsOf({ config }: RunInfo): Threshold[] {
  const rules: unknown[] = Array.isArray(config.rules) ? config.rules : [];
  return rules.flatMap((rule) => {
    const parsed = rankThreshold.safeParse(rule);
    if (!parsed.success) return [];
    const { rank, segment = null, role = null, className = null, perClass = false } = parsed.data;
    return [{ rank, segment, role, className, perClass }];
  });
}
