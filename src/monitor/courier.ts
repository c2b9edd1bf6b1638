import { type Channel, DeliveryFailure, levelsFrom } from '../alerts/index.js';
import type { Outbox, Owed, Recipient } from '../store/index.js';
import type { Alert } from '../types.js';

const minute = 60_000;
const hour = 60 * minute;

/** How patient deliveries are, in ms. */
export interface Patience {
  /** The waits between attempts; after the last one an alert is given up. */
  backoff: readonly number[];
  /** For one attempt, where the channel does not say. */
  timeout: number;
  /** How much longer than an attempt no other process may take the alert: a training step may hold everything up. */
  grace: number;
}

/** Hourly for a day in the end. */
export const patience: Patience = {
  backoff: [5000, 30_000, 2 * minute, 10 * minute, ...Array<number>(24).fill(hour)],
  timeout: 2 * minute,
  grace: 30_000,
};

/** What a receiver may ask for at most. */
const longestWait = 24 * hour;

export interface CourierOptions {
  /** Asks to end the training. */
  stop(run: string): unknown;
  /** How an attempt ended, as it stands in the store; `failure` is undefined where it went well. */
  fared(owed: Owed, fate: string, failure: unknown): void;
  /** The store could not be read or written. */
  broken(error: unknown): void;
}

/** Delivers what the store holds for one channel, one alert at a time, and tries again what failed. */
export class Courier {
  private readonly recipient: Recipient;
  private timer: NodeJS.Timeout | undefined;
  private attempt: AbortController | undefined;
  private working: Promise<void> = Promise.resolve();
  private busy = false;
  private stopped = false;
  /** The receiver wants to be left alone until then, in ms since 1970. */
  private quietUntil = 0;

  constructor(
    private readonly channel: Channel,
    private readonly outbox: Outbox,
    private readonly options: CourierOptions,
    private readonly patience: Patience,
  ) {
    this.recipient = { name: channel.name, levels: levelsFrom(channel.level) };
  }

  /** Looks for what is due. Returns at once and never throws. */
  wake(): void {
    if (this.stopped || this.busy) return;
    clearTimeout(this.timer);
    this.busy = true;
    this.working = this.work();
  }

  /** Resolves when nothing is due now. */
  idle(): Promise<void> {
    return this.working;
  }

  /** Ends the attempt that is on its way; nothing is tried from now on. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.attempt?.abort(new Error('no answer when the run ended'));
  }

  private async work(): Promise<void> {
    let due: number | null = null;
    try {
      while (!this.stopped && this.outbox.isOpen) {
        due = this.nextDue();
        if (due === null || due > Date.now()) break;
        const { timeout = this.patience.timeout } = this.channel;
        const owed = this.outbox.claim(this.recipient, timeout + this.patience.grace);
        if (owed) await this.deliver(owed, timeout);
      }
    } catch (error) {
      this.options.broken(error);
      due = Date.now() + minute;
    }
    // In the same turn as the last look: whatever comes later finds it free.
    this.busy = false;
    if (due === null || this.stopped || !this.outbox.isOpen) return;
    const wait = Math.min(hour, Math.max(0, due - Date.now()));
    this.timer = setTimeout(() => this.wake(), wait).unref();
  }

  private async deliver(owed: Owed, timeout: number): Promise<void> {
    const { alert, run } = owed;
    let failure: unknown;
    try {
      await this.within(timeout, (signal) =>
        this.channel.deliver(alert, { run, signal, stop: () => this.options.stop(run) }),
      );
    } catch (error) {
      failure = error ?? 'no reason given';
    }
    if (!this.outbox.isOpen) return;
    const fate = failure === undefined ? this.end(alert, 'delivered') : this.failed(owed, failure);
    this.options.fared(owed, fate, failure);
  }

  private nextDue(): number | null {
    const due = this.outbox.nextDue(this.recipient);
    return due && Math.max(due, this.quietUntil);
  }

  private end({ id }: Alert, fate: string): string {
    this.outbox.done(id, this.channel.name, fate);
    return fate;
  }

  /** Puts the alert back until the next attempt, or gives it up. */
  private failed({ alert, attempt }: Owed, failure: unknown): string {
    const { name } = this.channel;
    const reason = reasonOf(failure);
    const again = failure instanceof DeliveryFailure ? failure.again : 'later';
    if (again === 'never') return this.end(alert, `refused: ${reason}`);
    const asked = again === 'later' ? 0 : Math.min(longestWait, again);
    this.quietUntil = Date.now() + asked;
    const tries = `tried ${attempt} time${attempt === 1 ? '' : 's'}`;
    const wait = this.patience.backoff[attempt - 1];
    if (wait === undefined) return this.end(alert, `failed: ${reason} (${tries}, given up)`);
    const fate = `failed: ${reason} (${tries})`;
    this.outbox.failed(alert.id, name, fate, Date.now() + Math.max(wait, asked));
    return fate;
  }

  /** Rejects when the time is up or the run ends, also where the channel does not heed its signal. */
  private async within(ms: number, body: (signal: AbortSignal) => unknown): Promise<void> {
    const attempt = new AbortController();
    const { signal } = attempt;
    this.attempt = attempt;
    const clock = runningClock(ms, () => attempt.abort(new Error(`no answer within ${ms / 1000} s`)));
    try {
      await new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        Promise.resolve(body(signal)).then(resolve, reject);
      });
    } finally {
      clearInterval(clock);
      this.attempt = undefined;
    }
  }
}

/**
 * A time limit that counts only while the event loop runs: during a long training step no answer can be read, however
 * soon it came, and an alert sent again for that would arrive twice.
 */
function runningClock(ms: number, ended: () => void): NodeJS.Timeout {
  let ticks = Math.ceil(ms / 250);
  return setInterval(() => {
    // What has arrived meanwhile is read before an immediate runs.
    if (--ticks === 0) setImmediate(ended);
  }, ms / ticks).unref();
}

export function reasonOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
