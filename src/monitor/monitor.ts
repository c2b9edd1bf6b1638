import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { advance } from '../alerts/advance.js';
import {
  type History,
  type Measurements,
  type Movers,
  measureEffects,
  type Observed,
  pairsOf,
} from '../alerts/index.js';
import type { Tf } from '../backend/types.js';
import { SatwatchError } from '../errors.js';
import { readProbeSet } from '../probe/index.js';
import { type Head, headOf, type Model } from '../saliency/index.js';
import { type AlertChanges, openStore, RunWriter, type Store } from '../store/index.js';
import type { Alert, Metrics, ProbeSet } from '../types.js';
import { atExit } from './atExit.js';
import { Deliveries } from './deliveries.js';
import { kept, recall } from './history.js';
import { accuracy, aggregate, type ImageMeasurement, mapsOf, measureImages } from './measure.js';
import { checkInput, describeModel, modelInput } from './model.js';
import { type Config, checkOptions, describeConfig, type MonitorOptions } from './options.js';
import { startPage } from './page.js';
import { keepPictures } from './pictures.js';
import { ModelPixels, nativeDecoder } from './pixels.js';
import { checkPlace, isReplaced, type ObserveOptions } from './place.js';
import { predictor } from './predict.js';
import { readReferences } from './references.js';
import { telling } from './telling.js';
import { tryModel } from './trial.js';
import { versions } from './versions.js';

export interface Observation {
  epoch: number;
  step: number | null;
  /** Alerts raised at this observation. */
  alerts: Alert[];
  /** True where a channel (stopTraining) asks to end the training. */
  stop: boolean;
  seconds: number;
}

/** What is known once the model is. */
interface Ready {
  model: Model;
  head: Head;
  probe: ProbeSet;
  pixels: ModelPixels;
  writer: RunWriter;
  history: History & { observed: Observed[] };
  /** What an earlier life of the run observed. */
  recalled: ReadonlySet<Observed>;
  /** The last observation before this life, of whichever probe set. */
  before: { epoch: number; step: number | null } | null;
  alerts: Alert[];
}

/** A sign of life at most this often, in ms. */
const heartbeatEvery = 5000;

/**
 * Watches one run: saliency → SAT → aggregate → store → rules, at every `observe`.
 * Configuration errors throw, from `start` or the first `observe`; whatever fails later is reported once, recorded
 * in the store where that is possible, and the training goes on.
 */
export class Monitor {
  readonly config: Readonly<Config>;
  private ready: Ready | undefined;
  private store: Store | undefined;
  private stopping = false;
  /** The store's file was let go of at the end of a `fit`. */
  private released = false;
  /** The epoch observed last in this life of the run. */
  private lastEpoch: number | null = null;
  /** Alerts that were handed over though they could not be stored. */
  private readonly unstored = new Set<string>();
  private lastEnd: number | undefined;
  private lastBeat = 0;
  private readonly spent = { watching: 0, total: 0 };
  private readonly reported = new Set<string>();
  private readonly deliveries: Deliveries;
  private readonly onExit = () => this.abandon();

  constructor(
    private readonly tf: Tf,
    options: MonitorOptions,
  ) {
    this.config = checkOptions(options);
    this.deliveries = new Deliveries(this.config.channels, {
      stop: () => {
        this.stopping = true;
      },
      report: (what, error, epoch) => this.report(what, error, epoch),
    });
  }

  /** The run's name, once it has started. */
  get run(): string | undefined {
    return this.ready?.writer.name;
  }

