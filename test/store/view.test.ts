import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrajectoryRow } from 'satwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/store/database.js';
import { openStore, type Store } from '../../src/store/index.js';
import { temporaryFolder } from '../task.js';
import { newAlert, none, observation, smallProbe, startRun } from './run.js';

const path = join(temporaryFolder(), 'view.sqlite');
const probe = smallProbe();
const docs = readFileSync(new URL('../../docs/store.md', import.meta.url), 'utf8');
let store: Store;
/** Another program, which knows SQLite but not satwatch. */
let other: Database;

beforeAll(() => {
  store = openStore(path);
  const horses = startRun(store, 'horses');
  for (const epoch of [0, 0.5, 1, 2])
    horses.observation(observation(probe, epoch, { step: 10 * epoch, invalid: epoch === 2 ? [0] : [] }), {
      raised: epoch === 1 ? [newAlert(1), newAlert(1, { className: null, level: 'warning' })] : [],
      updated: [],
    });
  const zebras = startRun(store, 'zebras', { probe: smallProbe(['plain', 'striped']) });
  zebras.observation(observation(smallProbe(['plain', 'striped']), 0), none);
  other = new Database(path, { readonly: true });
});
afterAll(() => {
  other.close();
  store.close();
});

const charted = (run: string, more: Parameters<Store['trajectories']>[1] = {}) =>
  store.trajectories(run, more);

describe('the view segment_ranks', () => {
  it('has a plain row for each run, epoch, class, aggregation and segment, as trajectories() has', () => {
    for (const { name, probeSet } of store.runs()) {
      const { classNames } = store.probeSet(probeSet);
      for (const className of [null, ...classNames])
        for (const aggregation of ['relative', 'absolute'] as const) {
          const rows = other
            .prepare(
              `SELECT segment, class AS className, epoch, step, n, mean_rank AS meanRank,
                 mean_attribution AS meanAttribution, chance_rank AS chanceRank
               FROM segment_ranks WHERE run = ? AND class IS ? AND aggregation = ? ORDER BY epoch, segment`,
            )
            .all(name, className, aggregation) as TrajectoryRow[];
          expect(rows.length).toBeGreaterThanOrEqual(4);
          expect(rows).toEqual(charted(name, { className, aggregation }));
        }
    }
    const all = other.prepare('SELECT count(*) FROM segment_ranks').pluck().get();
    expect(all).toBe((4 + 1) * 3 * 2 * 4);
  });

  it('has null ranks where no image counts', () => {
    const tail = other.prepare(
      "SELECT * FROM segment_ranks WHERE segment = 'tail' AND epoch = 2 AND aggregation = ?",
    );
    expect(tail.all('relative')).toHaveLength(3);
    for (const row of tail.all('relative'))
      expect(row).toMatchObject({
        n: 0,
        mean_rank: null,
        mean_attribution: null,
        chance_rank: null,
        probe_set: probe.id,
      });
    for (const row of tail.all('absolute')) expect(row).toMatchObject({ mean_rank: expect.any(Number) });
  });
});

describe('docs/store.md', () => {
  const queries = [...docs.matchAll(/```sql\n(.*?)```/gs)].map(([, sql]) => sql);
  const run = (i: number) => other.prepare(queries[i]).all() as Record<string, any>[];

  it("names the view's columns, and every table", () => {
    const columns = other
      .prepare("SELECT name FROM pragma_table_info('segment_ranks')")
      .pluck()
      .all() as string[];
    const section = docs.slice(docs.indexOf('## The view'), docs.indexOf('```sql'));
    const named = [...section.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) => cell.match(/\w+/g)!);
    expect(named.toSorted()).toEqual(columns.toSorted());
    const tables = other
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .pluck()
      .all() as string[];
    const listed = [...docs.slice(docs.indexOf('## The tables')).matchAll(/^\| `(\w+)` \|/gm)].map(
      ([, name]) => name,
    );
    expect(listed.toSorted()).toEqual(tables.toSorted());
    expect(docs).toContain(`now ${other.pragma('user_version', { simple: true })}.`);
  });

  it('shows how to get a rank by epoch', () => {
    expect(run(0)).toEqual(
      charted('horses')
        .filter((row) => row.segment === 'mark')
        .map(({ epoch, meanRank, chanceRank, n }) => ({
          epoch,
          mean_rank: meanRank,
          chance_rank: chanceRank,
          n,
        })),
    );
    expect(run(0)).toHaveLength(4);
  });

  it('shows how to get the best rank of each segment', () => {
    const best = run(1);
    expect(best).toHaveLength(2 * 4);
    for (const { class: className, segment, best_rank, epoch } of best) {
      const rows = charted('horses', { className }).filter((row) => row.segment === segment);
      const ranks = rows.flatMap(({ meanRank }) => meanRank ?? []);
      expect(best_rank).toBe(ranks.length ? Math.min(...ranks) : null);
      if (ranks.length) expect(rows.find((row) => row.epoch === epoch)!.meanRank).toBe(best_rank);
    }
  });

  it('shows how to get the alerts', () => {
    expect(run(2)).toMatchObject([
      { run: 'horses', epoch: 1, level: 'warning', segment: 'mark', class: null, peak: 0.125 },
      { run: 'horses', epoch: 1, level: 'alarm', rule: 'reliance', class: 'cat', resolved_epoch: null },
    ]);
  });

  it('says truly what is in the blob', () => {
    const { attributions, images, segment_names } = other
      .prepare(
        `SELECT attributions, images, segment_names FROM observations o JOIN runs r ON r.id = o.run
         JOIN probe_sets p ON p.id = o.probe_set WHERE r.name = 'horses' AND epoch = 2`,
      )
      .get() as { attributions: Buffer; images: string; segment_names: string };
    const names = JSON.parse(segment_names);
    let at = 0;
    const read = (JSON.parse(images) as [string, number, number[]][]).map(([image, label, segments]) => ({
      image,
      label,
      rows: Array.from({ length: segments.length / 2 }, (_, s) => ({
        segment: names[segments[2 * s]],
        area: segments[2 * s + 1],
        attribution: attributions.readFloatLE(4 * at++),
      })),
    }));
    expect(at * 4).toBe(attributions.byteLength);
    expect(read[0].rows.every(({ attribution }) => Number.isNaN(attribution))).toBe(true);
    const expected = store.sats('horses', 2);
    expect(expected[0].sat).toBeNull();
    expect(read.slice(1)).toEqual(
      expected.slice(1).map(({ image, label, sat }) => ({
        image,
        label,
        rows: sat!.map(({ segment, area, attribution }) => ({ segment, area, attribution })),
      })),
    );
  });
});
