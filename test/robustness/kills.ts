import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '../../src/store/database.js';
import { type Child, startChild } from './processes.js';
import { differences, forgiven, integrity, rowsOf } from './rows.js';
import type { Order, TrainingOptions } from './training.js';

export interface KillsOptions {
  /** Of an empty folder. */
  folder: string;
  /** Processes to kill at random moments. */
  kills: number;
  epochs: number;
  /** 0 ≤ x < 1. */
  random?: () => number;
  log?: (line: string) => void;
}

export interface KillsReport {
  kills: number;
  /** Kills between an observation and the checkpoint beside it, one a run. */
  worst: number;
  /** Kills before the first observation was committed. */
  early: number;
  /** Runs that were killed once or more and then went on to their end. */
  runs: number;
  /** Files that SQLite found damaged. */
  damaged: number;
  committed: number;
  /** Observations that were said to be committed and were not in the file after a kill. */
  lost: number;
  /** Rows compared with those of the uninterrupted run, and runs in which any differ. */
  rows: number;
  different: number;
  /** Observations whose training metrics died with the process: the checkpoint was saved, the observation not yet made. */
  withoutMetrics: number;
  failures: string[];
}

const run = 'r';
/** Twice an epoch: a training resumed from an epoch's end makes some observations again. */
const every = { batches: 3 };
/** Of the lives of a training, how many are cut short. */
const killed = 0.6;

/**
 * Kills a training again and again, resuming it from its own checkpoint in between, and compares what is then in the
 * file with an uninterrupted run. Most runs are killed at their worst moment too: between observation and checkpoint.
 */
export async function killTrainings(options: KillsOptions): Promise<KillsReport> {
  const { folder, kills, epochs, random = Math.random, log = () => {} } = options;
  const report: KillsReport = {
    kills: 0,
    worst: 0,
    early: 0,
    runs: 0,
    damaged: 0,
    committed: 0,
    lost: 0,
    rows: 0,
    different: 0,
    withoutMetrics: 0,
    failures: [],
  };
  const reference = join(folder, 'reference.sqlite');
  const whole = startChild('train', { store: reference, run, epochs, every } satisfies TrainingOptions);
  await whole.until('training');
  const started = Date.now();
  const { code, errors } = await whole.end;
  if (code !== 0) throw new Error(`the uninterrupted training ended with ${code}: ${errors}`);
  const epochTime = (Date.now() - started) / epochs;
  const expected = rowsOf(reference, run);
  log(`uninterrupted: ${epochTime.toFixed(0)} ms an epoch, ${expected.alerts.length} alerts`);

  for (let i = 0; report.kills < kills; i++) {
    const order: Order = i % 2 ? 'save-first' : 'observe-first';
    const saveEvery = i % 4 < 2 ? 1 : 3;
    const name = `run ${i} (${order}, saved every ${saveEvery})`;
    const fail = (line: string) => {
      report.failures.push(`${name}: ${line}`);
      log(`FAILED ${name}: ${line}`);
    };
    const [store, checkpoint] = [join(folder, `${i}.sqlite`), join(folder, `${i}.json`)];
    const committed = new Set<number>();
    const resumedAt = new Set<number>();
    /** Most runs first at their worst moment, then at random: with a checkpoint to go on from. */
    const worst = 1 + Math.floor(random() * (epochs - (epochs % saveEvery)));
    let dieBetween = i % 3 < 2 ? worst : undefined;
    let ended = false;
    while (!ended) {
      const life = { store, run, epochs, every, checkpoint, saveEvery, order, dieBetween };
      const child = startChild('train', life satisfies TrainingOptions);
      const cut = dieBetween === undefined && report.kills < kills && random() < killed;
      const moment = cut ? await killAtRandom(child, epochs, epochTime, random) : 0;
      const { code, errors } = await child.end;
      ended = code !== 'SIGKILL';
      if (errors || (ended && code !== 0)) fail(`ended with ${code}: ${errors.slice(0, 1000)}`);
      if (!ended) report[cut ? 'kills' : 'worst']++;
      for (const [word, epoch] of child.lines.map((line) => line.split(' '))) {
        if (word === 'committed') committed.add(Number(epoch));
        if (word === 'training') resumedAt.add(Number(epoch));
      }
      const { health, there } = examine(store);
      if (health !== 'ok') {
        report.damaged++;
        fail(health);
      }
      if (!ended && there.length === 0) report.early++;
      const lost = [...committed].filter((epoch) => !there.includes(epoch));
      report.lost += lost.length;
      if (lost.length) fail(`committed epochs ${lost} are not in the file`);
      const fate = cut ? `killed at epoch ${moment.toFixed(2)}` : 'killed at its worst moment';
      log(`${name}: ${ended ? 'ended' : fate}, epoch ${there.at(-1) ?? 'none'} stored`);
      dieBetween = undefined;
      // It begins anew: what it then deletes by itself is not lost.
      if (!existsSync(checkpoint)) committed.clear();
    }
    report.committed += committed.size;
    report.runs++;
    const found = rowsOf(store, run);
    const compared =
      order === 'save-first' ? forgiven(expected, found, resumedAt) : { expected, found, missing: 0 };
    report.withoutMetrics += compared.missing;
    report.rows += Object.values(compared.found).reduce((sum, list) => sum + list.length, 0);
    const differing = differences(compared.expected, compared.found);
    if (differing.length) report.different++;
    for (const line of differing) fail(line);
  }
  return report;
}

/** Lets a training come to a random point of what is left of it, and kills it in the midst of that epoch. */
async function killAtRandom(
  child: Child,
  epochs: number,
  epochTime: number,
  random: () => number,
): Promise<number> {
  const first = Number(await child.until('training'));
  const moment = first + random() * (epochs - first);
  const whole = Math.floor(moment);
  await child.until(whole === first ? 'training' : `committed ${whole}`).catch(() => {}); // It may have failed.
  await Promise.race([
    child.end,
    new Promise((resolve) => setTimeout(resolve, (moment - whole) * epochTime)),
  ]);
  child.kill();
  return moment;
}

/** Looks at a copy: the next life shall find the file and its log as the dead process left them. */
function examine(store: string): { health: string; there: number[] } {
  if (!existsSync(store)) return { health: 'ok', there: [] };
  const copy = `${store}.copy`;
  for (const suffix of ['', '-wal']) {
    rmSync(copy + suffix, { force: true });
    if (existsSync(store + suffix)) copyFileSync(store + suffix, copy + suffix);
  }
  return { health: integrity(copy), there: storedEpochs(copy) };
}

/** Read as any SQLite tool does. */
function storedEpochs(store: string): number[] {
  const db = new Database(store, { readonly: true });
  try {
    const made = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'observations'").get();
    if (!made) return [];
    return db.prepare('SELECT epoch FROM observations ORDER BY epoch').pluck().all() as number[];
  } finally {
    db.close();
  }
}
