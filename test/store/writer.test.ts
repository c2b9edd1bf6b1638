import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../src/store/database.js';
import { Outbox, openStore, type Store } from '../../src/store/index.js';
import { temporaryFolder } from '../task.js';
import { newAlert, none, observation, satsOf, smallProbe, startRun } from './run.js';

const folder = temporaryFolder();
const probe = smallProbe();
let count = 0;
let store: Store;
/** Any SQLite tool that has the file open beside satwatch. */
let other: Database;

beforeEach(() => {
  const path = join(folder, `${count++}.sqlite`);
  store = openStore(path);
  other = new Database(path);
});
afterEach(() => {
  store.close();
  other.close();
});

const rowsOf = (table: string) => other.prepare(`SELECT * FROM ${table}`).all();

/** All that the file holds, but for the blobs' bytes in readable form. */
const everything = () =>
  Object.fromEntries(
    ['changes', 'runs', 'run_events', 'observations', 'ranks', 'effects', 'alerts', 'probe_sets'].map(
      (table) => [table, rowsOf(table)],
    ),
  );

describe('an observation', () => {
  it('comes back as it was written', () => {
    const writer = startRun(store, 'a');
    const written = observation(probe, 2, { step: 80, share: 0.25 });
    const [alert] = writer.observation(written, { raised: [newAlert(2)], updated: [] });
    expect(store.metrics('a')).toEqual([
      {
        epoch: 2,
        step: 80,
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        seconds: 0.5,
        share: 0.25,
        metrics: { loss: 1 / 3, acc: null },
        probeAccuracy: 0.75,
        invalidImages: 0,
        probeSet: probe.id,
      },
    ]);
    expect(store.effects('a')).toEqual(written.effects.map((e) => ({ ...e, epoch: 2, step: 80 })));
    expect(store.alerts('a')).toEqual([{ ...newAlert(2), id: alert.id, resolvedEpoch: null, delivery: {} }]);
    for (const aggregation of ['relative', 'absolute'] as const)
      for (const className of [null, ...probe.classNames])
        expect(store.trajectories('a', { aggregation, className })).toEqual(
          written.rows
            .filter((row) => row.aggregation === aggregation && row.className === className)
            .map(({ aggregation: _, ...row }) => ({ ...row, epoch: 2, step: 80 })),
        );
    expect(store.run('a')).toMatchObject({ state: 'running', epoch: 2, observations: 1, openAlerts: 1 });
  });

  it('keeps an infinite z with its sign, and what is not a number', () => {
    const writer = startRun(store, 'a');
    const e = {
      ...{ segment: 'mark', className: 'cat', receivers: 3, givers: 2 },
      ...{ top: null, blur: null, flipped: 0.5, lost: 0 },
    };
    const effects = [
      { ...e, effect: 0.5, z: Number.POSITIVE_INFINITY, fill: null },
      { ...e, segment: 'all', effect: -0.5, z: Number.NEGATIVE_INFINITY, fill: 0 },
      { ...e, segment: 'head', effect: Number.NaN, z: Number.NaN, fill: Number.NaN },
    ];
    writer.observation(observation(probe, 0, { effects }), none);
    const read = Object.fromEntries(
      store.effects('a').map(({ segment, effect, z }) => [segment, [effect, z]]),
    );
    expect(read).toEqual({
      mark: [0.5, Number.POSITIVE_INFINITY],
      all: [-0.5, Number.NEGATIVE_INFINITY],
      head: [Number.NaN, Number.NaN],
    });
  });

  it('is all there or not at all, wherever the writing fails', () => {
    const writer = startRun(store, 'a');
    const [alert] = writer.observation(observation(probe, 0), { raised: [newAlert(0)], updated: [] });
    const before = everything();
    for (const [when, where] of [
      ['BEFORE INSERT ON', 'observations'],
      ['AFTER INSERT ON', 'ranks'],
      ['BEFORE INSERT ON', 'effects'],
      ['BEFORE UPDATE ON', 'alerts'],
      ['BEFORE INSERT ON', 'alerts'],
      ['AFTER UPDATE ON', 'runs'],
    ]) {
      other.exec(`CREATE TRIGGER fails ${when} ${where} BEGIN SELECT RAISE(ABORT, 'not today'); END`);
      const changes = { raised: [newAlert(1)], updated: [{ ...alert, resolvedEpoch: 1 }] };
      for (const epoch of [0, 1])
        expect(() => writer.observation(observation(probe, epoch), changes)).toThrow(
          expect.objectContaining({ code: 'STORE_FAILED', message: expect.stringMatching(/not today/) }),
        );
      other.exec('DROP TRIGGER fails');
      expect(everything()).toEqual(before);
    }
    writer.observation(observation(probe, 1), { raised: [newAlert(1)], updated: [] });
    expect(store.metrics('a').map((m) => m.epoch)).toEqual([0, 1]);
  });

  it('replaces the one of the same step, whatever its epoch', () => {
    const writer = startRun(store, 'a');
    writer.observation(observation(probe, 0, { step: 0 }), none);
    writer.observation(observation(probe, 0.5, { step: 5, probeAccuracy: 0.1 }), none);
    writer.observation(observation(probe, 0.5, { step: 6 }), none);
    writer.observation(observation(probe, 1, { step: 5, probeAccuracy: 0.9, effects: [] }), none);
    expect(store.metrics('a').map((m) => [m.epoch, m.step, m.probeAccuracy])).toEqual([
      [0, 0, 0.75],
      [0.5, 6, 0.75],
      [1, 5, 0.9],
    ]);
    expect(store.effects('a').map((e) => e.step)).toEqual([0, 6]);
    // 4 segments in 2 aggregations over all and 2 classes: nothing of the replaced one is left.
    expect(rowsOf('ranks')).toHaveLength(3 * 4 * 2 * 3);
  });

  it('replaces the one of the same epoch where no step is known', () => {
    const writer = startRun(store, 'a');
    for (const [epoch, probeAccuracy] of [
      [0, 0.1],
      [1, 0.2],
      [0, 0.3],
    ])
      writer.observation(observation(probe, epoch, { probeAccuracy }), none);
    expect(store.metrics('a').map((m) => [m.epoch, m.probeAccuracy])).toEqual([
      [0, 0.3],
      [1, 0.2],
    ]);
  });

  it('does not take one without a step for one with', () => {
    const writer = startRun(store, 'a');
    for (const step of [7, null, 7, null]) writer.observation(observation(probe, 1, { step }), none);
    expect(store.metrics('a').map((m) => m.step)).toEqual([null, 7]);
  });

  it('replaces in its own run and probe set only', () => {
    const [a, b] = [startRun(store, 'a'), startRun(store, 'b')];
    for (const writer of [a, b, a]) writer.observation(observation(probe, 0, { step: 0 }), none);
    const changed = smallProbe(undefined, 5);
    const resumed = startRun(store, 'a', { resume: true, probe: changed });
    resumed.observation(observation(changed, 0, { step: 0 }), none);
    expect(store.runs().map(({ name, observations }) => [name, observations])).toEqual([
      ['b', 1],
      ['a', 2],
    ]);
    expect(store.probeSetsOf('a')).toEqual([probe.id, changed.id]);
    expect(store.events('a').map(({ kind }) => kind)).toEqual(['start', 'resume', 'probe-set']);
  });
});

