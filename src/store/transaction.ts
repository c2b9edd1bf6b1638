import { explainSqlite } from './open.js';
import type { Store } from './store.js';

/** One transaction, all of it or none; `seq` is its number, kept in the rows that it changes. */
export function write<T>(store: Store, body: (seq: number) => T): T {
  return guard(store, () =>
    store.db
      .transaction(() => {
        const seq = store.db
          .prepare('UPDATE changes SET value = value + 1 RETURNING value')
          .pluck()
          .get() as number;
        return body(seq);
      })
      .immediate(),
  );
}

/** @throws SatwatchError with SQLite's failure in plain words */
export function guard<T>(store: Store, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw explainSqlite(error, store.path);
  }
}
