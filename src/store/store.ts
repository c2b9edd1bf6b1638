import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { refuseUnknownOptions, SatwatchError, suggest } from '../errors.js';
import { localRanks } from '../sat/localRanks.js';
import type {
  Aggregation,
  Alert,
  Cost,
  Effect,
  ImageDetail,
  Metrics,
  ObservationInfo,
  SatRow,
  Segment,
  StoredMap,
  TrajectoryRow,
} from '../types.js';
import { decodeMap, decodeMasks, decodePrediction } from './blobs.js';
import type { Database } from './database.js';
import {
  type AttributionRow,
  type BlobLayout,
  decodeAttributions,
  decodeRows,
  type StoredProbeSet,
} from './layout.js';
import { openDatabase } from './open.js';

/** A run without a sign of life for longer than this is called stale, in ms. */
const staleAfter = 120_000;

export interface RunInfo {
  id: number;
  name: string;
  /** 'stale': says it is running, but has given no sign for two minutes. */
  state: 'running' | 'stale' | 'done' | 'failed';
  /** ISO 8601. */
  startedAt: string;
  heartbeatAt: string;
  endedAt: string | null;
  probeSet: string;
  backend: string;
  config: Record<string, unknown>;
  model: Record<string, unknown>;
  versions: Record<string, string>;
  error: string | null;
  /** The last observation's epoch, how many there are, and how many alerts are open. */
  epoch: number | null;
  observations: number;
  openAlerts: number;
}

export interface RunEvent {
  time: string;
  epoch: number | null;
  kind: string;
  message: string;
}

/** What has been written since `seq`; `seq` is where to go on from. */
export interface Changes {
  seq: number;
  runs: number[];
  observations: { run: number; id: number }[];
  alerts: { run: number; id: number }[];
}

/** An observation: by its epoch (the last one there), its step too where an epoch has several, or its place. */
export type At = 'first' | 'last' | { epoch: number; step?: number | null };

/** A run's id or its name. */
export type RunRef = number | string;

interface RunRecord {
  id: number;
  name: string;
  state: 'running' | 'done' | 'failed';
  started_at: string;
  heartbeat_at: string;
  ended_at: string | null;
  probe_set: string;
  config: string;
  model: string;
  versions: string;
  backend: string;
  error: string | null;
  epoch: number | null;
  observations: number;
  open_alerts: number;
}

const runQuery = `
  SELECT r.id, r.name, r.state, r.started_at, r.heartbeat_at, r.ended_at, r.probe_set, r.config, r.model, r.versions,
         r.backend, r.error,
         (SELECT max(epoch) FROM observations o WHERE o.run = r.id) AS epoch,
         (SELECT count(*) FROM observations o WHERE o.run = r.id) AS observations,
         (SELECT count(*) FROM alerts a WHERE a.run = r.id AND a.resolved_epoch IS NULL) AS open_alerts
  FROM runs r`;

/** One SQLite file of runs. All reads are synchronous; writes go through `RunWriter`. */
export class Store {
  readonly path: string;
  readonly readonly: boolean;
  /** @internal */
  readonly db: Database;
  private readonly ino: number;
  private readonly probeSets = new Map<string, StoredProbeSet>();

  constructor(path: string, { readonly = false }: { readonly?: boolean } = {}) {
    this.path = resolve(path);
    this.readonly = readonly;
    this.db = openDatabase(this.path, readonly);
    this.ino = statSync(this.path).ino;
  }

  /**
   * Whether the file that was opened is still where it was: what is written to a deleted one is lost without a word.
   * @throws SatwatchError STORE_NOT_FOUND
   */
  checkFile(): void {
    const { ino } = statSync(this.path, { throwIfNoEntry: false }) ?? { ino: null };
    if (ino === this.ino) return;
    throw new SatwatchError(
      'STORE_NOT_FOUND',
      `store ${this.path}: the file was ${ino === null ? 'deleted or moved' : 'replaced by another one'} while it was open; what is observed from now on is not stored`,
      this.path,
    );
  }

  /** All runs, newest first. */
  runs({ limit = -1, offset = 0 }: { limit?: number; offset?: number } = {}): RunInfo[] {
    const rows = this.db.prepare(`${runQuery} ORDER BY r.id DESC LIMIT ? OFFSET ?`).all(limit, offset);
    return (rows as RunRecord[]).map(toRunInfo);
  }

  countRuns(): number {
    return this.db.prepare('SELECT count(*) FROM runs').pluck().get() as number;
  }

