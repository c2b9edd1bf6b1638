import { SatwatchError } from '../errors.js';
import type {
  Aggregation,
  Alert,
  Cost,
  Effect,
  Metrics,
  ProbeSet,
  SatRow,
  Segment,
  StoredMap,
  TrajectoryRow,
} from '../types.js';
import { encodeFloats, encodeMap, encodeMasks, encodePredictions, type Prediction } from './blobs.js';
import type { Database } from './database.js';
import { describeProbeSet, encodeSats, type StoredProbeSet } from './layout.js';
import { measuredOtherwise } from './measuredOtherwise.js';
import type { Store } from './store.js';
import { guard, write } from './transaction.js';

export interface RunStart {
  name: string;
  /** Go on with a run of that name; without it such a run is an error. */
  resume: boolean;
  probe: ProbeSet;
  config: Record<string, unknown>;
  model: Record<string, unknown>;
  versions: Record<string, string>;
  backend: string;
}

/** Aggregated rows of one observation, all classes and both aggregations. */
export type AggregatedRow = Omit<TrajectoryRow, 'epoch' | 'step'> & { aggregation: Aggregation };

export interface NewObservation {
  epoch: number;
  step: number | null;
  /** The epoch that this life of the run observed before; what an earlier life left between the two goes. */
  after?: number | null;
  seconds: number;
  share: number | null;
  metrics: Metrics;
  probeAccuracy: number | null;
  sats: (SatRow[] | null)[];
  predictions: Prediction[];
  rows: AggregatedRow[];
  effects: Omit<Effect, 'epoch' | 'step'>[];
  costs: Omit<Cost, 'epoch' | 'step'>[];
  /** Of the images whose maps are kept, by their index. */
  maps: Map<number, StoredMap>;
  /** What the model was read from, if from a file: an event of kind 'checkpoint'. */
  checkpoint?: string;
}

/** A picture behind an alert, as it was when the alert was raised. */
interface AlertImage {
  /** Index into the probe set's images. */
  image: number;
  map: StoredMap | null;
}

export type NewAlert = Omit<Alert, 'id' | 'resolvedEpoch' | 'delivery'> & {
  /** The most telling first. */
  images?: AlertImage[];
  /** Names of channels that must deliver it: it waits for them in the outbox. */
  channels?: string[];
};

/** Alerts raised, and alerts of before whose evidence has grown or that have ended. */
export interface AlertChanges {
  raised: NewAlert[];
  updated: Alert[];
}

/**
 * Writes one run. Every method is one transaction: all of it or none.
 * @throws SatwatchError RUN_EXISTS, STORE_FULL, STORE_READONLY, STORE_FAILED
 */
export class RunWriter {
  readonly run: number;
  readonly name: string;
  readonly resumed: boolean;
  /** The last observation of a run that is resumed, of whichever probe set. */
  readonly before: { epoch: number; step: number | null } | null;
  /** In what it is measured otherwise than before, in words. */
  readonly differences: readonly string[];
  private readonly probe: StoredProbeSet;
  /** The last row of an earlier life. */
  private readonly lastOfBefore: number;

  constructor(
    private store: Store,
    start: RunStart,
  ) {
    this.name = start.name;
    this.probe = describeProbeSet(start.probe);
    const now = new Date().toISOString();
    [this.run, this.resumed, this.differences] = this.write((seq): [number, boolean, string[]] => {
      const before = this.db
        .prepare('SELECT id, probe_set, config, model FROM runs WHERE name = ?')
        .get(start.name) as { id: number; probe_set: string; config: string; model: string } | undefined;
      if (before && !start.resume)
        throw new SatwatchError(
          'RUN_EXISTS',
          `run '${start.name}' is already in ${store.path}; choose another name, or set resume: true to go on with it`,
          start.name,
        );
      this.insertProbeSet();
      const described = [
        this.probe.id,
        ...[start.config, start.model, start.versions].map((x) => JSON.stringify(x)),
        start.backend,
      ];
      if (!before) {
        const { lastInsertRowid } = this.db
          .prepare(
            `INSERT INTO runs (name, state, started_at, heartbeat_at, probe_set, config, model, versions, backend, seq)
             VALUES (?, 'running', ?, ?, ?, ?, ?, ?, ?, ?)`,
          )
          .run(start.name, now, now, ...described, seq);
        const id = Number(lastInsertRowid);
        this.insertEvent(id, null, 'start', `started on backend ${start.backend}`);
        return [id, false, []];
      }
      this.db
        .prepare(
          `UPDATE runs SET state = 'running', heartbeat_at = ?, ended_at = NULL, error = NULL,
             probe_set = ?, config = ?, model = ?, versions = ?, backend = ?, seq = ? WHERE id = ?`,
        )
        .run(now, ...described, seq, before.id);
      const last = this.db
        .prepare('SELECT max(epoch) FROM observations WHERE run = ?')
        .pluck()
        .get(before.id) as number | null;
      this.insertEvent(before.id, last, 'resume', `resumed on backend ${start.backend}`);
      if (before.probe_set !== this.probe.id)
        this.insertEvent(
          before.id,
          last,
          'probe-set',
          `the probe set changed: a new series starts (before ${before.probe_set.slice(0, 12)}, now ${this.probe.id.slice(0, 12)})`,
        );
      const differing = measuredOtherwise(
        { config: JSON.parse(before.config), model: JSON.parse(before.model) },
        start,
      );
      if (differing.length > 0)
        this.insertEvent(
          before.id,
          last,
          'options',
          `measured otherwise from here on: ${differing.join('; ')}`,
        );
      return [before.id, true, differing];
    });
    const last = this.db
      .prepare('SELECT id, epoch, step FROM observations WHERE run = ? ORDER BY id DESC LIMIT 1')
      .get(this.run) as { id: number; epoch: number; step: number | null } | undefined;
    this.lastOfBefore = last?.id ?? 0;
    this.before = last ? { epoch: last.epoch, step: last.step } : null;
  }

