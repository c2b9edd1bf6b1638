import type { Alert, Level } from '../types.js';
import { levels } from './format.js';

/**
 * All alerts of one rule about one segment and class: an alert that grew, or came again, is one story. What it was at
 * its worst is kept, whether it stands or has ended.
 */
export interface AlertSubject {
  rule: string;
  segment: string | null;
  className: string | null;
  /** The gravest it was. */
  level: Level;
  /** The level that stands at the last observation; null where it has ended. */
  standing: Level | null;
  /** The watched value at its worst, and when. */
  peak: number | null;
  peakEpoch: number | null;
  /** By their epochs. One of an epoch that a resumed run came to again, and that another took the place of, is left out. */
  alerts: Alert[];
}

/** Gravest first; at one level those that stand, then the earliest. */
export function alertSubjects(alerts: readonly Alert[]): AlertSubject[] {
  const bySubject = new Map<string, Alert[]>();
  for (const alert of alerts) {
    const key = JSON.stringify([
      alert.rule,
      alert.evidence.ruleNumber ?? null,
      alert.segment,
      alert.className,
    ]);
    bySubject.set(key, [...(bySubject.get(key) ?? []), alert]);
  }
  return [...bySubject.values()].map(subject).sort(byGravity);
}

function subject(all: Alert[]): AlertSubject {
  const alerts = all
    .filter((alert) => alert.epoch !== alert.resolvedEpoch || !all.some((other) => covers(other, alert)))
    .sort((a, b) => a.epoch - b.epoch || a.id - b.id);
  const { rule, segment, className } = alerts[0];
  const open = alerts.filter(({ resolvedEpoch }) => resolvedEpoch === null);
  const worst = alerts.reduce((a, b) => (severity(b) > severity(a) ? b : a));
  return {
    rule,
    segment,
    className,
    level: gravest(alerts)!,
    standing: gravest(open),
    peak: numberOf(worst.evidence.peak) ?? worst.to,
    peakEpoch: numberOf(worst.evidence.peakEpoch) ?? worst.epoch,
    alerts,
  };
}

/** Whether another alert stood all the while. */
const covers = (other: Alert, { id, epoch }: Alert) =>
  other.id !== id && other.epoch < epoch && (other.resolvedEpoch === null || other.resolvedEpoch > epoch);

function byGravity(a: AlertSubject, b: AlertSubject): number {
  return (
    levels.indexOf(b.level) - levels.indexOf(a.level) ||
    Number(b.standing !== null) - Number(a.standing !== null) ||
    a.alerts[0].epoch - b.alerts[0].epoch ||
    a.alerts[0].id - b.alerts[0].id
  );
}

/** One stretch of time in which an alert stood; growing to a higher level does not end it. */
export interface Stretch {
  steps: { level: Level; epoch: number }[];
  /** null: it stands. */
  ended: number | null;
}

export function stretches({ alerts }: AlertSubject): Stretch[] {
  const found: Stretch[] = [];
  let grew = false;
  for (const { level, epoch, resolvedEpoch, evidence } of alerts) {
    if (!grew) found.push({ steps: [], ended: null });
    const stretch = found[found.length - 1];
    stretch.steps.push({ level, epoch });
    stretch.ended = resolvedEpoch;
    grew = resolvedEpoch !== null && typeof evidence.grewTo === 'string';
  }
  return found;
}

const gravest = (alerts: readonly Alert[]): Level | null =>
  levels.findLast((level) => alerts.some((alert) => alert.level === level)) ?? null;
const severity = ({ evidence }: Alert) => numberOf(evidence.peakSeverity) ?? Number.NEGATIVE_INFINITY;

/** Evidence is whatever a rule wrote there. */
const numberOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;