  /** @throws SatwatchError RUN_UNKNOWN, naming the nearest run. */
  run(run: RunRef): RunInfo {
    const by = (column: 'id' | 'name', value: RunRef) =>
      this.db.prepare(`${runQuery} WHERE r.${column} = ?`).get(value) as RunRecord | undefined;
    // A name of digits alone, where no run has that id.
    const row = typeof run === 'number' ? (by('id', run) ?? by('name', String(run))) : by('name', run);
    if (row) return toRunInfo(row);
    const names = this.db
      .prepare('SELECT name FROM runs ORDER BY id DESC LIMIT 1000')
      .pluck()
      .all() as string[];
    throw new SatwatchError(
      'RUN_UNKNOWN',
      `no run '${run}' in ${this.path}; ${suggest(String(run), names)}`,
      String(run),
    );
  }

  hasRun(name: string): boolean {
    return this.db.prepare('SELECT 1 FROM runs WHERE name = ?').get(name) !== undefined;
  }

  /** Sizes, names, roles, and each image's id, label and segments with their areas. */
  probeSet(id: string): StoredProbeSet {
    const known = this.probeSets.get(id);
    if (known) return known;
    const row = this.db.prepare('SELECT * FROM probe_sets WHERE id = ?').get(id) as
      | Record<string, any>
      | undefined;
    if (!row) throw new SatwatchError('PROBE_NOT_FOUND', `no probe set ${id} in ${this.path}`, id);
    const probe: StoredProbeSet = {
      id,
      width: row.width,
      height: row.height,
      channels: row.channels,
      classNames: JSON.parse(row.class_names),
      segmentNames: JSON.parse(row.segment_names),
      roles: JSON.parse(row.roles),
      images: JSON.parse(row.images) as BlobLayout,
    };
    this.probeSets.set(id, probe);
    return probe;
  }

  /** Every probe set the run was measured on, oldest first; the last is the current one. */
  probeSetsOf(run: RunRef): string[] {
    const { id, probeSet } = this.run(run);
    const ids = this.db
      .prepare('SELECT probe_set FROM observations WHERE run = ? GROUP BY probe_set ORDER BY min(id)')
      .pluck()
      .all(id) as string[];
    return [...ids.filter((other) => other !== probeSet), probeSet];
  }

  /**
   * A run's rows on its current probe set (or on `probeSet`), ordered by epoch, then segment.
   * Without `className` the rows over all classes, with `segment` those of one alone; `sinceSeq` asks for observations
   * written after that change.
   * @throws SatwatchError RUN_UNKNOWN, UNKNOWN_CLASS, UNKNOWN_SEGMENT, BAD_OPTION
   */
  trajectories(
    run: RunRef,
    options: {
      aggregation?: Aggregation;
      className?: string | null;
      segment?: string;
      sinceSeq?: number;
      probeSet?: string;
    } = {},
  ): TrajectoryRow[] {
    const { aggregation = 'relative', className = null, segment, sinceSeq = -1 } = options;
    if (aggregation !== 'relative' && aggregation !== 'absolute')
      throw new SatwatchError(
        'BAD_OPTION',
        `aggregation: got '${aggregation}', expected 'relative' or 'absolute'`,
        'aggregation',
      );
    const info = this.run(run);
    const probe = this.probeSet(options.probeSet ?? info.probeSet);
    const only = segment === undefined ? [] : [segmentIndex(probe, segment)];
    const rows = this.db
      .prepare(
        `SELECT o.epoch, o.step, k.segment, k.n, k.mean_rank, k.mean_attribution, k.chance_rank
         FROM observations o JOIN ranks k ON k.observation = o.id
         WHERE o.run = ? AND o.probe_set = ? AND o.seq > ? AND k.aggregation = ? AND k.class = ?
           ${only.length ? 'AND k.segment = ?' : ''}
         ORDER BY o.epoch, o.step, k.segment`,
      )
      .all(
        info.id,
        probe.id,
        sinceSeq,
        aggregation === 'relative' ? 0 : 1,
        classIndex(probe, className),
        ...only,
      ) as any[];
    return rows.map((row) => ({
      segment: probe.segmentNames[row.segment],
      className,
      epoch: row.epoch,
      step: row.step,
      n: row.n,
      meanRank: row.mean_rank,
      meanAttribution: row.mean_attribution,
      chanceRank: row.chance_rank,
    }));
  }

