import type { ObservationInfo } from '../../wire.js';
import type { Line } from './model.js';

const isAccuracy = (name: string) => /(^|_)acc(uracy)?$|accuracy/i.test(name);
const isLoss = (name: string) => /loss$/i.test(name);

function lines(observations: ObservationInfo[], names: string[]): Line[] {
  return names.map((name) => ({
    key: name,
    label: name,
    tone: 'ink',
    ...(name.startsWith('val_') && { dash: [6, 3] }),
    values: observations.map(({ metrics }) => metrics[name] ?? null),
  }));
}

function namesOf(observations: ObservationInfo[]): string[] {
  return [...new Set(observations.flatMap(({ metrics }) => Object.keys(metrics)))].sort();
}

/** What `fit` logs as accuracy, and the accuracy on the probe set. */
export function accuracyLines(observations: ObservationInfo[]): Line[] {
  const probe = observations.map(({ probeAccuracy }) => probeAccuracy);
  return [
    ...lines(observations, namesOf(observations).filter(isAccuracy)),
    ...(probe.some((value) => value !== null)
      ? [{ key: 'probe', label: 'probe set', tone: 'none' as const, dash: [2, 2], values: probe }]
      : []),
  ];
}

export function lossLines(observations: ObservationInfo[]): Line[] {
  return lines(observations, namesOf(observations).filter(isLoss));
}
