import type { Tf } from '../backend/types.js';
import { createMonitor, type Monitor } from '../monitor/index.js';
import { loadProbeSet } from '../probe/index.js';
import type { RunInfo, Store } from '../store/index.js';
import type { Metrics, ProbeSet } from '../types.js';
import type { ExecChannel } from './exec.js';
import type { Candidate } from './find.js';
import type { LoadedModel } from './formats/index.js';
import { describe, Ledger } from './ledger.js';
import { findMetricsLog, type MetricsLog } from './metricsLog.js';
import type { Measured, WatchOptions } from './options.js';

/** A run of checkpoints: what it has measured already, and the monitor that measures the next one. */
export class Measurer {
  ledger: Ledger;
  private probe: ProbeSet | string;
  private monitor: Monitor | undefined;

  constructor(
    private readonly tf: Tf,
    private readonly options: WatchOptions,
    private readonly folder: string,
    private readonly store: Store,
    private readonly run: string,
    private readonly exec: ExecChannel | undefined,
    private log: MetricsLog | null,
  ) {
    this.ledger = new Ledger(folder, []);
    this.probe = options.probe;
  }

  /** A run that is gone on with keeps its pictures' size, whatever today's first model takes. */
  async goOn({ probeSet }: RunInfo): Promise<void> {
    const { width, height, channels } = this.store.probeSet(probeSet);
    const probe = await loadProbeSet(this.options.probe, { width, height, channels: channels as 1 | 3 | 4 });
    this.probe = probe;
    // Another probe set starts another series: everything is measured on it.
    if (probe.id === probeSet) this.ledger = new Ledger(this.folder, this.store.events(this.run));
  }

  async measure({ name, path, ...place }: Candidate, model: LoadedModel, hash: string): Promise<Measured> {
    const monitor = await this.monitorFor(model);
    const epoch = place.epoch ?? this.ledger.nextEpoch();
    const { step } = place;
    const metrics = place.epoch === null && step !== null ? {} : await this.metricsAt(epoch);
    const checkpoint = describe(path, hash);
    const { alerts, seconds } = await monitor.observe(model, {
      epoch,
      step: step ?? undefined,
      metrics,
      checkpoint,
    });
    // The monitor never throws in the middle of a run; what went wrong it has told.
    if (!this.store.events(this.run).some(({ message }) => message === checkpoint))
      throw new Error('it could not be measured; the reason is said above');
    this.ledger.enter({ path, hash, epoch: place.epoch, step }, epoch);
    const info = this.store.metrics(this.run).find((one) => one.epoch === epoch && one.step === step);
    return {
      name,
      epoch,
      step,
      hash,
      probeAccuracy: info?.probeAccuracy ?? null,
      metrics,
      alerts,
      seconds,
    };
  }

  /** Says that the watching is alive. */
  heartbeat(): void {
    this.monitor?.heartbeat();
  }

  async close(): Promise<void> {
    await this.monitor?.close();
  }

  /** The monitor, once the first model that fits is there; later ones are checked against it. */
  private async monitorFor(model: LoadedModel): Promise<Monitor> {
    if (this.monitor) {
      await this.monitor.check(model);
      return this.monitor;
    }
    const { tf, options, store, run, probe, exec } = this;
    const { inputRange, method, reference } = options;
    const monitor = await createMonitor(tf, {
      probe,
      store,
      run,
      resume: true,
      inputRange,
      ...(method !== undefined && { method }),
      ...(reference !== undefined && { reference }),
      channels: exec ? [exec] : [],
      verbose: false,
    });
    await monitor.start(model);
    this.monitor = monitor;
    const { images, segmentNames, roles } = store.probeSet(store.run(run).probeSet);
    options.on?.({
      kind: 'ready',
      method: monitor.config.method.name,
      pictures: images.length,
      segments: segmentNames.length,
      roles: Object.values(roles).some((role) => role !== 'context'),
    });
    return monitor;
  }

  /** A log may come after the first checkpoint. */
  private async metricsAt(epoch: number): Promise<Metrics> {
    this.log ??= await findMetricsLog(this.folder).catch(() => null);
    return this.log ? this.log.at(epoch) : {};
  }
}
