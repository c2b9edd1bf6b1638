import type { Candidate } from './find.js';
import { isGone } from './find.js';
import { byPlace } from './place.js';

/** In ms. */
export interface Patience {
  /** Without a change for this long, a checkpoint is taken for written. */
  quiet: number;
  /** Without a change for this long, one that is not whole or cannot be read is told of. */
  rest: number;
}

export const patience: Patience = { quiet: 1000, rest: 10_000 };

interface Seen {
  state: string;
  /** When this state was first seen. */
  since: number;
  /** Measured, known, or told of: nothing more until it changes. */
  done: boolean;
  told: boolean;
  /** Its reading failed at this age: not again before it has rested. */
  failed: boolean;
  /** How often a file of it was not there to be read. */
  gone: number;
}

/** Why a checkpoint is broken that is listed, and never there. */
export const unopened =
  'one of its files is listed, and is not there when it is opened (a link to nothing?); save it again, or remove it';

export type Next =
  | { ready: Candidate; files: string[] }
  | { broken: Candidate; error: unknown }
  /** Whole or not, nothing happens for so long. */
  | { wait: number }
  | { lacking: Candidate; lacks: string }
  | { idle: true };

/** Which checkpoint comes next, and whether it is whole. Those after it wait for it while it is being written. */
export class Queue {
  private readonly seen = new Map<string, Seen>();

  constructor(
    private readonly patience: Patience,
    /** Where nobody waits for more, what is not whole after its rest is done with. */
    private readonly once: boolean,
  ) {}

  async next(candidates: readonly Candidate[], now = Date.now()): Promise<Next> {
    this.update(candidates, now);
    const pending = candidates.filter(({ path }) => !this.seen.get(path)!.done).sort(byPlace);
    for (const candidate of pending) {
      const seen = this.seen.get(candidate.path)!;
      const age = Math.max(now - seen.since, now - candidate.time);
      if (seen.told) continue;
      if (age < this.patience.quiet) return { wait: this.patience.quiet - age };
      if (seen.failed && age < this.patience.rest) return { wait: this.patience.rest - age };
      try {
        const parts = await candidate.format.parts(candidate.path);
        if ('files' in parts) return { ready: candidate, files: parts.files };
        if (age < this.patience.rest) return { wait: this.patience.rest - age };
        seen.told = true;
        seen.done = this.once;
        return { lacking: candidate, lacks: parts.lacks };
      } catch (error) {
        if (!isGone(error)) return { broken: candidate, error };
        if (this.gone(candidate)) return { broken: candidate, error: new Error(unopened) };
        // Deleted: the next look into the folder does not find it, or finds it rewritten.
        return { wait: this.patience.quiet };
      }
    }
    return { idle: true };
  }

  done({ path }: Candidate): void {
    this.seen.get(path)!.done = true;
  }

  /** A file of it was not there: true where that was so before, and nothing has changed since. */
  gone({ path }: Candidate): boolean {
    return ++this.seen.get(path)!.gone > 1;
  }

  /** It could not be read: true where it has rested and that must be told, false where it may still be being written. */
  failed({ path, time }: Candidate, now = Date.now()): boolean {
    const seen = this.seen.get(path)!;
    seen.failed = true;
    seen.done = Math.max(now - seen.since, now - time) >= this.patience.rest;
    return seen.done;
  }

  get count(): number {
    return [...this.seen.values()].filter(({ done }) => done).length;
  }

  private update(candidates: readonly Candidate[], now: number): void {
    const paths = new Set(candidates.map(({ path }) => path));
    for (const path of this.seen.keys()) if (!paths.has(path)) this.seen.delete(path);
    for (const { path, state } of candidates)
      if (this.seen.get(path)?.state !== state)
        this.seen.set(path, { state, since: now, done: false, told: false, failed: false, gone: 0 });
  }
}
