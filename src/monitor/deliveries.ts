import { type Channel, levelsFrom } from '../alerts/index.js';
import { type AlertChanges, Outbox, type Store } from '../store/index.js';
import type { Alert } from '../types.js';
import { Courier, type Patience, patience, reasonOf } from './courier.js';

export interface DeliveriesOptions {
  /** Asks to end the training. */
  stop(): void;
  /** What befell the store; a channel's failure is told here. */
  report(what: string, error: unknown, epoch: number | null): void;
  patience?: Patience;
}

/**
 * Brings alerts to their channels without ever holding up the training. Channels with `retry` are served from the store,
 * which also holds what earlier runs could not deliver; the others get an alert once, in the moment it is raised.
 */
export class Deliveries {
  private outbox: Outbox | undefined;
  private run = '';
  private couriers: Courier[] = [];
  private end = new AbortController();
  private readonly pending = new Set<Promise<void>>();
  /** Alerts raised here: their owner may read how they fare. */
  private readonly raised = new Map<number, Alert>();
  private readonly told = new Set<string>();

  constructor(
    private readonly channels: readonly Channel[],
    private readonly options: DeliveriesOptions,
  ) {}

  /** Says which channels must deliver what is raised: the store keeps it for them. */
  address(changes: AlertChanges): AlertChanges {
    const raised = changes.raised.map((alert) => ({
      ...alert,
      channels: this.wanting(alert, true).map(({ name }) => name),
    }));
    return { ...changes, raised };
  }

  /** Begins, or goes on after `settle`: with what is due in the store, whichever run it is from. */
  resume(store: Store, run: string): void {
    const outbox = new Outbox(store);
    this.outbox = outbox;
    this.run = run;
    this.end = new AbortController();
    for (const courier of this.couriers) courier.stop();
    const retried = this.channels.filter(({ retry }) => retry);
    this.couriers = retried.map((channel) => {
      const options = {
        stop: (of: string) => of === this.run && this.options.stop(),
        fared: ({ alert }: { alert: Alert }, fate: string, failure: unknown) => {
          const own = this.raised.get(alert.id);
          if (own) own.delivery[channel.name] = fate;
          const again = fate.startsWith('failed') && !fate.endsWith('given up)');
          if (failure !== undefined) this.tell(channel, failure, again);
        },
        broken: (error: unknown) => this.broken(error, null),
      };
      return new Courier(channel, outbox, options, this.options.patience ?? patience);
    });
    for (const courier of this.couriers) courier.wake();
  }

  /** Hands over an alert that has just been stored. */
  send(alert: Alert): void {
    this.raised.set(alert.id, alert);
    for (const channel of this.wanting(alert, false)) {
      const delivery = this.once(channel, alert);
      this.pending.add(delivery);
      delivery.finally(() => this.pending.delete(delivery));
    }
    for (const courier of this.couriers) courier.wake();
  }

  /** Hands over an alert that could not be stored: to the channels that get it once. */
  sendUnstored(alert: Omit<Alert, 'id' | 'resolvedEpoch' | 'delivery'>): void {
    for (const channel of this.wanting(alert, false)) {
      const delivery = this.once(channel, { ...alert, id: 0, resolvedEpoch: null, delivery: {} }, false);
      this.pending.add(delivery);
      delivery.finally(() => this.pending.delete(delivery));
    }
  }

  /** At the end of a run: waits for what is on its way, `ms` at most; the rest stays in the store. */
  async settle(ms: number): Promise<void> {
    const underway = () => Promise.all([...this.pending, ...this.couriers.map((courier) => courier.idle())]);
    await within(ms, underway());
    this.end.abort(new Error('the run has ended'));
    for (const courier of this.couriers) courier.stop();
    // What was cut off is written down.
    await within(100, Promise.all(this.couriers.map((courier) => courier.idle())));
    this.pending.clear();
    this.couriers = [];
  }

  /** Never rejects. */
  private async once(channel: Channel, alert: Alert, isStored = true): Promise<void> {
    const { run, end } = this;
    let fate = 'delivered';
    alert.delivery[channel.name] = 'pending';
    try {
      // Called in this turn of the event loop: a channel that stops the training does so before the next batch.
      await channel.deliver(alert, { run, signal: end.signal, stop: () => this.options.stop() });
    } catch (error) {
      fate = `failed: ${reasonOf(error)}`;
      this.tell(channel, error, false);
    }
    alert.delivery[channel.name] = fate;
    try {
      if (isStored && this.outbox?.isOpen) this.outbox.done(alert.id, channel.name, fate);
    } catch (error) {
      this.broken(error, alert.epoch);
    }
  }

  private wanting(alert: Pick<Alert, 'level'>, retry: boolean): Channel[] {
    return this.channels.filter(
      (channel) => (channel.retry ?? false) === retry && levelsFrom(channel.level).includes(alert.level),
    );
  }

  private broken(error: unknown, epoch: number | null): void {
    this.options.report('a delivery could not be stored', error, epoch);
  }

  /** Once for each reason. */
  private tell(channel: Channel, error: unknown, again: boolean): void {
    const line = `channel '${channel.name}' failed: ${reasonOf(error)}`;
    if (this.told.has(line)) return;
    this.told.add(line);
    process.stderr.write(
      `satwatch: ${line}; the alert is in the store${again ? ' and is sent again' : ''}\n`,
    );
  }
}

/** Resolves with `work`, or without it when the time is up. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const up = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, up]);
  clearTimeout(timer);
}
