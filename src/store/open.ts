import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { SqliteError } from 'better-sqlite3';
import { SatwatchError } from '../errors.js';
import { Database } from './database.js';
import { migrations } from './schema.js';

/** SQLite waits this long for another process's write before it gives up, in ms. */
const busyTimeout = 5000;

/**
 * Opens the file, or makes it, and brings its schema up to date (also for a reader: an older satwatch's file is
 * written to once).
 * @throws SatwatchError STORE_NOT_FOUND, STORE_NOT_SQLITE, STORE_NEWER, STORE_READONLY, STORE_FULL, STORE_FAILED
 */
export function openDatabase(path: string, readonly: boolean): Database {
  if (readonly && !existsSync(path))
    throw new SatwatchError(
      'STORE_NOT_FOUND',
      `store ${path}: no such file; a training with a satCallback makes it`,
      path,
    );
  if (!existsSync(dirname(path)))
    throw new SatwatchError(
      'STORE_NOT_FOUND',
      `store ${path}: its folder does not exist; create ${dirname(path)}`,
      path,
    );
  let db: Database | undefined;
  try {
    db = new Database(path, { readonly, timeout: busyTimeout });
    const { version, tables } = state(db);
    if (version === 0 && tables > 0)
      throw new SatwatchError(
        'STORE_NOT_SQLITE',
        `store ${path}: an SQLite file of another program; give a new file name`,
        path,
      );
    if (version > migrations.length)
      throw new SatwatchError(
        'STORE_NEWER',
        `store ${path}: written by a newer satwatch (schema ${version}, this one knows ${migrations.length}); update satwatch`,
        path,
      );
    if (readonly) {
      if (version === 0)
        throw new SatwatchError(
          'STORE_NOT_SQLITE',
          `store ${path}: holds no runs yet; start a training on it first`,
          path,
        );
      if (version < migrations.length) openDatabase(path, false).close();
    } else {
      useWal(db);
      db.pragma('synchronous = NORMAL');
      // Pages (16 MB) after which the log is moved into the file, the one commit that waits for the disk; 1,000 by default.
      db.pragma('wal_autocheckpoint = 4000');
      db.pragma('foreign_keys = ON');
      migrate(db);
    }
    return db;
  } catch (error) {
    db?.close();
    throw explainSqlite(error, path);
  }
}

/** Read at one moment: another process may be making the tables just now. */
function state(db: Database): { version: number; tables: number } {
  return db.transaction(() => ({
    version: db.pragma('user_version', { simple: true }) as number,
    tables: db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number,
  }))();
}

/** SQLite does not wait by itself where two processes change a new file's mode at the same moment. */
function useWal(db: Database): void {
  const end = Date.now() + busyTimeout;
  for (;;)
    try {
      db.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      const busy = error instanceof SqliteError && error.code.startsWith('SQLITE_BUSY');
      if (!busy || Date.now() > end) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5 + (process.pid % 20));
    }
}

function migrate(db: Database): void {
  db.transaction(() => {
    const version = db.pragma('user_version', { simple: true }) as number;
    for (const sql of migrations.slice(version)) db.exec(sql);
    // Written even where nothing changed: a read-only file must show itself now, not at the first epoch.
    db.pragma(`user_version = ${migrations.length}`);
  }).immediate();
}

/** SQLite's result codes in plain words; other errors pass unchanged. */
export function explainSqlite(error: unknown, path: string): unknown {
  if (!(error instanceof SqliteError)) {
    if (error instanceof TypeError || error instanceof SatwatchError) return error;
    const reason = error instanceof Error ? error.message : String(error);
    if (/NODE_MODULE_VERSION|bindings|dlopen/.test(reason))
      return new SatwatchError(
        'STORE_FAILED',
        `store ${path}: better-sqlite3 does not load in Node ${process.versions.node}; run 'npm rebuild better-sqlite3' with this Node (${reason.split('\n')[0]})`,
        path,
        { cause: error },
      );
    return error;
  }
  const [code, words] = (() => {
    const sqlite = error.code;
    if (sqlite === 'SQLITE_NOTADB' || sqlite.startsWith('SQLITE_CORRUPT'))
      return ['STORE_NOT_SQLITE', 'not an SQLite file, or a damaged one; give another file name'] as const;
    if (sqlite.startsWith('SQLITE_READONLY') || sqlite.startsWith('SQLITE_PERM'))
      return [
        'STORE_READONLY',
        'cannot be written; check the permissions of the file and its folder',
      ] as const;
    if (sqlite === 'SQLITE_FULL' || sqlite === 'SQLITE_IOERR_WRITE')
      return ['STORE_FULL', 'the disk is full; free some space (nothing stored is lost)'] as const;
    if (sqlite.startsWith('SQLITE_CANTOPEN'))
      return [
        'STORE_READONLY',
        'cannot be opened; is it a folder, or one without write permission?',
      ] as const;
    if (sqlite.startsWith('SQLITE_BUSY'))
      return ['STORE_FAILED', 'another process keeps it locked; end that one, or give another file'] as const;
    return ['STORE_FAILED', 'SQLite refused'] as const;
  })();
  return new SatwatchError(code, `store ${path}: ${words} (${error.code}: ${error.message})`, path, {
    cause: error,
  });
}