describe('attributions', () => {
  it('take four bytes for each segment of each image', () => {
    startRun(store, 'a').observation(observation(probe, 0), none);
    const raw = satsOf(probe, 1).reduce((sum, sat) => sum + sat!.length, 0);
    const [{ attributions }] = rowsOf('observations') as { attributions: Buffer }[];
    expect(raw).toBe(6 + 4 + 1 + 6);
    expect(attributions.byteLength).toBe(raw * 4);
  });

  it('give back every table with its ranks, areas and labels', () => {
    startRun(store, 'a').observation(observation(probe, 3, { invalid: [1, 4] }), none);
    const expected = satsOf(probe, 4, [1, 4]);
    const bySegment = <T extends { segment: string }>(rows: T[] | null) =>
      rows?.toSorted((x, y) => x.segment.localeCompare(y.segment)) ?? null;
    const read = store.sats('a', 3);
    expect(read.map(({ image, label }) => [image, label])).toEqual(
      probe.images.map(({ id, label }) => [id, label]),
    );
    expect(read.map(({ sat }) => bySegment(sat))).toEqual(expected.map(bySegment));
    expect(store.metrics('a')[0].invalidImages).toBe(2);
    expect(store.sats('a', 'last')).toEqual(read);
    expect(store.sats('a', 1)).toEqual([]);
  });

  it('share the mean rank where they tie, also with the other sign', () => {
    const sats = satsOf(probe, 1).map((sat) =>
      sat!.map((row, s) => ({ ...row, attribution: s % 2 ? -0.5 : 0.5 })),
    );
    startRun(store, 'a').observation(observation(probe, 0, { sats }), none);
    for (const { sat } of store.sats('a'))
      for (const { rank } of sat!) expect(rank).toBe((1 + sat!.length) / 2);
  });
});