  /** The worst (largest) mean rank that any segment ever had; null where none was measured. */
  worstRank(
    run: RunRef,
    options: { aggregation?: Aggregation; className?: string | null; probeSet?: string } = {},
  ): number | null {
    const { aggregation = 'relative', className = null } = options;
    const info = this.run(run);
    const probe = this.probeSet(options.probeSet ?? info.probeSet);
    return this.db
      .prepare(
        `SELECT max(k.mean_rank) FROM observations o JOIN ranks k ON k.observation = o.id
         WHERE o.run = ? AND o.probe_set = ? AND k.aggregation = ? AND k.class = ?`,
      )
      .pluck()
      .get(info.id, probe.id, aggregation === 'relative' ? 0 : 1, classIndex(probe, className)) as
      | number
      | null;
  }

  /** Each probe image's SAT at an epoch, derived from the stored attributions; null where the image was invalid. */
  sats(
    run: RunRef,
    epoch: number | 'last' = 'last',
  ): { image: string; label: number; sat: SatRow[] | null }[] {
    const row = this.observation(run, epoch === 'last' ? epoch : { epoch });
    if (!row) return [];
    const probe = this.probeSet(row.probe_set);
    return decodeAttributions(row.attributions, probe).map((rows, i) => {
      const [image, label] = probe.images[i];
      return { image, label, sat: rows && ranked(rows) };
    });
  }

  /** Every probe image at an observation; null where there is no such observation. */
  images(
    run: RunRef,
    at: At,
  ): { epoch: number; step: number | null; probeSet: string; images: ImageDetail[] } | null {
    const row = this.observation(run, at);
    if (!row) return null;
    const probe = this.probeSet(row.probe_set);
    const images = decodeAttributions(row.attributions, probe).map((rows, index): ImageDetail => {
      const [id, label] = probe.images[index];
      return { index, id, label, ...decodePrediction(row.predictions, index), sat: rows && byRank(rows) };
    });
    return { epoch: row.epoch, step: row.step, probeSet: row.probe_set, images };
  }

  /** Peaks of the maps kept at an observation, by image. */
  maps(run: RunRef, at: At): Map<number, number> {
    const row = this.observation(run, at);
    if (!row) return new Map();
    const kept = this.db.prepare('SELECT image, peak FROM maps WHERE observation = ?').raw().all(row.id);
    return new Map(kept as [number, number][]);
  }

  /** What an observation's kept maps take in the file, in bytes. */
  mapBytes(run: RunRef, at: At): number {
    const row = this.observation(run, at);
    if (!row) return 0;
    const sum = this.db.prepare('SELECT total(length(map)) FROM maps WHERE observation = ?').pluck();
    return sum.get(row.id) as number;
  }

  /** An image's attribution map at an observation, where `keepMaps` kept it. */
  map(run: RunRef, at: At, image: number): StoredMap | null {
    const row = this.observation(run, at);
    const kept =
      row &&
      (this.db
        .prepare('SELECT peak, map FROM maps WHERE observation = ? AND image = ?')
        .get(row.id, image) as any);
    return kept ? decodeMap(kept.peak, kept.map) : null;
  }

  /** A probe image as a JPEG of at most 256 pixels a side, and its masks; null where the store has none. */
  picture(probeSet: string, image: number): { jpeg: Buffer; segments: Segment[] } | null {
    const row = this.db
      .prepare('SELECT jpeg, masks FROM pictures WHERE probe_set = ? AND image = ?')
      .get(probeSet, image) as { jpeg: Buffer; masks: Buffer } | undefined;
    return row ? { jpeg: row.jpeg, segments: decodeMasks(row.masks, this.probeSet(probeSet), image) } : null;
  }

  countPictures(probeSet: string): number {
    return this.db
      .prepare('SELECT count(*) FROM pictures WHERE probe_set = ?')
      .pluck()
      .get(probeSet) as number;
  }

  /** The pictures behind an alert as they were when it was raised, the most telling first. */
  alertImages(alert: number): (ImageDetail & { probeSet: string; map: StoredMap | null })[] {
    const rows = this.db
      .prepare('SELECT * FROM alert_images WHERE alert = ? ORDER BY place')
      .all(alert) as any[];
    return rows.map((row) => {
      const probe = this.probeSet(row.probe_set);
      const [id, label] = probe.images[row.image];
      const attributions = decodeRows(row.attributions, probe, row.image);
      return {
        probeSet: row.probe_set,
        index: row.image,
        id,
        label,
        predicted: row.predicted,
        margin: row.margin,
        sat: attributions && byRank(attributions),
        map: row.map && decodeMap(row.peak, row.map),
      };
    });
  }

