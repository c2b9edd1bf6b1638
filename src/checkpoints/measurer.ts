import type { Tf } from '../backend/types.js';
import { createMonitor, type Monitor } from '../monitor/index.js';
import { loadProbeSet } from '../probe/index.js';
import { readers } from '../probe/readers.js';
import { type RunInfo, RunWriter, type Store } from '../store/index.js';
import type { Metrics, ProbeSet } from '../types.js';
import type { ExecChannel } from './exec.js';
import type { Candidate } from './find.js';
import type { LoadedModel } from './formats/index.js';
import { describe, Ledger } from './ledger.js';
import { findMetricsLog, type MetricsLog } from './metricsLog.js';
import type { Measured, WatchOptions } from './options.js';

/** What is watched, and where it is written. */
interface Watched {
  folder: string;
  store: Store;
  run: string;
  before: RunInfo | null;
  exec: ExecChannel | undefined;
  log: MetricsLog | null;
}

/** A run of checkpoints: what it has measured already, and the monitor that measures the next one. */
export class Measurer {
  ledger: Ledger;
  private monitor!: Monitor;
  /** The first model that fits was there. */
  private started = false;
  /** The run as an earlier watching left it, where it did not end it. */
  private unended: (RunInfo & { probe: ProbeSet }) | undefined;

  private constructor(
    private readonly options: WatchOptions,
    private readonly folder: string,
    private readonly store: Store,
    private readonly run: string,
    private log: MetricsLog | null,
  ) {
    this.ledger = new Ledger(folder, []);
  }

  /**
   * @param before the run that is gone on with
   * @throws SatwatchError for options that cannot work, whatever the models are
   */
  static async create(
    tf: Tf,
    options: WatchOptions,
    { folder, store, run, before, exec, log }: Watched,
  ): Promise<Measurer> {
    const measurer = new Measurer(options, folder, store, run, log);
    const probe = before ? await measurer.goOn(before) : await checked(options.probe);
    const { inputRange, method, reference } = options;
    measurer.monitor = await createMonitor(tf, {
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
    return measurer;
  }

  /** A run that is gone on with keeps its pictures' size, whatever today's first model takes. */
  private async goOn(before: RunInfo): Promise<ProbeSet> {
    const { width, height, channels } = this.store.probeSet(before.probeSet);
    const probe = await loadProbeSet(this.options.probe, { width, height, channels: channels as 1 | 3 | 4 });
    // Another probe set starts another series: everything is measured on it.
    if (probe.id !== before.probeSet) return probe;
    this.ledger = new Ledger(this.folder, this.store.events(this.run));
    if (before.state !== 'done' && before.observations > 0) this.unended = { ...before, probe };
    return probe;
  }

  /** All is measured. A run that an earlier watching could not end, and that has come to nothing new, is ended. */
  nothingLeft(): void {
    if (this.unended && !this.started) {
      const { name, probe, config, model, versions, backend } = this.unended;
      new RunWriter(this.store, { name, resume: true, probe, config, model, versions, backend }).finish(
        'done',
      );
    }
    this.unended = undefined;
  }

  async measure({ name, path, ...place }: Candidate, model: LoadedModel, hash: string): Promise<Measured> {
    await this.take(model);
    const epoch = place.epoch ?? this.ledger.nextEpoch();
    const { step } = place;
    const metrics = place.epoch === null && step !== null ? {} : await this.metricsAt(epoch);
    const checkpoint = describe(path, hash);
    const { alerts, seconds } = await this.monitor.observe(model, {
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
    this.monitor.heartbeat();
  }

  async close(): Promise<void> {
    await this.monitor.close();
  }

  /** Starts the run with the first model that fits; later ones are checked against it. */
  private async take(model: LoadedModel): Promise<void> {
    const { monitor, options, store, run } = this;
    if (this.started) return monitor.check(model);
    await monitor.start(model);
    this.started = true;
    const { images, segmentNames, roles } = store.probeSet(store.run(run).probeSet);
    options.on?.({
      kind: 'ready',
      method: monitor.config.method.name,
      pictures: images.length,
      segments: segmentNames.length,
      roles: Object.values(roles).some((role) => role !== 'context'),
    });
  }

  /** A log may come after the first checkpoint. */
  private async metricsAt(epoch: number): Promise<Metrics> {
    this.log ??= await findMetricsLog(this.folder).catch(() => null);
    return this.log ? this.log.at(epoch) : {};
  }
}

/** A folder's description is read before the first model comes, the pictures with it. */
async function checked(probe: string): Promise<string> {
  const reader = Object.values(readers).find((one) => one.matches(probe));
  const source = await reader?.read(probe);
  // Throws, before it decodes anything.
  if (!source?.classNames) await loadProbeSet(probe);
  return probe;
}
