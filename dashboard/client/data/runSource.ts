import type {
  Alert,
  AlertsPage,
  Cost,
  CostsPage,
  Effect,
  EffectsPage,
  MetricsPage,
  ObservationInfo,
  RunDetail,
  TrajectoryColumns,
} from '../../wire.js';
import { get } from './api.js';
import { keyOf, type ObservationRows, type RunView, type Snapshot, toRows, toSnapshot } from './snapshot.js';

/** Keeps one run's data; a pull asks only for what was written since the pull before. */
export class RunSource {
  private seq: number | undefined;
  private detail: RunDetail | undefined;
  private observations = new Map<string, ObservationInfo>();
  private rows = new Map<string, ObservationRows>();
  private effects = new Map<string, Effect[]>();
  private costs = new Map<string, Cost[]>();
  private alerts = new Map<number, Alert>();
  private rowsSeq: number | undefined;
  private shown: Snapshot | undefined;
  private queue: Promise<void> = Promise.resolve();
  private waiting = false;
  private closed = false;

  constructor(
    private readonly run: number,
    private view: RunView,
    private readonly show: (snapshot: Snapshot) => void,
    private readonly fail: (error: Error) => void,
  ) {}

  /** Another class or aggregation: only the trajectories are asked anew. */
  look(view: RunView): void {
    if (view.aggregation === this.view.aggregation && view.className === this.view.className) return;
    this.view = view;
    this.rowsSeq = undefined;
    this.pull();
  }

  /** Pulls follow one another; what arrives during one is fetched by a single next. */
  pull(): void {
    if (this.waiting) return;
    this.waiting = true;
    this.queue = this.queue
      .then(() => {
        this.waiting = false;
        return this.closed ? undefined : this.fetch();
      })
      .catch((error: Error) => {
        if (!this.closed) this.fail(error);
      });
  }

  reset(): void {
    this.seq = undefined;
    this.rowsSeq = undefined;
    this.pull();
  }

  close(): void {
    this.closed = true;
  }

  private async fetch(): Promise<void> {
    const { view } = this;
    const path = `runs/${this.run}`;
    const since = this.seq;
    const [detail, columns, metrics, alerts, effects, costs] = await Promise.all([
      get<RunDetail>(path),
      get<TrajectoryColumns>(`${path}/trajectories`, {
        aggregation: view.aggregation,
        class: view.className,
        since: this.rowsSeq,
      }),
      get<MetricsPage>(`${path}/metrics`, { since }),
      get<AlertsPage>(`${path}/alerts`, { since }),
      get<EffectsPage>(`${path}/effects`, { since }),
      get<CostsPage>(`${path}/costs`, { since }),
    ]);
    if (this.closed) return;
    const another =
      this.detail &&
      (this.detail.probe.id !== detail.probe.id || this.detail.run.startedAt !== detail.run.startedAt);
    if (another && since !== undefined) {
      // Another probe set, or another run in the place of a deleted one, is another series: nothing of the old one goes on.
      this.detail = undefined;
      this.reset();
      return;
    }
    if (since === undefined)
      for (const known of [this.observations, this.effects, this.costs, this.alerts] as Map<
        unknown,
        unknown
      >[])
        known.clear();
    this.detail = detail;
    for (const observation of metrics.observations) {
      this.observations.set(keyOf(observation), observation);
      this.effects.delete(keyOf(observation));
      this.costs.delete(keyOf(observation));
    }
    // A run that was resumed from an earlier checkpoint has let go of what came after it.
    if (since !== undefined && this.observations.size > detail.run.observations) {
      this.reset();
      return;
    }
    for (const effect of effects.effects) {
      const key = keyOf(effect);
      const list = this.effects.get(key) ?? [];
      const at = list.findIndex((e) => e.segment === effect.segment && e.className === effect.className);
      if (at >= 0) list[at] = effect;
      else list.push(effect);
      this.effects.set(key, list);
    }
    for (const cost of costs.costs) {
      const key = keyOf(cost);
      this.costs.set(key, [...(this.costs.get(key) ?? []), cost]);
    }
    for (const alert of alerts.alerts) this.alerts.set(alert.id, alert);
    // The view may have changed while this was under way; then its own pull is next, and these rows are not its.
    this.seq = Math.min(detail.seq, metrics.seq, alerts.seq, effects.seq, costs.seq);
    if (view !== this.view) return;
    const moved =
      this.rowsSeq === undefined ||
      since === undefined ||
      [columns.epochs, metrics.observations, effects.effects, costs.costs].some((list) => list.length > 0);
    if (this.rowsSeq === undefined) this.rows = new Map();
    for (const [key, row] of toRows(columns)) this.rows.set(key, row);
    this.rowsSeq = columns.seq;
    const next = toSnapshot(
      view,
      detail,
      this.observations,
      this.rows,
      this.effects,
      this.costs,
      this.alerts,
    );
    // Where no observation came, the columns stay the same arrays: charts redraw what is another array.
    this.shown = moved || !this.shown ? next : { ...this.shown, detail, alerts: next.alerts };
    this.show(this.shown);
  }
}