  /**
   * Loads the probe set, checks the model against it with one trial picture, and opens the run.
   * @param epochs how many the training will have, where the configuration does not say
   */
  async start(model: Model, epochs?: number): Promise<void> {
    const { config, tf } = this;
    if (this.ready) {
      this.use(model);
      this.stopping = false;
      try {
        this.goOn();
      } catch (error) {
        this.report('the run could not be opened again', error, null);
      }
      return;
    }
    const input = modelInput(model, config.head);
    const { height, width, channels } = input;
    const probe =
      typeof config.probe === 'string'
        ? await readProbeSet(
            config.probe,
            { height, width, channels: channels as 1 | 3 | undefined },
            nativeDecoder(tf),
          )
        : config.probe;
    checkInput(input, probe);
    for (const rule of config.rules) rule.check?.(probe);
    const pixels = new ModelPixels(tf, probe, config);
    const head = headOf(tf, model, config.head);
    await tryModel(tf, model, head, probe, pixels, config);

    const store = typeof config.store === 'string' ? openStore(config.store) : config.store;
    try {
      const name = config.run ?? newRunName();
      const described = { ...describeConfig(config), epochs: config.epochs ?? epochs ?? null };
      const references = readReferences(store, config.reference, {
        name,
        probe,
        config: described,
        model: describeModel(model),
      });
      const writer = new RunWriter(store, {
        name,
        resume: config.resume,
        probe,
        config: { ...described, reference: references.map((run) => run.name) },
        model: describeModel(model),
        versions: versions(tf),
        backend: tf.getBackend(),
      });
      const history = recall(store, writer.run, probe, pairsOf(probe).length);
      this.ready = {
        model,
        head,
        probe,
        pixels,
        writer,
        history: { ...history, references },
        recalled: new Set(history.observed),
        before: writer.before,
        alerts: store.alerts(writer.run),
      };
    } catch (error) {
      if (typeof config.store === 'string') store.close();
      throw error;
    }
    this.store = store;
    atExit.add(this.onExit);
    const roles = new Set(Object.values(probe.roles));
    const { writer } = this.ready;
    this.deliveries.resume(store, writer.name);
    try {
      await keepPictures(probe, writer, store);
    } catch (error) {
      this.report('the probe pictures could not be stored for the page', error, null);
    }
    this.say(
      `watching '${writer.name}'${writer.resumed ? ' (resumed)' : ''} with ${config.method.name} on ${probe.images.length} pictures, ${probe.segmentNames.length} segments; store ${store.path}`,
    );
    if (writer.differences.length > 0)
      this.say(`measured otherwise from here on: ${writer.differences.join('; ')}`);
    if (!roles.has('suspect') && !roles.has('core'))
      this.say(
        "no segment has a role: the default alarm tests 'suspect' and 'context' segments only; set roles in the probe set, e.g. roles: { watermark: 'suspect', eyes: 'core' }",
      );
    if (config.dashboard) await this.openPage(store.path, config.dashboard.port);
  }

  /** Takes up the store again, where a `fit` has ended. */
  private goOn(): void {
    if (!this.released) return;
    const { config } = this;
    const { writer } = this.ready!;
    const store = typeof config.store === 'string' ? openStore(config.store) : config.store;
    try {
      writer.reopen(store);
    } catch (error) {
      if (typeof config.store === 'string') store.close();
      throw error;
    }
    this.store = store;
    this.released = false;
    this.deliveries.resume(store, writer.name);
    atExit.add(this.onExit);
  }

  /**
   * Whether another model can stand in for the run's: one trial picture through the whole saliency.
   * @throws SatwatchError MODEL_INPUT, MODEL_OUTPUT, NO_GRADIENT
   */
  async check(model: Model): Promise<void> {
    const { tf, config } = this;
    const { probe, pixels } = this.ready!;
    checkInput(modelInput(model, config.head), probe);
    await tryModel(tf, model, headOf(tf, model, config.head), probe, pixels, config);
  }

  /**
   * Measures the model now and stores the observation; the alerts raised are delivered and returned.
   * @throws SatwatchError at the first call, for what cannot work
   */
  async observe(model: Model, options: ObserveOptions): Promise<Observation> {
    const started = performance.now();
    const { epoch, step, metrics = {}, checkpoint } = options ?? {};
    if (!this.ready) {
      checkPlace(options);
      await this.start(model);
    } else this.use(model);
    const done = (alerts: Alert[]): Observation => ({
      epoch,
      step: step ?? null,
      alerts,
      stop: this.stopping,
      seconds: (performance.now() - started) / 1000,
    });
    try {
      checkPlace(options);
      this.goOn();
      return done(await this.pipeline(started, epoch, step ?? null, metrics, checkpoint));
    } catch (error) {
      this.report(`epoch ${epoch} could not be observed`, error, epoch);
      return done([]);
    }
  }

