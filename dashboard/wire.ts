/** What the server's JSON carries; shared as types by server and page. NaN and infinities travel as null. */
import type { RunEvent, RunInfo } from '../src/store/index.js';
import type { Alert, Cost, Effect, ImageDetail, ObservationInfo, Role, SatRow } from '../src/types.js';

export type { Alert, Cost, Effect, ImageDetail, ObservationInfo, RunInfo, SatRow };

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
  /** Names of the runs that this one is compared with. */
  references: string[];
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

/**
 * `runs/:run/references?segment=&aggregation=&class=`: a segment's mean rank in the runs that a run is compared with, and
 * its effects towards every class, each at the epochs at which it was measured.
 */
export interface ReferencesPage extends Page {
  /** The worst mean rank of any segment in any of these runs; null without any. */
  worst: number | null;
  references: {
    name: string;
    epochs: number[];
    meanRank: (number | null)[];
    effects: { className: string; epoch: number; effect: number | null }[];
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

/** `runs/:run/costs?since=` */
export interface CostsPage extends Page {
  probeSet: string;
  costs: Cost[];
}

/**
 * `runs/:run/critical-difference?class=`: which segments can be told apart by rank at the newest observation. The report
 * is the document `runs/:run/report.html`.
 */
export interface ComparisonPage extends Page {
  /** null where nothing was observed yet. */
  epoch: number | null;
  /** The diagram; null where there is nothing to compare. */
  svg: string | null;
  /** How to read it, and what it leaves out. */
  notes: string[];
}

/** A picture of the drill-down; attributions are rounded to six digits. */
export interface PictureItem extends ImageDetail {
  /** The segment's rank and attribution minus those at the run's first observation; null where either is missing. */
  rankChange: number | null;
  attributionChange: number | null;
  /** Whether a map is kept: its bytes are at `runs/:run/observations/:epoch/maps/:index`. */
  map: boolean;
}

export const pictureSorts = ['rank', 'attribution', 'rank-change', 'attribution-change', 'margin'] as const;

/** Best rank, largest attribution, most gained since the first observation, or most mistaken first; the missing last. */
export type PictureSort = (typeof pictureSorts)[number];

/**
 * `runs/:run/observations/:epoch/pictures?segment=&class=&sort=&offset=&limit=` (`:epoch` a number, with `?step=` where
 * an epoch has several): the images that show the segment, of the class. Without `segment` all, sorted by margin only.
 * `sortEpoch` (and `sortStep`) sorts by another observation's values, so that the order stays from epoch to epoch.
 */
export interface PicturesPage {
  probeSet: string;
  epoch: number;
  step: number | null;
  total: number;
  /** False where the store holds no pictures of the probe set: a satwatch that did not keep them wrote it. */
  stored: boolean;
  /** The largest peak of this observation's kept maps, for one common colour scale; null where none is kept. */
  peak: number | null;
  items: PictureItem[];
}

/** `runs/:run/alerts/:id/pictures`: those kept when it was raised; maps at `runs/:run/alerts/:id/maps/:place`. */
export interface AlertPicturesPage {
  probeSet: string;
  epoch: number;
  stored: boolean;
  peak: number | null;
  items: (ImageDetail & { map: boolean; place: number })[];
}

/**
 * `probe-sets/:id/images/:index/masks`: runs `[start, length, …]` of every segment. The picture itself is
 * `probe-sets/:id/images/:index/picture` (JPEG). Both are immutable and have an ETag. Maps are
 * `application/octet-stream`: float32 peak (little endian), then height · width int8 values, row-major.
 */
export interface MasksPage {
  width: number;
  height: number;
  masks: { segment: string; runs: number[] }[];
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
