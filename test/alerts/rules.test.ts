import { type History, type Rule, rules } from 'satwatch';
import { describe, expect, it } from 'vitest';
import { history, observed, ofEffects, ofRanks } from './history.js';

/** 'segment' or 'segment@class' of every finding. */
const subjects = (rule: Rule, past: History) =>
  rule.evaluate(past).map(({ segment, className }) => segment + (className === null ? '' : `@${className}`));

describe('rankThreshold', () => {
  it('fires at the threshold and before it, not behind', () => {
    const rule = rules.rankThreshold({ segment: 'mark', rank: 2 });
    expect(subjects(rule, ofRanks({ mark: 2.01 }))).toEqual([]);
    expect(subjects(rule, ofRanks({ mark: 2 }))).toEqual(['mark']);
    expect(subjects(rule, ofRanks({ mark: 1 }, { mark: 3 }))).toEqual([]);
  });

  it('says segment, from which rank to which, the threshold, chance, and what to do', () => {
    const [finding] = rules
      .rankThreshold({ segment: 'mark', rank: 2 })
      .evaluate(ofRanks({ mark: 3.4 }, { mark: 2.5 }, { mark: 1.52 }));
    expect(finding).toMatchObject({
      segment: 'mark',
      className: null,
      level: 'alarm',
      from: 3.4,
      to: 1.52,
      evidence: { threshold: 2, chanceRank: 3.5, images: 10 },
    });
    expect(finding.message).toBe(
      "'mark' ranks 1.5 at epoch 2 (threshold 2, by chance 3.5), 3.4 at epoch 0; look at pictures with and without it",
    );
  });

  it('watches one class, each class, a role, or any segment', () => {
    const past = ofRanks({
      mark: 3,
      'mark@cat': 1.5,
      'mark@dog': 4,
      sky: 1.9,
      'sky@cat': 2,
      'sky@dog': 3,
      head: 1.2,
      'head@cat': 3,
      'head@dog': 1.1,
    });
    expect(subjects(rules.rankThreshold({ rank: 2 }), past)).toEqual(['head', 'sky']);
    expect(subjects(rules.rankThreshold({ rank: 2, role: 'context' }), past)).toEqual(['sky']);
    expect(subjects(rules.rankThreshold({ rank: 2, role: 'suspect' }), past)).toEqual([]);
    expect(subjects(rules.rankThreshold({ rank: 2, perClass: true }), past)).toEqual([
      'head@dog',
      'mark@cat',
      'sky@cat',
    ]);
    const cat = rules.rankThreshold({ rank: 2, role: 'suspect', className: 'cat' });
    expect(subjects(cat, past)).toEqual(['mark@cat']);
    expect(cat.evaluate(past)[0].message).toMatch(/^'mark' in class 'cat' ranks 1\.5 /);
  });

  it('says nothing of a segment that no picture shows', () => {
    expect(subjects(rules.rankThreshold({ rank: 4 }), ofRanks({ mark: null, sky: 3 }))).toEqual(['sky']);
  });
});

describe('rankShift', () => {
  it("compares with the run's first observation, whatever came between", () => {
    const rule = rules.rankShift({ by: 1.5, segment: 'mark' });
    expect(subjects(rule, ofRanks({ mark: 3 }))).toEqual([]);
    expect(subjects(rule, ofRanks({ mark: 3 }, { mark: 1 }, { mark: 1.6 }))).toEqual([]);
    expect(subjects(rule, ofRanks({ mark: 3 }, { mark: 4 }, { mark: 1.5 }))).toEqual(['mark']);
    // Away from rank 1 is no rise.
    expect(subjects(rule, ofRanks({ mark: 1 }, { mark: 4 }))).toEqual([]);
  });

  it('says from where to where, since when, and what to do', () => {
    const [finding] = rules
      .rankShift({ by: 1, perClass: true })
      .evaluate(ofRanks({ 'mark@cat': 3.6, 'mark@dog': 3 }, { 'mark@cat': 1.25, 'mark@dog': 2.5 }));
    expect(finding).toMatchObject({ className: 'cat', from: 3.6, to: 1.25, level: 'warning' });
    expect(finding.message).toBe(
      "'mark' in class 'cat' has risen from rank 3.6 at epoch 0 to 1.3 at epoch 1; look at pictures with and without it",
    );
  });

  it('has nothing to compare with where the segment was not measured at first', () => {
    expect(subjects(rules.rankShift({ by: 1 }), ofRanks({ mark: null }, { mark: 1 }))).toEqual([]);
  });

  it('refuses rules without what they need, and a core segment held against core ones', () => {
    const bare = rules as unknown as Record<'rankThreshold' | 'rankShift', () => unknown>;
    expect(() => bare.rankThreshold()).toThrow(/rank: got undefined, expected a rank from 1/);
    expect(() => bare.rankShift()).toThrow(/by: got undefined, expected a number of ranks above 0/);
    expect(() => rules.outranks({ role: 'core' })).toThrow(/role: got core, expected suspect or context/);
  });

  it('refuses a shift that is none', () => {
    expect(() => rules.rankShift({ by: 0 })).toThrow(/by: got 0, expected a number of ranks above 0/);
  });
});