  /** The way of the data, on one screen. */
  private async pipeline(
    started: number,
    epoch: number,
    step: number | null,
    given: ObserveOptions['metrics'],
    checkpoint: string | undefined,
  ): Promise<Alert[]> {
    const { tf, config } = this;
    const { model, head, probe, pixels, writer, history, recalled, alerts } = this.ready!;

    // A run resumed from an earlier checkpoint leaves the epochs after it behind, in the store until they come again.
    // Checkpoints may come out of their order: none of them replaces another epoch.
    const after = checkpoint === undefined ? this.lastEpoch : null;
    const past = history.observed.filter(
      (other) =>
        other.epoch <= epoch &&
        (step === null ? other.epoch !== epoch : other.step !== step) &&
        !(recalled.has(other) && isReplaced(other.epoch, epoch, after)),
    );
    const place = past.length;
    const keepMaps = typeof config.keepMaps === 'number' && place % config.keepMaps === 0;
    const measured = await measureImages(tf, model, probe, pixels, config, { keepMaps });
    const rows = aggregate(measured, probe);
    const probeAccuracy = accuracy(measured);
    const metrics = finite(given ?? {});
    const budget = config.budget ?? defaultBudget(config, probe);
    const needed = config.rules.some((rule) => rule.measures === 'reliance') && budget > 0;
    const predict = predictor(tf, head, probe);
    const limits = { budget, seed: config.seed };
    const { effects, costs, movers }: Measurements = needed
      ? await measureEffects(probe, pixels, { ...history, observed: past }, predict, measured, limits)
      : { effects: [], costs: [], movers: [] };

    const observed: Observed = { epoch, step, metrics, probeAccuracy, rows, effects };
    const next = { ...history, observed: [...past, observed] };
    const found = advance(next, config.rules, alerts);
    const changes = this.deliveries.address(await this.withPictures(found, measured, movers));
    this.tellUnread(pixels, probe, epoch);

    const now = performance.now();
    const seconds = (now - started) / 1000;
    const share = this.lastEnd === undefined ? null : Math.min(1, (now - started) / (now - this.lastEnd));
    const sats = measured.map(({ sat }) => sat);
    const maps = new Map(measured.flatMap(({ map }, i) => (map ? [[i, map] as const] : [])));
    history.observed = [...past, kept(observed, probe)];
    this.lastEpoch = epoch;
    const raised = this.stored(changes, () =>
      writer.observation(
        {
          epoch,
          step,
          after,
          seconds,
          share,
          metrics,
          probeAccuracy,
          sats,
          predictions: measured,
          rows,
          effects,
          costs,
          maps,
          checkpoint,
        },
        changes,
      ),
    );

    if (maps.size > 0 && place === 0) {
      const megabytes = this.store!.mapBytes(writer.run, { epoch, step }) / 1e6;
      this.say(`the maps of an observation take ${megabytes.toFixed(1)} MB (${maps.size} pictures)`);
    }

    const updated = new Map(changes.updated.map((alert) => [alert.id, alert]));
    this.ready!.alerts = [...alerts.map((alert) => updated.get(alert.id) ?? alert), ...raised];
    if (this.lastEnd !== undefined) {
      this.spent.watching += now - started;
      this.spent.total += now - this.lastEnd;
    }
    this.lastEnd = performance.now();
    this.lastBeat = Date.now();
    for (const alert of raised) this.deliveries.send(alert);
    return raised;
  }

  /** What `write` gives; where it fails, channels that need no store are told all the same. */
  private stored(changes: AlertChanges, write: () => Alert[]): Alert[] {
    try {
      this.store!.checkFile();
      return write();
    } catch (error) {
      for (const alert of changes.raised) {
        const key = JSON.stringify([alert.rule, alert.level, alert.segment, alert.className]);
        if (!this.unstored.has(key)) this.deliveries.sendUnstored(alert);
        this.unstored.add(key);
      }
      throw error;
    }
  }

  /** The pictures behind what is raised, kept as they are now: the model will be another one soon. */
  private async withPictures(
    changes: AlertChanges,
    measured: ImageMeasurement[],
    movers: Movers,
  ): Promise<AlertChanges> {
    const { tf, config } = this;
    const { model, probe, pixels } = this.ready!;
    if (changes.raised.length === 0) return changes;
    const behind = changes.raised.map((alert) => telling(alert, measured, probe, movers));
    const wanted = config.keepMaps === 'none' ? [] : behind.flat();
    const missing = [...new Set(wanted)].filter((i) => !measured[i].map);
    const maps = await mapsOf(tf, model, probe, pixels, config, missing);
    const raised = changes.raised.map((alert, a) => ({
      ...alert,
      images: behind[a].map((image) => ({ image, map: measured[image].map ?? maps.get(image) ?? null })),
    }));
    return { ...changes, raised };
  }

  /** Pictures whose files have gone or changed since the probe set was loaded are invalid at this observation. */
  private tellUnread(pixels: ModelPixels, { images }: ProbeSet, epoch: number): void {
    const failures = [...pixels.takeFailures().values()];
    if (failures.length > 0)
      this.report(
        `${failures.length} of ${images.length} probe pictures are left out of epoch ${epoch}`,
        failures[0],
        epoch,
      );
  }

