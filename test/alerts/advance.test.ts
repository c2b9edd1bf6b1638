import { type Alert, type History, type Rule, rules } from 'satwatch';
import { describe, expect, it } from 'vitest';
import { advance } from '../../src/alerts/advance.js';
import { history, observed, ofEffects, ofRanks } from './history.js';

/** All alerts after every observation in turn, kept as the monitor and the store keep them. */
function play(past: History, ...watch: Rule[]): { alerts: Alert[]; raisedAt: number[] } {
  let alerts: Alert[] = [];
  const raisedAt: number[] = [];
  past.observed.forEach((now, i) => {
    const { raised, updated } = advance({ ...past, observed: past.observed.slice(0, i + 1) }, watch, alerts);
    const byId = new Map(updated.map((alert) => [alert.id, alert]));
    alerts = alerts.map((alert) => byId.get(alert.id) ?? alert);
    for (const alert of raised) {
      alerts.push({ ...alert, id: alerts.length + 1, resolvedEpoch: null, delivery: {} });
      raisedAt.push(now.epoch);
    }
  });
  return { alerts, raisedAt };
}

const marks = (...ranks: number[]) => ofRanks(...ranks.map((mark) => ({ mark })));
const threshold = (more = {}) => rules.rankThreshold({ segment: 'mark', rank: 2, ...more });
/** Effects of ('mark', 'cat') that make the reliance rule say these levels, epoch by epoch. */
const levels = (...names: ('none' | 'warning' | 'alarm' | 'severe')[]) =>
  ofEffects(
    ...names.map((name) => {
      const effect = { none: 0, warning: 0.1, alarm: 0.2, severe: 0.3 }[name];
      return [{ effect, z: 10, fill: effect }];
    }),
  );
const spans = ({ alerts }: { alerts: Alert[] }) =>
  alerts.map(({ level, epoch, resolvedEpoch }) => [level, epoch, resolvedEpoch]);

describe('an alert', () => {
  it('is raised once, and resolved when its finding is gone', () => {
    const { alerts, raisedAt } = play(marks(3, 1.8, 1.5, 1.9, 3, 3), threshold());
    expect(raisedAt).toEqual([1]);
    expect(alerts).toMatchObject([
      { rule: 'rankThreshold', segment: 'mark', epoch: 1, resolvedEpoch: 4, from: 3, to: 1.9 },
    ]);
  });

  it('keeps its peak, by what is worse for its rule', () => {
    const ranked = play(marks(3, 1.8, 1.5, 1.9), threshold()).alerts[0];
    expect(ranked).toMatchObject({ to: 1.9, evidence: { peak: 1.5, peakEpoch: 2 } });
    const past = ofEffects(...[0.03, 0.09, 0.07].map((effect) => [{ effect, z: 9, fill: effect }]));
    const [effects] = play(past, rules.reliance()).alerts;
    expect(effects).toMatchObject({ to: 0.07, evidence: { peak: 0.09, peakEpoch: 2, effect: 0.07 } });
  });

  it('keeps the sentence it was raised with', () => {
    expect(play(marks(3, 1.8, 1.5), threshold()).alerts[0].message).toMatch(/ranks 1\.8 at epoch 1/);
  });

  it('comes again after it was resolved, as a new one', () => {
    expect(spans(play(marks(1, 3, 1), threshold()))).toEqual([
      ['alarm', 0, 1],
      ['alarm', 2, null],
    ]);
  });

  it('is one for each segment and class', () => {
    const past = ofRanks(
      { 'mark@cat': 1, 'mark@dog': 3, 'sky@cat': 3 },
      { 'mark@cat': 3, 'mark@dog': 1, 'sky@cat': 2 },
    );
    const { alerts } = play(past, rules.rankThreshold({ rank: 2, perClass: true }));
    expect(alerts.map((a) => [a.segment, a.className, a.epoch, a.resolvedEpoch])).toEqual([
      ['mark', 'cat', 0, 1],
      ['mark', 'dog', 1, null],
      ['sky', 'cat', 1, null],
    ]);
  });

  it('is not raised twice where the same observation is measured again', () => {
    const past = marks(1);
    const [alert] = play(past, threshold()).alerts;
    expect(advance(past, [threshold()], [alert]).raised).toEqual([]);
  });
});

