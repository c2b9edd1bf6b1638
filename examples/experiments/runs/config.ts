import { known } from './known.js';
import type { NetName } from './nets.js';

/** Raised when drawings, nets or measurements change: what was cached before is then computed anew. */
export const codeVersion = 3;

/** All that decides a run; the same configuration gives the same numbers on the same backend. */
export interface RunConfig {
  task: string;
  /** The shortcut in training and probe pictures; null: none anywhere. */
  kind: string | null;
  /** Share of the first class's training pictures that carry it; at 0 it stands in the probe pictures alone. */
  dose: number;
  net: NetName;
  seed: number;
  epochs: number;
  /**
   * Probe pictures that carry it: half of every class, as a user has it who suspects something and does not know what it
   * does; or as in training, the dose of the first class, for the looks of a region that nobody has named.
   */
  carriers: 'half of every class' | 'as in training';
  /** Pixels along each side. */
  side: number;
  /** Training and probe pictures, classes in equal parts. */
  train: number;
  probe: number;
  /** Test pictures of other classes than the first that the shortcut is stamped on, to measure what it costs. */
  stamped: number;
  /** Forward passes an observation for the reliance test; null: satwatch's own default. */
  budget: number | null;
  /** false: the answers behind the reliance test are not kept for other rules and budgets, which saves time. */
  record?: false;
}

const usual = { epochs: 8, side: 48, train: 1280, probe: 128, stamped: 300, budget: null };
/** Learns nothing: shows that all parts work. */
const quickly = { epochs: 1, side: 24, train: 64, probe: 64, stamped: 24, budget: null };

export type Choice = Pick<RunConfig, 'task' | 'kind' | 'dose' | 'net' | 'seed'> & Partial<RunConfig>;

export function configure(choice: Choice, quick = false): RunConfig {
  const unnamed = choice.kind !== null && known.shortcuts[choice.kind].role === null;
  const carriers = unnamed ? 'as in training' : 'half of every class';
  return { carriers, ...(quick ? quickly : usual), ...choice };
}

/** For progress lines and errors. */
export function describe({ task, kind, dose, net, seed }: RunConfig): string {
  return `${task}, ${kind ?? 'no shortcut'} ${Math.round(100 * dose)} %, ${net} net, seed ${seed}`;
}