describe('outranks', () => {
  const rule = rules.outranks();
  it('fires for a suspect or context segment before every core one, the best of them', () => {
    expect(subjects(rule, ofRanks({ mark: 1.5, sky: 1.9, head: 2, eyes: 4 }))).toEqual(['mark', 'sky']);
    expect(subjects(rule, ofRanks({ mark: 1.5, sky: 3, head: 4, eyes: 1.4 }))).toEqual([]);
    expect(subjects(rule, ofRanks({ mark: 2, head: 2, eyes: 4 }))).toEqual([]);
  });

  it('compares within the class', () => {
    const past = ofRanks({ 'mark@cat': 1.5, 'head@cat': 2, 'mark@dog': 3, 'head@dog': 2, mark: 1, head: 3 });
    expect(subjects(rules.outranks({ perClass: true }), past)).toEqual(['mark@cat']);
    expect(subjects(rules.outranks({ role: 'context' }), past)).toEqual([]);
  });

  it('needs a core segment that was measured', () => {
    expect(subjects(rule, ofRanks({ mark: 1, head: null }))).toEqual([]);
  });

  it('names both segments and their ranks', () => {
    expect(rule.evaluate(ofRanks({ mark: 1.5, head: 2.25, eyes: 4 }))[0]).toMatchObject({
      from: 2.25,
      to: 1.5,
      message:
        "'mark' ranks 1.5 at epoch 0, before every core segment (the best, 'head', 2.3); compare it with its chance rank and look at its pictures",
      evidence: { bestCore: 'head', chanceRank: 3.5 },
    });
  });
});