describe('consecutive', () => {
  it('waits until the finding stood so many times in a row', () => {
    const rule = threshold({ consecutive: 3 });
    expect(play(marks(1, 1, 3, 1, 1), rule).raisedAt).toEqual([]);
    expect(play(marks(1, 1, 3, 1, 1, 1, 1), rule).raisedAt).toEqual([5]);
    expect(spans(play(marks(1, 1, 1, 3), rule))).toEqual([['alarm', 2, 3]]);
  });

  it('counts a class and a segment on their own', () => {
    const past = ofRanks({ mark: 1, sky: 3 }, { mark: 3, sky: 1 }, { mark: 1, sky: 1 });
    const { alerts } = play(past, rules.rankThreshold({ rank: 2, consecutive: 2 }));
    expect(alerts.map((alert) => alert.segment)).toEqual(['sky']);
  });

  it('gives the lowest level that stood all the while', () => {
    const rule = rules.reliance({ consecutive: 2 });
    expect(spans(play(levels('warning', 'alarm'), rule))).toEqual([['warning', 2, null]]);
    expect(spans(play(levels('warning', 'alarm', 'alarm'), rule))).toEqual([
      ['warning', 2, 3],
      ['alarm', 3, null],
    ]);
  });

  it('counts measurements, not observations at which a pair was not tested', () => {
    const alarm = { effect: 0.2, z: 10 };
    const rule = rules.reliance({ consecutive: 2 });
    expect(play(ofEffects([alarm], []), rule).raisedAt).toEqual([]);
    expect(play(ofEffects([alarm], [], [alarm]), rule).raisedAt).toEqual([3]);
    expect(play(ofEffects([alarm], [], [{ ...alarm, effect: 0 }], [alarm]), rule).raisedAt).toEqual([]);
    // Not tested for a while, it still stands.
    expect(spans(play(ofEffects([alarm], [alarm], [], []), rule))).toEqual([['alarm', 2, null]]);
  });
});

describe('cooldown', () => {
  it('keeps an alert from coming again so soon', () => {
    expect(play(marks(1, 3, 1, 3, 1, 1, 3), threshold({ cooldown: 4 })).raisedAt).toEqual([0, 5]);
    expect(play(marks(1, 3, 1, 3, 1), threshold()).raisedAt).toEqual([0, 2, 4]);
  });

  it('is counted for each segment', () => {
    const past = ofRanks({ mark: 1, sky: 3 }, { mark: 3, sky: 3 }, { mark: 1, sky: 1 });
    const { alerts } = play(past, rules.rankThreshold({ rank: 2, cooldown: 5 }));
    expect(alerts.map((alert) => [alert.segment, alert.epoch])).toEqual([
      ['mark', 0],
      ['sky', 2],
    ]);
  });

  it('holds back neither growth nor what is worse than the alert that ended', () => {
    const rule = rules.reliance({ cooldown: 10 });
    expect(spans(play(levels('warning', 'alarm'), rule))).toEqual([
      ['warning', 1, 2],
      ['alarm', 2, null],
    ]);
    expect(spans(play(levels('warning', 'none', 'warning', 'alarm'), rule))).toEqual([
      ['warning', 1, 2],
      ['alarm', 4, null],
    ]);
    expect(spans(play(levels('alarm', 'none', 'warning', 'alarm'), rule))).toEqual([['alarm', 1, 2]]);
  });
});

describe('levels', () => {
  it('growth ends the lower alert, says to what it grew, and raises the higher', () => {
    const played = play(levels('none', 'warning', 'alarm', 'severe', 'severe', 'severe'), rules.reliance());
    expect(spans(played)).toEqual([
      ['warning', 2, 3],
      ['alarm', 3, 5],
      ['severe', 5, null],
    ]);
    expect(played.alerts.map((alert) => alert.evidence.grewTo)).toEqual(['alarm', 'severe', undefined]);
  });

  it('a lower level keeps the alert until it is gone', () => {
    expect(spans(play(levels('alarm', 'warning', 'warning', 'none'), rules.reliance()))).toEqual([
      ['alarm', 1, 4],
    ]);
  });

  it('of an alarm by the top givers the worst is the largest effect, as of any other', () => {
    const by = (effect: number, top: number) => [{ effect, top, z: 10 }];
    const [alert] = play(ofEffects(by(0.05, 0.5), by(0.1, 0.2), by(0.04, 0.41)), rules.reliance()).alerts;
    expect(alert).toMatchObject({ level: 'alarm', epoch: 1, to: 0.04, resolvedEpoch: null });
    expect(alert.evidence).toMatchObject({ by: 'top', top: 0.41, peak: 0.1, peakEpoch: 2 });
  });
});