  private observation(run: RunRef, at: At): ObservationRecord | undefined {
    const info = this.run(run);
    const step = typeof at === 'object' ? at.step : undefined;
    const [where, order, ...values] =
      typeof at === 'object'
        ? step == null
          ? ['AND epoch = ?', 'DESC', at.epoch]
          : ['AND epoch = ? AND step = ?', 'DESC', at.epoch, step]
        : ['', at === 'first' ? 'ASC' : 'DESC'];
    return this.db
      .prepare(
        `SELECT id, probe_set, epoch, step, attributions, predictions FROM observations
         WHERE run = ? AND probe_set = ? ${where} ORDER BY epoch ${order}, step ${order} LIMIT 1`,
      )
      .get(info.id, info.probeSet, ...values) as ObservationRecord | undefined;
  }

  /** The run's observations in order of epoch, without their rows. */
  metrics(
    run: RunRef,
    { sinceSeq = -1, probeSet }: { sinceSeq?: number; probeSet?: string } = {},
  ): ObservationInfo[] {
    const info = this.run(run);
    const rows = this.db
      .prepare(
        `SELECT epoch, step, time, seconds, share, metrics, probe_accuracy, invalid_images, probe_set
         FROM observations WHERE run = ? AND probe_set = ? AND seq > ? ORDER BY epoch, step`,
      )
      .all(info.id, probeSet ?? info.probeSet, sinceSeq) as any[];
    return rows.map((row) => ({
      epoch: row.epoch,
      step: row.step,
      time: row.time,
      seconds: row.seconds,
      share: row.share,
      metrics: JSON.parse(row.metrics) as Metrics,
      probeAccuracy: row.probe_accuracy,
      invalidImages: row.invalid_images,
      probeSet: row.probe_set,
    }));
  }

  /** What the reliance test measured, of `segment` or of all, in order of epoch. */
  effects(
    run: RunRef,
    { sinceSeq = -1, probeSet, segment }: { sinceSeq?: number; probeSet?: string; segment?: string } = {},
  ): Effect[] {
    const info = this.run(run);
    const probe = this.probeSet(probeSet ?? info.probeSet);
    const only = segment === undefined ? [] : [segmentIndex(probe, segment)];
    const rows = this.db
      .prepare(
        `SELECT o.epoch, o.step, e.* FROM observations o JOIN effects e ON e.observation = o.id
         WHERE o.run = ? AND o.probe_set = ? AND o.seq > ? ${only.length ? 'AND e.segment = ?' : ''}
         ORDER BY o.epoch, o.step, e.segment, e.class`,
      )
      .all(info.id, probe.id, sinceSeq, ...only) as any[];
    return rows.map((row) => ({
      segment: probe.segmentNames[row.segment],
      className: probe.classNames[row.class],
      epoch: row.epoch,
      step: row.step,
      // SQLite has no NaN: null stands for it. A z is also null where it is infinite, with the effect's sign.
      effect: row.effect ?? Number.NaN,
      z: row.z ?? (row.effect === null ? Number.NaN : Math.sign(row.effect) * Number.POSITIVE_INFINITY),
      top: row.top,
      fill: row.fill,
      blur: row.blur,
      flipped: row.flipped,
      lost: row.lost,
      receivers: row.receivers,
      givers: row.givers,
    }));
  }

  /** What the segments that the reliance test measured cost, in order of epoch. */
  costs(run: RunRef, { sinceSeq = -1, probeSet }: { sinceSeq?: number; probeSet?: string } = {}): Cost[] {
    const info = this.run(run);
    const probe = this.probeSet(probeSet ?? info.probeSet);
    const rows = this.db
      .prepare(
        `SELECT o.epoch, o.step, c.* FROM observations o JOIN costs c ON c.observation = o.id
         WHERE o.run = ? AND o.probe_set = ? AND o.seq > ? ORDER BY o.epoch, o.step, c.segment, c.class, c.variant`,
      )
      .all(info.id, probe.id, sinceSeq) as any[];
    return rows.map((row) => ({
      segment: probe.segmentNames[row.segment],
      className: row.class < 0 ? null : probe.classNames[row.class],
      variant: row.variant,
      epoch: row.epoch,
      step: row.step,
      images: row.images,
      accuracy: row.accuracy,
      margin: row.margin,
    }));
  }

  /** In the order they were raised. */
  alerts(run: RunRef, { sinceSeq = -1 }: { sinceSeq?: number } = {}): Alert[] {
    const rows = this.db
      .prepare('SELECT * FROM alerts WHERE run = ? AND seq > ? ORDER BY id')
      .all(this.run(run).id, sinceSeq) as any[];
    return rows.map(toAlert);
  }