describe('a run', () => {
  it('ends done or failed, says why, and goes on', () => {
    const writer = startRun(store, 'a');
    writer.finish('failed', 'the process ended');
    expect(store.run('a')).toMatchObject({
      state: 'failed',
      error: 'the process ended',
      endedAt: expect.any(String),
    });
    startRun(store, 'a', { resume: true });
    expect(store.run('a')).toMatchObject({ state: 'running', error: null, endedAt: null });
    writer.finish('done');
    expect(store.run('a').state).toBe('done');
  });

  it('is stale after two minutes of silence, until it gives a sign', () => {
    const writer = startRun(store, 'a');
    const silent = (seconds: number) => {
      const time = new Date(Date.now() - 1000 * seconds).toISOString();
      other.prepare('UPDATE runs SET heartbeat_at = ?').run(time);
      return store.run('a').state;
    };
    expect(silent(110)).toBe('running');
    expect(silent(130)).toBe('stale');
    expect(store.runs()[0].state).toBe('stale');
    writer.heartbeat();
    expect(store.run('a').state).toBe('running');
    silent(130);
    writer.observation(observation(probe, 0), none);
    expect(store.run('a').state).toBe('running');
    writer.finish('done');
    expect(silent(130)).toBe('done');
  });

  it('takes all of its rows along when it is deleted with foreign keys on', () => {
    for (const name of ['a', 'b'])
      startRun(store, name).observation(observation(probe, 0), { raised: [newAlert(0)], updated: [] });
    other.pragma('foreign_keys = ON');
    other.prepare("DELETE FROM runs WHERE name = 'a'").run();
    for (const table of ['observations', 'effects', 'alerts', 'run_events'])
      expect(rowsOf(table)).toHaveLength(1);
    expect(rowsOf('ranks')).toHaveLength(4 * 2 * 3);
  });
});

describe('changes', () => {
  it('list what was written since, and another connection sees that there are some', () => {
    const read = openStore(store.path, { readonly: true });
    const writer = startRun(store, 'a');
    const seq = read.seq();
    const version = read.dataVersion();
    expect(read.changes(seq)).toEqual({ seq, runs: [], observations: [], alerts: [] });
    expect(read.dataVersion()).toBe(version);

    const [alert] = writer.observation(observation(probe, 0), { raised: [newAlert(0)], updated: [] });
    expect(read.dataVersion()).not.toBe(version);
    const after = read.changes(seq);
    expect(after).toEqual({
      seq: seq + 1,
      runs: [writer.run],
      observations: [{ run: writer.run, id: expect.any(Number) }],
      alerts: [{ run: writer.run, id: alert.id }],
    });
    expect(read.trajectories('a', { sinceSeq: seq })).toHaveLength(4);
    expect(read.trajectories('a', { sinceSeq: after.seq })).toEqual([]);

    new Outbox(store).done(alert.id, 'console', 'delivered');
    expect(read.changes(after.seq)).toEqual({
      seq: seq + 2,
      runs: [],
      observations: [],
      alerts: after.alerts,
    });
    expect(read.alerts('a', { sinceSeq: after.seq })[0].delivery).toEqual({ console: 'delivered' });
    writer.observation(observation(probe, 1), { raised: [], updated: [{ ...alert, resolvedEpoch: 1 }] });
    expect(read.changes(seq + 2).alerts).toEqual(after.alerts);
    expect(read.alerts('a')[0].resolvedEpoch).toBe(1);
    writer.finish('done');
    expect(read.changes(seq + 3)).toEqual({ seq: seq + 4, runs: [writer.run], observations: [], alerts: [] });
    read.close();
  });

  it('tell of a replaced observation, and not of a mere sign of life', () => {
    const writer = startRun(store, 'a');
    writer.observation(observation(probe, 0), none);
    const seq = store.seq();
    writer.heartbeat();
    expect(store.changes(seq).runs).toEqual([]);
    writer.observation(observation(probe, 0), none);
    expect(store.changes(seq).observations).toHaveLength(1);
  });
});