  /** Stores an observation with its alerts; the same one again (same step, or epoch where no step is known) replaces it. */
  observation(observation: NewObservation, alerts: AlertChanges): Alert[] {
    const { epoch, step } = observation;
    const now = new Date().toISOString();
    return this.write((seq) => {
      this.db
        .prepare(
          step === null
            ? 'DELETE FROM observations WHERE run = ? AND probe_set = ? AND step IS NULL AND epoch = ?'
            : 'DELETE FROM observations WHERE run = ? AND probe_set = ? AND step = ?',
        )
        .run(this.run, this.probe.id, step ?? epoch);
      const { after = null } = observation;
      this.db
        .prepare(
          `DELETE FROM observations WHERE run = ? AND probe_set = ? AND id <= ?
             AND epoch <= ? AND (epoch > ? OR ? IS NULL AND epoch = ?)`,
        )
        .run(this.run, this.probe.id, this.lastOfBefore, epoch, after, after, epoch);
      const { lastInsertRowid: id } = this.db
        .prepare(
          `INSERT INTO observations
             (run, probe_set, epoch, step, time, seconds, share, metrics, probe_accuracy, invalid_images, attributions,
              predictions, seq)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          this.run,
          this.probe.id,
          epoch,
          step,
          now,
          observation.seconds,
          observation.share,
          JSON.stringify(observation.metrics),
          observation.probeAccuracy,
          observation.sats.filter((sat) => sat === null).length,
          encodeSats(observation.sats, this.probe),
          encodePredictions(observation.predictions),
          seq,
        );
      if (observation.checkpoint !== undefined)
        this.insertEvent(this.run, epoch, 'checkpoint', observation.checkpoint);
      const insertRank = this.db.prepare('INSERT INTO ranks VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
      for (const row of observation.rows)
        insertRank.run(
          id,
          row.aggregation === 'relative' ? 0 : 1,
          row.className === null ? -1 : this.probe.classNames.indexOf(row.className),
          this.probe.segmentNames.indexOf(row.segment),
          row.n,
          row.meanRank,
          row.meanAttribution,
          row.chanceRank,
        );
      const insertEffect =
        this.db.prepare(`INSERT INTO effects (observation, segment, class, effect, z, fill, receivers, givers, top, blur, flipped, lost)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
      for (const e of observation.effects)
        insertEffect.run(
          id,
          this.probe.segmentNames.indexOf(e.segment),
          this.probe.classNames.indexOf(e.className),
          e.effect,
          Number.isFinite(e.z) ? e.z : null,
          e.fill,
          e.receivers,
          e.givers,
          e.top,
          e.blur,
          e.flipped,
          e.lost,
        );
      const insertCost = this.db.prepare('INSERT INTO costs VALUES (?, ?, ?, ?, ?, ?, ?)');
      for (const c of observation.costs)
        insertCost.run(
          id,
          this.probe.segmentNames.indexOf(c.segment),
          c.className === null ? -1 : this.probe.classNames.indexOf(c.className),
          c.variant,
          c.images,
          c.accuracy,
          c.margin,
        );
      const insertMap = this.db.prepare('INSERT INTO maps VALUES (?, ?, ?, ?)');
      for (const [image, map] of observation.maps) insertMap.run(id, image, map.peak, encodeMap(map));
      for (const alert of alerts.updated)
        this.db
          .prepare(
            'UPDATE alerts SET to_value = ?, message = ?, evidence = ?, resolved_epoch = ?, seq = ? WHERE id = ?',
          )
          .run(alert.to, alert.message, JSON.stringify(alert.evidence), alert.resolvedEpoch, seq, alert.id);
      const raised = alerts.raised.map((alert) => this.insertAlert(alert, observation, seq));
      this.db.prepare('UPDATE runs SET heartbeat_at = ?, seq = ? WHERE id = ?').run(now, seq, this.run);
      return raised;
    });
  }

  /** Keeps probe images as the page shows them; those that are there already stay. */
  pictures(pictures: readonly { image: number; jpeg: Buffer; segments: readonly Segment[] }[]): void {
    this.write(() => {
      const insert = this.db.prepare('INSERT OR IGNORE INTO pictures VALUES (?, ?, ?, ?)');
      for (const { image, jpeg, segments } of pictures)
        insert.run(this.probe.id, image, jpeg, encodeMasks(segments, this.probe, image));
    });
  }

  /** A sign of life; does not count as a change. */
  heartbeat(): void {
    this.guard(() =>
      this.db
        .prepare('UPDATE runs SET heartbeat_at = ? WHERE id = ?')
        .run(new Date().toISOString(), this.run),
    );
  }

  event(kind: string, message: string, epoch: number | null = null): void {
    this.write((seq) => {
      this.insertEvent(this.run, epoch, kind, message);
      this.db.prepare('UPDATE runs SET seq = ? WHERE id = ?').run(seq, this.run);
    });
  }

  finish(state: 'done' | 'failed', error: string | null = null): void {
    const now = new Date().toISOString();
    this.write((seq) => {
      this.db
        .prepare('UPDATE runs SET state = ?, ended_at = ?, heartbeat_at = ?, error = ?, seq = ? WHERE id = ?')
        .run(state, now, now, error, seq, this.run);
    });
  }

  /**
   * A finished run goes on (a loop over `fit`), perhaps through a new connection to its file.
   * @throws SatwatchError RUN_UNKNOWN where it is not there any more
   */
  reopen(store: Store): void {
    this.store = store;
    this.write((seq) => {
      const { changes } = this.db
        .prepare(
          "UPDATE runs SET state = 'running', ended_at = NULL, heartbeat_at = ?, seq = ? WHERE id = ? AND name = ?",
        )
        .run(new Date().toISOString(), seq, this.run, this.name);
      if (changes === 0)
        throw new SatwatchError(
          'RUN_UNKNOWN',
          `run '${this.name}' is no longer in ${store.path}: the file or the run was deleted, and what is observed from now on is not stored`,
          this.name,
        );
    });
  }

  private get db(): Database {
    return this.store.db;
  }

  private insertProbeSet(): void {
    const p = this.probe;
    this.db
      .prepare('INSERT OR IGNORE INTO probe_sets VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
      .run(
        p.id,
        p.width,
        p.height,
        p.channels,
        ...[p.classNames, p.segmentNames, p.roles, p.images].map((x) => JSON.stringify(x)),
      );
  }

  private insertAlert(
    { images = [], channels = [], ...alert }: NewAlert,
    observation: NewObservation,
    seq: number,
  ): Alert {
    const delivery = Object.fromEntries(channels.map((channel) => [channel, 'pending']));
    const { lastInsertRowid } = this.db
      .prepare(
        `INSERT INTO alerts
           (run, rule, level, segment, class, epoch, from_value, to_value, message, evidence, delivery, seq)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        this.run,
        alert.rule,
        alert.level,
        alert.segment,
        alert.className,
        alert.epoch,
        alert.from,
        alert.to,
        alert.message,
        JSON.stringify(alert.evidence),
        JSON.stringify(delivery),
        seq,
      );
    const insertDelivery = this.db.prepare('INSERT INTO deliveries VALUES (?, ?, 0, ?)');
    for (const channel of channels) insertDelivery.run(lastInsertRowid, channel, Date.now());
    const insertImage = this.db.prepare('INSERT INTO alert_images VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
    images.forEach(({ image, map }, place) => {
      const [, , segments] = this.probe.images[image];
      const rows = new Map(observation.sats[image]?.map((row) => [row.segment, row.attribution]));
      const attributions = segments
        .filter((_, i) => i % 2 === 0)
        .map((index) => rows.get(this.probe.segmentNames[index]) ?? Number.NaN);
      const { predicted, margin } = observation.predictions[image];
      insertImage.run(
        lastInsertRowid,
        place,
        this.probe.id,
        image,
        encodeFloats(attributions),
        predicted,
        margin,
        map?.peak ?? null,
        map && encodeMap(map),
      );
    });
    return { ...alert, id: Number(lastInsertRowid), resolvedEpoch: null, delivery };
  }

  private insertEvent(run: number, epoch: number | null, kind: string, message: string): void {
    this.db
      .prepare('INSERT INTO run_events (run, time, epoch, kind, message) VALUES (?, ?, ?, ?, ?)')
      .run(run, new Date().toISOString(), epoch, kind, message);
  }

  private write<T>(body: (seq: number) => T): T {
    return write(this.store, body);
  }

  private guard<T>(body: () => T): T {
    return guard(this.store, body);
  }
}
