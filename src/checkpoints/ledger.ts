import { relative, sep } from 'node:path';
import { SatwatchError } from '../errors.js';
import type { RunEvent, RunInfo, Store } from '../store/index.js';
import { type Place, placeOf } from './place.js';

interface Entry extends Place {
  path: string;
  hash: string;
}

/** What a run has measured on its probe set, as its events in the store say. */
export class Ledger {
  private readonly byHash = new Map<string, Entry>();
  private readonly byPlace = new Map<string, Entry>();
  private lastEpoch = 0;
  /** Some names say an epoch. */
  numbered = false;

  constructor(folder: string, events: readonly RunEvent[]) {
    const since = events.findLastIndex(({ kind }) => kind === 'probe-set');
    for (const { kind, message, epoch } of events.slice(since + 1)) {
      const [, path, hash] = (kind === 'checkpoint' && pattern.exec(message)) || [];
      if (!hash) continue;
      const place = placeOf(relative(folder, path).split(sep).join('/'));
      this.enter({ path, hash, ...place }, epoch!);
    }
  }

  /** @param entry with the place that its name says */
  enter(entry: Entry, epoch: number): void {
    this.byHash.set(entry.hash, entry);
    this.byPlace.set(key(entry), entry);
    this.lastEpoch = Math.max(this.lastEpoch, epoch);
    this.numbered ||= entry.epoch !== null || entry.step !== null;
  }

  /** The path from which this very content was measured. */
  pathOf(hash: string): string | undefined {
    return this.byHash.get(hash)?.path;
  }

  /** The path from which this place in the training was measured, if another than `path`. */
  other(place: Place, path: string): string | undefined {
    const entry = this.byPlace.get(key(place));
    return entry && entry.path !== path ? entry.path : undefined;
  }

  /** For a checkpoint whose name says none. */
  nextEpoch(): number {
    return this.lastEpoch + 1;
  }
}

const key = ({ epoch, step }: Place) => (epoch === null ? `step ${step}` : `epoch ${epoch}`);

/** The event of a measured checkpoint. */
export const describe = (path: string, hash: string) => `${path} (sha256 ${hash})`;
const pattern = /^(.*) \(sha256 ([0-9a-f]{64})\)$/s;

/**
 * The run to write: `given`, or one of the folder's name; a run that an earlier watching of the folder left behind is
 * gone on with.
 *
 * @throws SatwatchError RUN_EXISTS where a run of that name is not of this folder
 */
export function runFor(
  store: Store,
  folder: string,
  given?: string,
): { name: string; before: RunInfo | null } {
  const name = given ?? folder.split(sep).at(-1)!;
  if (!store.hasRun(name)) return { name, before: null };
  const before = store.run(name);
  const paths = store
    .events(name)
    .flatMap(({ kind, message }) => (kind === 'checkpoint' ? (pattern.exec(message)?.[1] ?? []) : []));
  const refuse = (what: string) =>
    new SatwatchError(
      'RUN_EXISTS',
      `run '${name}' in ${store.path} ${what}; give another name: --run NAME`,
      name,
    );
  if (paths.length === 0 && before.observations > 0)
    throw refuse('was written by a training, not by satwatch watch');
  // The folder itself is the checkpoint where it is overwritten again and again.
  const isHere = (path: string) => path === folder || path.startsWith(folder + sep);
  if (given === undefined && paths.length > 0 && !paths.some(isHere)) throw refuse('is of another folder');
  return { name, before };
}
