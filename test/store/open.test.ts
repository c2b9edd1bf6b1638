import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from 'satwatch';
import { describe, expect, it } from 'vitest';
import { Database } from '../../src/store/database.js';
import { openStore as openOurs } from '../../src/store/index.js';
import { migrations } from '../../src/store/schema.js';
import { temporaryFolder } from '../task.js';
import { none, observation, smallProbe, startRun } from './run.js';

const folder = temporaryFolder();
let count = 0;
const file = () => join(folder, `${count++}.sqlite`);

function look<T>(path: string, body: (db: Database) => T): T {
  const db = new Database(path, { readonly: true });
  try {
    return body(db);
  } finally {
    db.close();
  }
}

describe('opening to write', () => {
  it('makes the file, in WAL mode, at the newest version', () => {
    const path = file();
    const store = openStore(path);
    look(path, (db) => {
      expect(db.pragma('user_version', { simple: true })).toBe(migrations.length);
      expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    });
    store.close();
  });

  it('brings an empty file up to date, also one with a header of SQLite', () => {
    const empty = file();
    writeFileSync(empty, '');
    const vacuumed = file();
    const db = new Database(vacuumed);
    db.exec('VACUUM');
    db.close();
    for (const path of [empty, vacuumed]) {
      openStore(path).close();
      expect(look(path, (read) => read.pragma('user_version', { simple: true }))).toBe(migrations.length);
    }
  });

  it.each(migrations.map((_, version) => version))('brings version %i up to date', (version) => {
    const path = file();
    const db = new Database(path);
    for (const sql of migrations.slice(0, version)) db.exec(sql);
    db.pragma(`user_version = ${version}`);
    db.close();
    const store = openOurs(path);
    startRun(store, 'a').observation(observation(smallProbe(), 0), none);
    expect(store.run('a').observations).toBe(1);
    store.close();
  });

  it('leaves everything in the file itself when it is closed, also while a page reads it', () => {
    const path = file();
    const store = openOurs(path);
    const page = openStore(path, { readonly: true });
    startRun(store, 'a').observation(observation(smallProbe(), 0), none);
    expect(page.run('a').observations).toBe(1);
    store.close();
    const alone = file();
    copyFileSync(path, alone);
    const copy = openStore(alone, { readonly: true });
    expect(copy.run('a').observations).toBe(1);
    copy.close();
    page.close();
  });

  it('opens again without touching what is there', () => {
    const path = file();
    const first = openOurs(path);
    startRun(first, 'a').observation(observation(smallProbe(), 0), none);
    const rows = first.trajectories('a');
    first.close();
    const again = openStore(path);
    expect(again.trajectories('a')).toEqual(rows);
    expect(again.seq()).toBe(2);
    again.close();
  });

  it('says so where another program does not let go of the file', () => {
    const path = file();
    openStore(path).close();
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    expect(() => openStore(path)).toThrow(
      expect.objectContaining({
        code: 'STORE_FAILED',
        message: expect.stringMatching(/another process keeps it locked/),
      }),
    );
    other.exec('COMMIT');
    other.close();
    openStore(path).close();
  });

  it('keeps foreign keys', () => {
    const store = openOurs(file());
    const orphan =
      'INSERT INTO alerts (run, rule, level, epoch, message, evidence, seq) VALUES (9, ?, ?, 0, ?, ?, 0)';
    expect(() => store.db.prepare(orphan).run('r', 'alarm', 'm', '{}')).toThrow(/FOREIGN KEY/);
    store.close();
  });
});

describe('opening to read', () => {
  it('refuses a file without runs, and says what to do', () => {
    const path = file();
    writeFileSync(path, '');
    expect(() => openStore(path, { readonly: true })).toThrow(
      expect.objectContaining({
        code: 'STORE_NOT_SQLITE',
        message: expect.stringMatching(/start a training/),
      }),
    );
  });

  it('writes nothing', () => {
    const path = file();
    const writer = openOurs(path);
    startRun(writer, 'a');
    const read = openOurs(path, { readonly: true });
    expect(() => startRun(read, 'b')).toThrow(expect.objectContaining({ code: 'STORE_READONLY' }));
    expect(() => startRun(read, 'a', { resume: true })).toThrow(
      expect.objectContaining({ code: 'STORE_READONLY' }),
    );
    expect(writer.runs().map((run) => run.name)).toEqual(['a']);
    writer.close();
    // The last writer takes the log file along; what it committed stays.
    expect(read.runs().map((run) => run.name)).toEqual(['a']);
    read.close();
  });

  it('sees one moment of the file while another writes', () => {
    const path = file();
    const writing = openOurs(path);
    const writer = startRun(writing, 'a');
    const read = openStore(path, { readonly: true });
    for (let epoch = 0; epoch < 3; epoch++) {
      writer.observation(observation(smallProbe(), epoch), none);
      expect(read.trajectories('a').at(-1)!.epoch).toBe(epoch);
    }
    writing.close();
    read.close();
  });
});