describe('a run that goes on from an earlier checkpoint', () => {
  const rule = rules.reliance();
  const strong = [{ effect: 0.25, z: 10 }];

  it('keeps the alert of the earlier epoch where its finding now comes sooner', () => {
    const first = play(ofEffects([], [], [], [], strong), rule).alerts;
    expect(spans({ alerts: first })).toEqual([['alarm', 5, null]]);
    const again = ofEffects([], [], [], strong, strong);
    const at = (n: number) => ({ ...again, observed: again.observed.slice(0, n) });
    const [raised] = advance(at(4), [rule], first).raised;
    expect(raised).toMatchObject({ epoch: 4 });
    const alerts = [...first, { ...raised, id: 2, resolvedEpoch: null, delivery: {} }];
    const { updated, raised: more } = advance(at(5), [rule], alerts);
    expect(more).toEqual([]);
    expect(updated.map(({ id, resolvedEpoch }) => [id, resolvedEpoch])).toEqual([
      [2, null],
      [1, 5],
    ]);
  });

  it('takes an epoch that comes again for what it is now', () => {
    // Ended at epoch 2 in its first life.
    const ended = play(ofEffects(strong, [{ effect: 0 }]), rule).alerts;
    expect(spans({ alerts: ended })).toEqual([['alarm', 1, 2]]);
    const stands = advance(ofEffects(strong, strong), [rule], ended);
    expect(stands.raised).toEqual([]);
    expect(stands.updated).toMatchObject([{ id: 1, resolvedEpoch: null, evidence: { peakEpoch: 1 } }]);
    // An alarm then, a warning now.
    const weak = [{ effect: 0.1, z: 9 }];
    const { alerts } = play(ofEffects([], strong), rule);
    const fell = advance(ofEffects([], weak), [rule], alerts);
    expect(fell.updated).toMatchObject([{ id: 1, level: 'alarm', resolvedEpoch: 2 }]);
    expect(fell.raised).toMatchObject([{ level: 'warning', epoch: 2, to: 0.1 }]);
  });

  it('forgets that an alert grew, ended or was worse later', () => {
    const { alerts } = play(ofEffects([{ effect: 0.1, z: 9 }], [{ effect: 0.12, z: 9 }], strong), rule);
    expect(alerts[0].evidence).toMatchObject({ grewTo: 'alarm', peakEpoch: 2 });
    const [alert] = advance(ofEffects([{ effect: 0.1, z: 9 }]), [rule], alerts).updated;
    expect(alert.resolvedEpoch).toBeNull();
    expect(alert.evidence.grewTo).toBeUndefined();
    expect(alert.evidence).toMatchObject({ peak: 0.1, peakEpoch: 1 });
  });
});

describe('rules side by side', () => {
  it('an alert is its rule’s, whichever others stand before it when the run goes on', () => {
    const { alerts } = play(marks(1), threshold());
    const { raised, updated } = advance(marks(1, 3), [rules.zeroAttribution(), threshold()], alerts);
    expect(raised).toEqual([]);
    expect(updated).toMatchObject([{ id: 1, resolvedEpoch: 1 }]);
  });

  it('two of one kind keep their alerts apart', () => {
    const pair = [threshold({ rank: 2 }), threshold({ rank: 1.2, level: 'severe' })];
    const { alerts } = play(marks(3, 1.8, 1.1, 1.5, 3), ...pair);
    expect(alerts.map((a) => [a.level, a.epoch, a.resolvedEpoch, a.evidence.ruleNumber])).toEqual([
      ['alarm', 1, 4, 0],
      ['severe', 2, 3, 1],
    ]);
  });

  it('leave the alerts of rules that no longer watch as they are', () => {
    const { alerts } = play(marks(1), threshold());
    const changes = advance(marks(1, 3), [rules.reliance()], alerts);
    expect(changes).toEqual({ raised: [], updated: [] });
  });

  it('the defaults of a run tell a wrong scaling after two observations', () => {
    const wrong = [0, 1, 2].map((epoch) =>
      observed(epoch, { probeAccuracy: 0.5, metrics: epoch ? { acc: 0.9 } : {} }),
    );
    expect(play(history(...wrong), rules.probeAccuracy()).raisedAt).toEqual([2]);
  });
});
