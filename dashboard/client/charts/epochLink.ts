import type { CursorGroup } from './cursor.js';

interface Linked {
  group: CursorGroup;
  epochs(): readonly number[];
}

/** One cursor over the charts of several runs, whose observations need not be of the same epochs. */
export class EpochLink {
  private readonly runs = new Set<Linked>();
  private readonly listeners = new Set<(epoch: number | null) => void>();
  private moving = false;
  epoch: number | null = null;

  /** @param epochs those of the run's observations, as they are at any time */
  join(group: CursorGroup, epochs: () => readonly number[]): () => void {
    const run = { group, epochs };
    this.runs.add(run);
    const leave = group.listen((index) => {
      // Moved by the link itself, which knows the epoch already.
      if (!this.moving) this.show(index === null ? null : (epochs()[index] ?? null));
    });
    return () => {
      leave();
      this.runs.delete(run);
    };
  }

  listen(listener: (epoch: number | null) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Every run points at its observation nearest to the epoch; one that was not measured as late, at none. */
  show(epoch: number | null): void {
    this.moving = true;
    for (const { group, epochs } of this.runs) group.show(epoch === null ? null : indexAt(epochs(), epoch));
    this.moving = false;
    if (epoch === this.epoch) return;
    this.epoch = epoch;
    for (const listener of this.listeners) listener(epoch);
  }

  /** All epochs at which some run was measured, ascending. */
  epochs(): number[] {
    const all = new Set([...this.runs].flatMap(({ epochs }) => epochs()));
    return [...all].sort((a, b) => a - b);
  }
}

/** The place of the epoch nearest to `epoch`; null before the first and after the last. */
export function indexAt(epochs: readonly number[], epoch: number): number | null {
  if (epochs.length === 0 || epoch < epochs[0] || epoch > epochs[epochs.length - 1]) return null;
  let best = 0;
  for (let i = 1; i < epochs.length; i++)
    if (Math.abs(epochs[i] - epoch) < Math.abs(epochs[best] - epoch)) best = i;
  return best;
}
