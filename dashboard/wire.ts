/** What the server's JSON carries; shared as types by server and page. NaN and infinities travel as null. */
import type { RunEvent, RunInfo } from '../src/store/index.js';
import type { Alert, Effect, ObservationInfo, Role } from '../src/types.js';

export type { Alert, Effect, ObservationInfo, RunInfo };

export interface About {
  name: 'satwatch';
  version: string;
  /** Path of the store file. */
  store: string;
  pid: number;
}

/** `seq` is the store's change counter as read before the rows: where `since` goes on from. */
interface Page {
  seq: number;
}

export interface RunsPage extends Page {
  total: number;
  /** Newest first. */
  runs: RunInfo[];
}

export interface ProbeSummary {
  id: string;
  width: number;
  height: number;
  classes: { name: string; images: number }[];
  segments: { name: string; role: Role | null; images: number }[];
}

/** A rank that the user set as a limit, drawn as a line; without `segment` and `role` it holds for any segment. */
export interface Threshold {
  rank: number;
  segment: string | null;
  role: Role | null;
  /** Of one class, of each class on its own, or else over all images. */
  className: string | null;
  perClass: boolean;
}

export interface RunDetail extends Page {
  run: RunInfo;
  probe: ProbeSummary;
  thresholds: Threshold[];
  events: RunEvent[];
}

/** Columns over the observations; every array of a segment has an entry an epoch. Rounded to what can be shown. */
export interface TrajectoryColumns extends Page {
  probeSet: string;
  epochs: number[];
  steps: (number | null)[];
  segments: {
    segment: string;
    n: number[];
    meanRank: (number | null)[];
    meanAttribution: (number | null)[];
    chanceRank: (number | null)[];
  }[];
}

export interface MetricsPage extends Page {
  probeSet: string;
  observations: ObservationInfo[];
}

export interface AlertsPage extends Page {
  alerts: Alert[];
}

export interface EffectsPage extends Page {
  probeSet: string;
  effects: Effect[];
}

/** Event `changes` (its id is `seq`): the runs touched since the event before. `now`: the server's clock, ms. */
export interface ChangesEvent extends Page {
  now: number;
  runs: number[];
  observations: { run: number; id: number }[];
  alerts: { run: number; id: number }[];
}

/** Event `heartbeat`: signs of life, which are no changes. */
export interface HeartbeatEvent {
  now: number;
  runs: Pick<RunInfo, 'id' | 'state' | 'heartbeatAt'>[];
}

export interface ErrorBody {
  error: { code: string; message: string };
}
