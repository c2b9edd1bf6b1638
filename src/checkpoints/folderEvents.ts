import { type FSWatcher, watch } from 'chokidar';

/** Changes within so many ms are one. */
const together = 100;

/** Says when something changes in a folder. */
export class FolderEvents {
  private readonly watcher: FSWatcher | undefined;
  private changed = false;
  private wake: (() => void) | undefined;

  /** @param still nobody writes there: only time passes */
  constructor(folder: string, { still }: { still: boolean }) {
    if (still) return;
    this.watcher = watch(folder, { ignoreInitial: true, depth: 5 });
    // Without news (too many watched files, a drive that tells nothing) the regular look finds what is new.
    this.watcher
      .on('all', () => this.news())
      // What was written while it began to watch is no event.
      .on('ready', () => this.news())
      .on('error', () => {});
  }

  /** Resolves at the next change, after `ms`, or when the signal aborts. */
  async next(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.changed && !signal.aborted)
      await new Promise<void>((resolve) => {
        const over = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', over);
          this.wake = undefined;
          resolve();
        };
        const timer = setTimeout(over, ms);
        signal.addEventListener('abort', over);
        this.wake = over;
      });
    // A file that is being written tells of every piece.
    if (this.changed) await new Promise((resolve) => setTimeout(resolve, together));
    this.changed = false;
  }

  async close(): Promise<void> {
    // Never in the same turn as one of its events: chokidar would leave a watcher open.
    await new Promise(setImmediate);
    await this.watcher?.close();
  }

  private news(): void {
    this.changed = true;
    this.wake?.();
  }
}
