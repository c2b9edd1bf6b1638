import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Tf } from '../backend/types.js';
import { SatwatchError } from '../errors.js';
import { openStore } from '../store/index.js';
import { ExecChannel } from './exec.js';
import { type Candidate, findCheckpoints, isGone, stateOf } from './find.js';
import { FolderEvents } from './folderEvents.js';
import { disposeModel } from './keras/weights.js';
import { runFor } from './ledger.js';
import { Measurer } from './measurer.js';
import { findMetricsLog } from './metricsLog.js';
import type { WatchOptions, WatchResult } from './options.js';
import { patience, Queue, unopened } from './queue.js';
import { readSnapshot } from './snapshot.js';

/** Without news from the folder, it is looked into this often all the same: network drives tell nothing. In ms. */
const lookEvery = 10_000;
const heartbeatEvery = 20_000;

/**
 * Measures every checkpoint in a folder once, in the order of training, one model at a time, as `Monitor` does in a
 * training. Ends where `once` is set or the signal aborts.
 *
 * @throws SatwatchError for options that cannot work; what is wrong with one checkpoint is told, and the next follows
 */
export async function watchCheckpoints(tf: Tf, options: WatchOptions): Promise<WatchResult> {
  const folder = resolve(options.folder);
  await checkPaths(options);
  const log = await findMetricsLog(folder, options.metrics);
  const store = openStore(options.store);
  try {
    const { name, before } = runFor(store, folder, options.run);
    // The rest of what a reference must be is known with the first model.
    for (const run of options.reference ?? []) store.run(run);
    const exec = options.exec === undefined ? undefined : new ExecChannel(options.exec, store.path);
    const watched = { folder, store, run: name, before, exec, log };
    const measurer = await Measurer.create(tf, options, watched);
    options.on?.({
      kind: 'started',
      run: name,
      resumed: before !== null,
      folder,
      store: store.path,
      log: log?.path ?? null,
    });
    const watcher = new Watcher(tf, options, folder, measurer);
    await watcher.run(exec);
    return { run: name, measured: watcher.measured, known: watcher.known };
  } finally {
    store.close();
  }
}

async function checkPaths({ folder, probe }: WatchOptions): Promise<void> {
  await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    throw new SatwatchError(
      'CHECKPOINTS_NOT_FOUND',
      `${isGone(cause) ? 'no such folder' : `cannot be read (${cause.code})`}: ${folder}; give the folder that the training writes its checkpoints to, and make it where the training has not yet`,
      folder,
      { cause },
    );
  });
  if (!existsSync(probe))
    throw new SatwatchError('PROBE_NOT_FOUND', `--probe: no such folder or file: ${probe}`, probe);
}

/** Goes from one checkpoint to the next as they come. */
class Watcher {
  measured = 0;
  /** Of those there, how many had been measured before. */
  known = 0;
  private readonly queue: Queue;
  private readonly end = new AbortController();

  constructor(
    private readonly tf: Tf,
    private readonly options: WatchOptions,
    private readonly folder: string,
    private readonly measurer: Measurer,
  ) {
    this.queue = new Queue(options.patience ?? patience, options.once ?? false);
  }

  async run(exec: ExecChannel | undefined): Promise<void> {
    const { folder, measurer, end } = this;
    const { once = false, signal } = this.options;
    const news = new FolderEvents(folder, { still: once });
    const kill = () => exec?.end();
    const abort = () => {
      end.abort();
      kill();
    };
    signal?.addEventListener('abort', abort, { once: true });
    process.once('exit', kill);
    const heart = setInterval(() => measurer.heartbeat(), heartbeatEvery);
    try {
      while (!signal?.aborted) {
        const wait = await this.step();
        if (wait === null) break;
        if (wait > 0) await news.next(wait, end.signal);
      }
    } finally {
      clearInterval(heart);
      signal?.removeEventListener('abort', abort);
      await news.close();
      await exec?.settled();
      await measurer.close();
      process.removeListener('exit', kill);
    }
  }

