import type { Threshold } from '../../wire.js';
import { last } from '../charts/values.js';
import type { SegmentSeries, Snapshot } from '../data/snapshot.js';

/** How many segments are shown at first. */
export const firstShown = 12;

/** By current rank; segments without any come last. */
function byRank(a: SegmentSeries, b: SegmentSeries): number {
  return (last(a.rank) ?? Number.MAX_VALUE) - (last(b.rank) ?? Number.MAX_VALUE);
}

/** The segments to show, best rank first. Suspects, and what an alert, a limit or the user names, is always among them. */
export function arrange(
  snapshot: Snapshot,
  { all, pinned, limits }: { all: boolean; pinned: string | null; limits: Threshold[] },
): { shown: SegmentSeries[] } {
  const ordered = [...snapshot.segments].sort(byRank);
  if (all || ordered.length <= firstShown) return { shown: ordered };
  const named = new Set([
    pinned,
    ...snapshot.alerts.map(({ segment }) => segment),
    ...limits.map(({ segment }) => segment),
  ]);
  return { shown: ordered.filter((s, i) => i < firstShown || s.role === 'suspect' || named.has(s.name)) };
}

/** What stands out before anybody points at something: the newest open alert's segment, a suspect, the first rank. */
export function defaultSegment({ alerts }: Snapshot, shown: SegmentSeries[]): string | null {
  const open = alerts.filter(({ resolvedEpoch, segment }) => resolvedEpoch === null && segment !== null);
  const worst =
    open.findLast(({ level }) => level === 'severe') ??
    open.findLast(({ level }) => level === 'alarm') ??
    open.at(-1);
  return worst?.segment ?? (shown.find(({ role }) => role === 'suspect') ?? shown[0])?.name ?? null;
}
