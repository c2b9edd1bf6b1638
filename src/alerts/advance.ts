import type { AlertChanges, NewAlert } from '../store/index.js';
import type { Alert } from '../types.js';
import { type History, latest } from './history.js';
import { type Finding, order, type Rule } from './rule.js';

/**
 * What the rules say after the newest observation, given all alerts of the run so far. An alert is raised once when it
 * starts and resolved when its finding is gone; its peak is kept. A finding that grows to a higher level ends the
 * lower alert and raises the higher one; one that falls to a lower level keeps its alert until it is gone.
 */
export function advance(history: History, rules: readonly Rule[], all: readonly Alert[]): AlertChanges {
  const { epoch } = latest(history);
  // Where nothing of this epoch was observed before, what the store knows of it is from a life that has been left.
  const comesAgain = history.observed.at(-2)?.epoch !== epoch;
  const alerts = asOf(epoch, all, comesAgain);
  const raised: NewAlert[] = [];
  const updated: Alert[] = [];
  rules.forEach((rule, index) => {
    // Its place among the rules of its name: a run that goes on may have other rules beside it.
    const number = rules.slice(0, index).filter(({ name }) => name === rule.name).length;
    const findings = standing(rule, history);
    const mine = alerts
      .filter((alert) => alert.rule === rule.name && (alert.evidence.ruleNumber ?? number) === number)
      .sort((a, b) => a.epoch - b.epoch || a.id - b.id);
    for (const open of mine.filter((alert) => alert.resolvedEpoch === null)) {
      const finding = findings.get(subject(open));
      const fell = finding && comesAgain && open.epoch === epoch && order[finding.level] < order[open.level];
      if (!finding || fell) updated.push({ ...open, resolvedEpoch: epoch });
      else if (order[finding.level] > order[open.level])
        updated.push({
          ...open,
          resolvedEpoch: epoch,
          evidence: { ...open.evidence, grewTo: finding.level },
        });
      else {
        findings.delete(subject(open));
        updated.push(withPeak(open, finding, epoch));
      }
    }
    for (const finding of findings.values()) {
      const ended = mine.filter((a) => subject(a) === subject(finding) && a.resolvedEpoch !== null);
      // What is worse than the alert that ended is news.
      const cooling = ended.some(
        (a) => order[a.level] >= order[finding.level] && epoch - a.resolvedEpoch! < rule.cooldown,
      );
      if (cooling) continue;
      const { severity, ...told } = finding;
      const peak = { peak: finding.to, peakEpoch: epoch, peakSeverity: severity };
      raised.push({
        ...told,
        rule: rule.name,
        epoch,
        evidence: { ...finding.evidence, ...peak, ruleNumber: number },
      });
    }
  });
  return { raised, updated };
}

/**
 * A run resumed from an earlier checkpoint comes to its epochs again: what was raised later waits until then, and what
 * ended, grew or was worst later has not yet. (Of two alerts of one finding the one of the earlier epoch goes on.)
 */
function asOf(epoch: number, alerts: readonly Alert[], comesAgain: boolean): Alert[] {
  const isLater = (other: number) => other > epoch || (comesAgain && other === epoch);
  return alerts
    .filter((alert) => alert.epoch <= epoch)
    .map((alert) => {
      const endsLater = alert.resolvedEpoch !== null && isLater(alert.resolvedEpoch);
      const { grewTo, peak, peakEpoch, peakSeverity, ...rest } = alert.evidence;
      const grown = endsLater || grewTo === undefined ? {} : { grewTo };
      const worst = isLater(Number(peakEpoch)) ? {} : { peak, peakEpoch, peakSeverity };
      const resolvedEpoch = endsLater ? null : alert.resolvedEpoch;
      return { ...alert, resolvedEpoch, evidence: { ...rest, ...worst, ...grown } };
    });
}

/** The newest findings that stood at each of the last `consecutive` observations, at the lowest level they had. */
function standing(rule: Rule, history: History): Map<string, Finding> {
  const { observed } = history;
  if (observed.length < rule.consecutive) return new Map();
  let kept = bySubject(rule.evaluate(history));
  for (let back = 1; back < rule.consecutive && kept.size > 0; back++) {
    const before = bySubject(
      rule.evaluate({ ...history, observed: observed.slice(0, observed.length - back) }),
    );
    kept = new Map(
      [...kept].flatMap(([key, finding]) => {
        const other = before.get(key);
        if (!other) return [];
        return [
          [key, order[other.level] < order[finding.level] ? { ...finding, level: other.level } : finding],
        ];
      }),
    );
  }
  return kept;
}

function withPeak(alert: Alert, finding: Finding, epoch: number): Alert {
  const grown = finding.severity > Number(alert.evidence.peakSeverity ?? Number.NEGATIVE_INFINITY);
  const peak = grown ? { peak: finding.to, peakEpoch: epoch, peakSeverity: finding.severity } : {};
  return { ...alert, to: finding.to, evidence: { ...alert.evidence, ...finding.evidence, ...peak } };
}

function bySubject(findings: Finding[]): Map<string, Finding> {
  return new Map(findings.map((finding) => [subject(finding), finding]));
}

function subject({ segment, className }: { segment: string | null; className: string | null }): string {
  return JSON.stringify([segment, className]);
}
