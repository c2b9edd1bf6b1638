import type { Alert, Level } from '../types.js';
import { type Store, toAlert } from './store.js';
import { guard, write } from './transaction.js';

/** An alert that a channel has still to deliver. */
export interface Owed {
  alert: Alert;
  run: string;
  /** Which attempt this is, from 1. */
  attempt: number;
}

/** A channel, and which alerts it wants. */
export interface Recipient {
  name: string;
  levels: readonly Level[];
}

/**
 * What channels have still to deliver, of all runs in the store: `RunWriter` puts it in together with the alert, and it
 * stays until it is delivered or given up. Several processes may take from it.
 */
export class Outbox {
  constructor(private readonly store: Store) {}

  /** False where the store has been closed meanwhile. */
  get isOpen(): boolean {
    return this.store.isOpen;
  }

  /**
   * Takes the alert that has been due longest; null where none is. For the next `ms` no other process gets it, and
   * after that any: this one may have died.
   */
  claim({ name, levels }: Recipient, ms: number): Owed | null {
    return guard(this.store, () =>
      this.store.db
        .transaction((): Owed | null => {
          const now = Date.now();
          const row = this.store.db
            .prepare(
              `SELECT a.*, r.name AS run_name, d.attempts FROM deliveries d
               JOIN alerts a ON a.id = d.alert JOIN runs r ON r.id = a.run
               WHERE d.channel = ? AND d.due_at <= ? AND a.level IN (SELECT value FROM json_each(?))
               ORDER BY d.due_at, d.alert LIMIT 1`,
            )
            .get(name, now, JSON.stringify(levels)) as any;
          if (!row) return null;
          const attempt = row.attempts + 1;
          this.store.db
            .prepare('UPDATE deliveries SET attempts = ?, due_at = ? WHERE alert = ? AND channel = ?')
            .run(attempt, now + ms, row.id, name);
          return { alert: toAlert(row), run: row.run_name, attempt };
        })
        .immediate(),
    );
  }

  /** When the channel's next alert is due, in ms since 1970; null where nothing waits. */
  nextDue({ name, levels }: Recipient): number | null {
    return this.store.db
      .prepare(
        `SELECT min(d.due_at) FROM deliveries d JOIN alerts a ON a.id = d.alert
         WHERE d.channel = ? AND a.level IN (SELECT value FROM json_each(?))`,
      )
      .pluck()
      .get(name, JSON.stringify(levels)) as number | null;
  }

  /** Keeps how a channel fared with an alert: it has no more to deliver it. */
  done(alert: number, channel: string, fate: string): void {
    write(this.store, (seq) => {
      this.store.db.prepare('DELETE FROM deliveries WHERE alert = ? AND channel = ?').run(alert, channel);
      this.keep(alert, channel, fate, seq);
    });
  }

  /** The same, but it is due again then; nothing happens where another process has delivered it meanwhile. */
  failed(alert: number, channel: string, fate: string, dueAt: number): void {
    write(this.store, (seq) => {
      const { changes } = this.store.db
        .prepare('UPDATE deliveries SET due_at = ? WHERE alert = ? AND channel = ?')
        .run(dueAt, alert, channel);
      if (changes > 0) this.keep(alert, channel, fate, seq);
    });
  }

  private keep(alert: number, channel: string, fate: string, seq: number): void {
    this.store.db
      .prepare('UPDATE alerts SET delivery = json_patch(delivery, json_object(?, ?)), seq = ? WHERE id = ?')
      .run(channel, fate, seq, alert);
  }
}