  /** Says that the training is alive; cheap enough for every batch. */
  heartbeat(): void {
    if (!this.ready || Date.now() - this.lastBeat < heartbeatEvery) return;
    this.lastBeat = Date.now();
    try {
      this.ready.writer.heartbeat();
    } catch (error) {
      this.report('the heartbeat could not be stored', error, null);
    }
  }

  /** Epochs and step of the run's last observation up to `epoch`, for whoever counts on; null before the first. */
  last(epoch = Number.POSITIVE_INFINITY): { epoch: number; step: number | null } | null {
    if (!this.ready) return null;
    const { history, before } = this.ready;
    // On another probe set than before the series is a new one, and the training is not.
    const earlier = before && before.epoch <= epoch && history.observed.length === 0 ? before : null;
    return history.observed.findLast((observed) => observed.epoch <= epoch) ?? earlier;
  }

  /** The stored observation at exactly this epoch, if there is one. */
  at(epoch: number): { epoch: number; step: number | null } | undefined {
    return this.ready?.history.observed.find((observed) => observed.epoch === epoch);
  }

  /** Marks the run done, says what the watching cost, and lets go of the store's file; `start` goes on. */
  async finish(): Promise<void> {
    if (!this.ready) return;
    // Deliveries may be slow; they get a moment, never more.
    await this.deliveries.settle(5000);
    try {
      this.ready.writer.finish('done');
    } catch (error) {
      this.report('the end of the run could not be stored', error, null);
    }
    atExit.delete(this.onExit);
    this.released = true;
    if (typeof this.config.store === 'string') this.store?.close();
    const { watching, total } = this.spent;
    if (total > 0)
      this.say(
        `watching took ${(watching / 1000).toFixed(1)} s, ${((100 * watching) / total).toFixed(0)} % of the time`,
      );
  }

  async close(): Promise<void> {
    await this.finish();
    this.ready = undefined;
  }

  /** A process that ends in the middle of a run leaves it 'failed', not 'running'. */
  private abandon(): void {
    try {
      this.ready!.writer.finish('failed', 'the process ended during the training');
    } catch {
      // Nothing can be told any more.
    }
  }

  private use(model: Model): void {
    if (model === this.ready!.model) return;
    this.ready!.model = model;
    this.ready!.head = headOf(this.tf, model, this.config.head);
  }

  private async openPage(store: string, port?: number): Promise<void> {
    try {
      const page = await startPage(store, port);
      this.say(`page ${page.url} (stays up after the training; end it with: kill ${page.pid})`);
      if (process.env.SSH_CONNECTION)
        this.say(
          `from your own machine: ssh -L ${page.port}:127.0.0.1:${page.port} ${hostname()}, then open ${page.url}`,
        );
    } catch (error) {
      this.report('the page could not be started', error, null);
    }
  }

  /** Once for each kind of failure: to the terminal, and to the store where it can be written. */
  private report(what: string, error: unknown, epoch: number | null): void {
    const reason = error instanceof Error ? error.message : String(error);
    const kind = error instanceof SatwatchError ? error.code : reason;
    if (this.reported.has(kind)) return;
    this.reported.add(kind);
    process.stderr.write(`satwatch: ${what}: ${reason}; the training goes on (told once)\n`);
    try {
      this.ready?.writer.event('error', `${what}: ${reason}`, epoch);
    } catch {
      // A store that cannot take the observation often cannot take its failure either.
    }
  }

  private say(line: string): void {
    if (this.config.verbose) process.stderr.write(`satwatch: ${line}\n`);
  }
}

/**
 * A monitor for hand-written training loops: call `observe` before the first batch (epoch 0) and after every epoch.
 * @throws SatwatchError for configuration errors, here or from the first `observe`
 */
export async function createMonitor(tf: Tf, options: MonitorOptions): Promise<Monitor> {
  return new Monitor(tf, options);
}

/** What the reliance test may take by default, in forward passes; in time about twice what the saliency takes. */
function defaultBudget({ method, methodOptions }: Config, { images }: ProbeSet): number {
  return Math.round((2 + 3 * method.gradients(methodOptions)) * images.length);
}

/** Sorts by time, unlikely to be there already: 2026-11-24-2231-k3f9. */
function newRunName(): string {
  const [date, time] = new Date().toISOString().split('T');
  return `${date}-${time.slice(0, 5).replace(':', '')}-${randomBytes(2).toString('hex')}`;
}

function finite(metrics: Record<string, number | null | undefined>): Metrics {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [name, Number.isFinite(value) ? value! : null]),
  );
}
