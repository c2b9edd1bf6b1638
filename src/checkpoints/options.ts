import type { Alert, Metrics } from '../types.js';
import type { Patience } from './queue.js';

export interface WatchOptions {
  /** Where checkpoints are written. */
  folder: string;
  probe: string;
  store: string;
  /** The run's name; default: the folder's. One that was watched before is gone on with. */
  run?: string;
  inputRange: [low: number, high: number];
  method?: string;
  /** Names of finished runs in the store to compare with. */
  reference?: string[];
  /** Measure what is there and end. */
  once?: boolean;
  /** A command to run on every alert. */
  exec?: string;
  /** A log of the training's metrics; default: the only one in the folder. */
  metrics?: string;
  /** Converts SavedModels. */
  converter?: string;
  /** Ends the watching, after the checkpoint in work. */
  signal?: AbortSignal;
  patience?: Patience;
  on?(event: WatchEvent): void;
}

export type WatchEvent =
  | { kind: 'started'; run: string; resumed: boolean; folder: string; store: string; log: string | null }
  /** The first model fits: what it is measured with. */
  | { kind: 'ready'; method: string; pictures: number; segments: number; roles: boolean }
  | { kind: 'progress'; name: string; done: number; total: number }
  | ({ kind: 'measured' } & Measured)
  /** Its very content was measured before, from `path`. */
  | { kind: 'known'; name: string; path: string }
  | { kind: 'skipped'; name: string; reason: string }
  | { kind: 'failed'; name: string; error: string }
  /** Not whole, and nobody seems to write it any more. */
  | { kind: 'incomplete'; name: string; lacks: string };

export interface Measured {
  name: string;
  epoch: number;
  step: number | null;
  hash: string;
  probeAccuracy: number | null;
  metrics: Metrics;
  alerts: Alert[];
  seconds: number;
}

/** How many checkpoints were measured now, and how many of those there had been measured before. */
export interface WatchResult {
  run: string;
  measured: number;
  known: number;
}