  /** Takes the next checkpoint, if one is ready. How long to wait for the one after, in ms; null at the end. */
  private async step(): Promise<number | null> {
    const { options, queue, measurer } = this;
    const candidates = await findCheckpoints(this.folder);
    const next = await queue.next(candidates);
    if ('wait' in next) return next.wait;
    if ('idle' in next) {
      measurer.nothingLeft();
      return options.once ? null : lookEvery;
    }
    if ('lacking' in next) {
      options.on?.({ kind: 'incomplete', name: next.lacking.name, lacks: next.lacks });
      return 0;
    }
    if ('broken' in next) {
      this.fail(next.broken, next.error);
      return 0;
    }
    const { ready, files } = next;
    const { name } = ready;
    const reason = this.whyNot(ready, candidates);
    if (reason) {
      queue.done(ready);
      options.on?.({ kind: 'skipped', name, reason });
      return 0;
    }
    const total = candidates.length;
    options.on?.({ kind: 'progress', name, done: queue.count, total });
    try {
      await this.take(ready, files);
    } catch (error) {
      if (this.end.signal.aborted) return 0;
      if (!concernsModel(error)) throw error;
      this.fail(ready, error);
    }
    return 0;
  }

  /** Why a checkpoint is left alone, if it is. */
  private whyNot(candidate: Candidate, candidates: readonly Candidate[]): string | undefined {
    const { ledger } = this.measurer;
    if (!isNumbered(candidate)) {
      const others = ledger.numbered || candidates.some(isNumbered);
      return others ? 'its name says no epoch, while others do' : undefined;
    }
    const path = ledger.other(candidate, candidate.path);
    const rival = candidates.find((other) => other.path === path);
    return rival && `the same epoch is measured from ${rival.name} already`;
  }

  private async take(candidate: Candidate, files: string[]): Promise<void> {
    const { tf, options, queue, measurer } = this;
    const { name, path, format, state } = candidate;
    const snapshot = await readSnapshot(path, files);
    if (!snapshot) {
      if (queue.gone(candidate)) throw new Error(unopened);
      options.on?.({ kind: 'skipped', name, reason: 'deleted before it was read' });
      return;
    }
    // Rewritten while it was read: its new state is looked at when it is quiet.
    if ((await stateOf(path))?.state !== state) return;
    const { contents, hash } = snapshot;
    const from = measurer.ledger.pathOf(hash);
    if (from !== undefined) {
      this.known++;
      queue.done(candidate);
      options.on?.({ kind: 'known', name, path: from });
      return;
    }
    const { converter = 'tensorflowjs_converter' } = options;
    const model = await format.load(contents, { tf, converter, signal: this.end.signal });
    try {
      const measured = await measurer.measure(candidate, model, hash);
      this.measured++;
      queue.done(candidate);
      options.on?.({ kind: 'measured', ...measured });
    } finally {
      disposeModel(model);
    }
  }

  private fail(candidate: Candidate, error: unknown): void {
    // Half-written files cannot be read either: only one that nobody writes to is told of.
    if (!isModelError(error) && !this.queue.failed(candidate)) return;
    this.queue.done(candidate);
    const words = error instanceof Error ? error.message : String(error);
    this.options.on?.({ kind: 'failed', name: candidate.name, error: words.split('\n')[0] });
  }
}

function isNumbered({ epoch, step }: Candidate): boolean {
  return epoch !== null || step !== null;
}

/** Of a model that could be read, and does not fit. */
function isModelError(error: unknown): boolean {
  return (
    error instanceof SatwatchError && ['MODEL_INPUT', 'MODEL_OUTPUT', 'NO_GRADIENT'].includes(error.code)
  );
}

/** What is wrong with one file; all else would go wrong with every other too. */
function concernsModel(error: unknown): boolean {
  return !(error instanceof SatwatchError) || isModelError(error) || error.code === 'CHECKPOINT_UNREADABLE';
}