  /** Starts, resumes, changed probe sets and the monitor's own failures. */
  events(run: RunRef): RunEvent[] {
    return this.db
      .prepare('SELECT time, epoch, kind, message FROM run_events WHERE run = ? ORDER BY id')
      .all(this.run(run).id) as RunEvent[];
  }

  /** The number of the last change. */
  seq(): number {
    return this.db.prepare('SELECT value FROM changes').pluck().get() as number;
  }

  /** Everything written after `seq`. */
  changes(seq: number): Changes {
    return this.db.transaction(() => ({
      seq: this.seq(),
      runs: this.db.prepare('SELECT id FROM runs WHERE seq > ?').pluck().all(seq) as number[],
      observations: this.db
        .prepare('SELECT run, id FROM observations WHERE seq > ? ORDER BY seq')
        .all(seq) as any[],
      alerts: this.db.prepare('SELECT run, id FROM alerts WHERE seq > ? ORDER BY seq').all(seq) as any[],
    }))();
  }

  /** Changes when another connection has committed: a look that costs microseconds. */
  dataVersion(): number {
    return this.db.pragma('data_version', { simple: true }) as number;
  }

  get isOpen(): boolean {
    return this.db.open;
  }

  /** What was written is then in the file itself, as far as readers allow, and not in the log beside it. */
  close(): void {
    if (this.db.open && !this.readonly)
      try {
        // SQLite does so by itself only where no other connection is open, such as a page's.
        this.db.pragma('wal_checkpoint(PASSIVE)');
      } catch {
        // The log keeps what it holds.
      }
    this.db.close();
  }
}

/**
 * Opens a store file; without `readonly` it is made where it does not exist.
 * @throws SatwatchError UNKNOWN_OPTION, STORE_NOT_FOUND, STORE_NOT_SQLITE, STORE_NEWER, STORE_READONLY, STORE_FULL
 */
export function openStore(path: string, options: { readonly?: boolean } = {}): Store {
  refuseUnknownOptions('openStore', options, ['readonly']);
  return new Store(path, options);
}

interface ObservationRecord {
  id: number;
  probe_set: string;
  epoch: number;
  step: number | null;
  attributions: Buffer;
  predictions: Buffer | null;
}

function ranked(rows: AttributionRow[]): SatRow[] {
  const ranks = localRanks(rows.map((row) => row.attribution));
  return rows.map((row, i) => ({ ...row, rank: ranks[i] }));
}

const byRank = (rows: AttributionRow[]) => ranked(rows).sort((a, b) => a.rank - b.rank);

/** From a row of `alerts`. */
export function toAlert(row: any): Alert {
  return {
    id: row.id,
    rule: row.rule,
    level: row.level,
    segment: row.segment,
    className: row.class,
    epoch: row.epoch,
    from: row.from_value,
    to: row.to_value,
    message: row.message,
    evidence: JSON.parse(row.evidence),
    resolvedEpoch: row.resolved_epoch,
    delivery: JSON.parse(row.delivery),
  };
}

function toRunInfo(row: RunRecord): RunInfo {
  const silent = Date.now() - Date.parse(row.heartbeat_at) > staleAfter;
  return {
    id: row.id,
    name: row.name,
    state: row.state === 'running' && silent ? 'stale' : row.state,
    startedAt: row.started_at,
    heartbeatAt: row.heartbeat_at,
    endedAt: row.ended_at,
    probeSet: row.probe_set,
    backend: row.backend,
    config: JSON.parse(row.config),
    model: JSON.parse(row.model),
    versions: JSON.parse(row.versions),
    error: row.error,
    epoch: row.epoch,
    observations: row.observations,
    openAlerts: row.open_alerts,
  };
}

function classIndex(probe: StoredProbeSet, className: string | null): number {
  if (className === null) return -1;
  const index = probe.classNames.indexOf(className);
  if (index < 0)
    throw new SatwatchError(
      'UNKNOWN_CLASS',
      `no class '${className}'; ${suggest(className, probe.classNames)}`,
      className,
    );
  return index;
}

function segmentIndex(probe: StoredProbeSet, segment: string): number {
  const index = probe.segmentNames.indexOf(segment);
  if (index < 0)
    throw new SatwatchError(
      'UNKNOWN_SEGMENT',
      `no segment '${segment}'; ${suggest(segment, probe.segmentNames)}`,
      segment,
    );
  return index;
}