describe('reliance', () => {
  const rule = rules.reliance();
  const level = (...run: Parameters<typeof ofEffects>) => rule.evaluate(ofEffects(...run))[0]?.level;

  it('asks the monitor to measure', () => {
    expect(rule.measures).toBe('reliance');
    expect(rules.rankShift({ by: 1 }).measures).toBeUndefined();
  });

  it('has the levels of its definition', () => {
    expect(level([{ effect: 0.059, z: 9 }])).toBeUndefined();
    expect(level([{ effect: 0.06, z: 2.6 }])).toBe('warning');
    expect(level([{ effect: 0.2, z: 2.6 }])).toBe('alarm');
    expect(level([{ effect: 0.5, z: 9 }])).toBe('alarm');
    expect(level([{ effect: 0.3, z: 9 }], [{ effect: 0.3, z: 9 }])).toBe('severe');
    expect(level([{ effect: 0.3, z: 9 }], [{ effect: 0.29, z: 9 }])).toBe('alarm');
  });

  it('counts nothing that was measured before training', () => {
    const strong = { effect: 0.5, z: 9 };
    const from = (...run: Parameters<typeof ofEffects>) => {
      const past = ofEffects(...run);
      return rule.evaluate({
        ...past,
        observed: past.observed.map((one) => ({ ...one, epoch: one.epoch - 1 })),
      });
    };
    expect(from([strong], [])).toEqual([]);
    expect(from([strong], [strong])).toMatchObject([{ level: 'alarm', from: null }]);
    expect(from([strong], [strong], [strong])).toMatchObject([{ level: 'severe' }]);
  });

  it('keeps to the last measurement of a pair that is not tested at every observation', () => {
    const strong = { effect: 0.3, z: 9, fill: 0.2 };
    const past = ofEffects([strong], [{ segment: 'sky', effect: 0 }], [{ className: 'dog', ...strong }]);
    expect(subjects(rule, past).sort()).toEqual(['mark@cat', 'mark@dog']);
    const ofCats = rule.evaluate(past).find(({ className }) => className === 'cat');
    expect(ofCats!.evidence).toMatchObject({ testedAt: 1 });
    expect(level([strong], [], [strong])).toBe('severe');
  });

  it('says what was seen, and never where it comes from', () => {
    const effects = { effect: 0.21, z: 8, fill: 0.2, blur: 0.1, top: 0.2, flipped: 0.09, lost: 0.078 };
    const [finding] = rule.evaluate(ofEffects([{ effect: 0.01 }], [effects]));
    expect(finding).toMatchObject({ segment: 'mark', className: 'cat', from: 0.01, to: 0.21 });
    expect(finding.evidence).toMatchObject({
      ...{ ...effects, confirmation: 'confirmed', receivers: 64, givers: 20 },
      zThreshold: expect.closeTo(2.539, 3),
    });
    expect(finding.message).toBe(
      "Predictions move 21 points towards 'cat' when 'mark' is present: 9 % of the answers become 'cat', " +
        '8 points of accuracy are lost (alarm since epoch 2, confirmed by filling it); ' +
        'look for it in the training pictures of that class',
    );
    const words = (more: object) => rule.evaluate(ofEffects([{ ...effects, ...more }]))[0].message;
    expect(words({ blur: 0 })).toMatch(/\(alarm since epoch 1, not confirmed by filling it\)/);
    expect(words({ fill: null, blur: null })).toMatch(/\(alarm since epoch 1, untestable by filling it\)/);
    expect(rule.evaluate(ofEffects([{ ...effects, effect: 0.04, top: 0.412 }]))[0]).toMatchObject({
      ...{ level: 'alarm', from: null, to: 0.04 },
      message:
        "Predictions move 41 points towards 'cat' when 'mark' comes from some pictures of that class, 4 on average: " +
        "look for what the alert's first pictures have in common (alarm since epoch 1, confirmed by filling it); " +
        'look for it in the training pictures of that class',
    });
    // As earlier versions measured it.
    expect(words({ flipped: null, lost: null })).toMatch(/when 'mark' is present \(alarm/);
    for (const said of [finding.message, words({ blur: 0 })]) expect(said).not.toMatch(/learn|caus/);
  });
});

describe('zeroAttribution', () => {
  const flat = (attribution: number | null) =>
    history(observed(0, { ranks: { mark: 1, head: 2 }, attribution }));
  it('fires where all is near zero, and only there', () => {
    const [finding] = rules.zeroAttribution().evaluate(flat(0));
    expect(finding).toMatchObject({ segment: null, className: null, level: 'warning', to: 0 });
    expect(finding.message).toMatch(/near zero.*check inputRange/);
    expect(rules.zeroAttribution().evaluate(flat(-1e-9))).toEqual([]);
    expect(rules.zeroAttribution({ below: 1e-8 }).evaluate(flat(-1e-9))).toHaveLength(1);
  });
  it('says nothing where nothing was measured', () => {
    expect(rules.zeroAttribution().evaluate(flat(null))).toEqual([]);
  });
});

describe('probeAccuracy', () => {
  const rule = rules.probeAccuracy();
  const seen = (probeAccuracy: number | null, metrics: Record<string, number | null>) =>
    rule.evaluate(history(observed(3, { probeAccuracy, metrics })));

  it('fires where the probe is near chance and the training is not', () => {
    // Chance is 0.5; two standard errors of 40 pictures are 0.158.
    expect(seen(0.65, { acc: 0.75 })).toHaveLength(1);
    expect(seen(0.66, { acc: 0.75 })).toEqual([]);
    expect(seen(0.65, { acc: 0.74 })).toEqual([]);
    expect(seen(0.1, { acc: 0.9 })).toHaveLength(1);
  });
  it("knows the names tfjs gives to an accuracy, and needs both sides'", () => {
    expect(seen(0.5, { categoricalAccuracy: 0.9 })).toHaveLength(1);
    expect(seen(0.5, { acc: null, val_acc: 0.9 })).toEqual([]);
    expect(seen(null, { acc: 0.9 })).toEqual([]);
  });
  it('takes the largest class for chance', () => {
    const past = history(observed(0, { probeAccuracy: 0.9, metrics: { acc: 0.96 } }));
    expect(rule.evaluate({ ...past, probe: { ...past.probe, classCounts: [36, 4] } })).toHaveLength(1);
  });
  it('says both accuracies and what to check; two in a row by default', () => {
    expect(seen(0.525, { acc: 0.9 })[0].message).toMatch(
      /is 52\.5 % \(chance: 50\.0 %\) while training's is 90\.0 %.*check inputRange/,
    );
    expect(rule.consecutive).toBe(2);
  });
});
