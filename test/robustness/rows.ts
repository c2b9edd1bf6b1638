import { Database } from '../../src/store/database.js';

/** All rows of a run by what they are, without the clock's times and SQLite's ids; each as one line of text. */
export type Rows = Record<string, string[]>;

const queries: Record<string, string> = {
  observations: `SELECT epoch, step, probe_accuracy, invalid_images, hex(attributions), hex(predictions)
    FROM observations WHERE run = @run ORDER BY epoch, step`,
  metrics: 'SELECT epoch, metrics FROM observations WHERE run = @run ORDER BY epoch, step',
  ranks: `SELECT o.epoch, k.aggregation, k.class, k.segment, n, mean_rank, mean_attribution, chance_rank
    FROM observations o JOIN ranks k ON k.observation = o.id WHERE run = @run
    ORDER BY o.epoch, o.step, k.aggregation, k.class, k.segment`,
  effects: `SELECT o.epoch, e.segment, e.class, effect, z, fill, top, blur, flipped, lost, receivers, givers
    FROM observations o JOIN effects e ON e.observation = o.id WHERE run = @run
    ORDER BY o.epoch, o.step, e.segment, e.class`,
  costs: `SELECT o.epoch, c.segment, c.class, variant, images, accuracy, margin
    FROM observations o JOIN costs c ON c.observation = o.id WHERE run = @run
    ORDER BY o.epoch, o.step, c.segment, c.class, variant`,
  maps: `SELECT o.epoch, image, peak, hex(map) FROM observations o JOIN maps m ON m.observation = o.id WHERE run = @run
    ORDER BY o.epoch, o.step, image`,
  alerts: `SELECT rule, level, segment, class, epoch, resolved_epoch, from_value, to_value, message, evidence
    FROM alerts WHERE run = @run ORDER BY epoch, rule, segment, class, level`,
  'alert pictures': `SELECT a.epoch, a.rule, a.segment, a.class, place, image, hex(attributions), predicted, margin, peak, hex(map)
    FROM alerts a JOIN alert_images i ON i.alert = a.id WHERE run = @run
    ORDER BY a.epoch, a.rule, a.segment, a.class, a.level, place`,
};

/** Read by SQLite alone, so that nothing of satwatch stands between the file and the comparison. */
export function rowsOf(path: string, run: string): Rows {
  const db = new Database(path, { readonly: true });
  try {
    const id = db.prepare('SELECT id FROM runs WHERE name = ?').pluck().get(run);
    return Object.fromEntries(
      Object.entries(queries).map(([what, sql]) => [
        what,
        (db.prepare(sql).all({ run: id }) as object[]).map((row) => JSON.stringify(row)),
      ]),
    );
  } finally {
    db.close();
  }
}

/** 'ok' where the file is whole, else what SQLite says of it. */
export function integrity(path: string): string {
  const db = new Database(path);
  try {
    const lines = db.pragma('integrity_check') as { integrity_check: string }[];
    const orphans = db.pragma('foreign_key_check') as unknown[];
    return [...lines.map((line) => line.integrity_check), ...(orphans.length ? ['orphaned rows'] : [])].join(
      '; ',
    );
  } finally {
    db.close();
  }
}

/** One line for each kind of row that differs. */
export function differences(expected: Rows, found: Rows): string[] {
  return Object.keys(queries).flatMap((what) => {
    const [a, b] = [expected[what], found[what]];
    if (a.length !== b.length) return [`${what}: ${b.length} rows, expected ${a.length}`];
    const at = a.findIndex((row, i) => row !== b[i]);
    if (at < 0) return [];
    return [`${what}: ${b[at].slice(0, 200)}, expected ${a[at].slice(0, 200)}`];
  });
}

/**
 * A process that dies between checkpoint and observation takes that epoch's training metrics along: nobody has them
 * any more when the training goes on. So they, and the one rule that reads them, are not compared.
 */
export function forgiven(expected: Rows, found: Rows, resumedAt: ReadonlySet<number>) {
  const lines = found.metrics.map((line) => JSON.parse(line) as { epoch: number; metrics: string });
  const missing = new Set(
    lines.flatMap(({ epoch, metrics }) =>
      resumedAt.has(epoch) && epoch > 0 && metrics === '{}' ? [epoch] : [],
    ),
  );
  const without = (rows: Rows): Rows => ({
    ...rows,
    metrics: rows.metrics.filter((line) => !missing.has(JSON.parse(line).epoch)),
    alerts: rows.alerts.filter((line) => JSON.parse(line).rule !== 'probeAccuracy'),
    'alert pictures': rows['alert pictures'].filter((line) => JSON.parse(line).rule !== 'probeAccuracy'),
  });
  return { expected: without(expected), found: without(found), missing: missing.size };
}
