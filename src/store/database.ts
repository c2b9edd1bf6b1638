import Sqlite from 'better-sqlite3';

/**
 * better-sqlite3's database, with every statement prepared once and kept for as long as its database.
 *
 * That is quick, and on Node 24 it is what keeps the process alive: from 24.19 on, Node aborts where a native object of
 * better-sqlite3 12 is garbage-collected while no JavaScript runs (nodejs/node#65446). Version 13 is free of that, but
 * crashes on Node 20. So on Node 24 and later no such object is ever let go, not even after `close`: a few dozen small
 * ones each time a file is opened.
 */
export class Database extends Sqlite {
  private readonly statements = new Map<string, Sqlite.Statement>();

  constructor(path: string, options?: Sqlite.Options) {
    super(path, options);
    kept?.add(this);
  }

  /** The same statement for the same text: it must not be used in two modes (`pluck`, `raw`). */
  override prepare(sql: string): any {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = super.prepare(sql) as Sqlite.Statement;
      this.statements.set(sql, statement);
    }
    return statement;
  }

  override pragma(source: string, { simple = false }: Sqlite.PragmaOptions = {}): unknown {
    const statement = this.prepare(`PRAGMA ${source}`);
    if (!statement.reader) return statement.run();
    return simple ? statement.pluck(true).get() : statement.pluck(false).all();
  }
}

const kept = Number.parseInt(process.versions.node, 10) >= 24 ? new Set<Database>() : undefined;
