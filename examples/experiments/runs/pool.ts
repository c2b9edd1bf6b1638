import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { codeVersion, describe, type RunConfig } from './config.js';
import type { RunResult } from './run.js';
import type { Job } from './worker.js';

export interface PoolOptions {
  /** Folder of the results, one file each. */
  cache: string;
  /** Processes, of one thread each. */
  workers: number;
  /** Takes the progress line. */
  say?: (line: string) => void;
}

interface Answer {
  /** Once, when the backend is loaded: which, and why. */
  ready?: string;
  done?: boolean;
  error?: string;
}

const workerFile = new URL('./worker.js', import.meta.url);
const oneThread = { OMP_NUM_THREADS: '1', TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1' };
/** A run whose process died is tried so often in all. */
const attempts = 2;

/** The file of a run, named by all that decides it. */
function cacheFile(cache: string, config: RunConfig): string {
  const plain = JSON.stringify({ codeVersion, ...config }, ['codeVersion', ...Object.keys(config).sort()]);
  return join(cache, `${config.task}-${config.kind ?? 'none'}-${config.net}-${hashOf(plain)}.json`);
}

/** For the name of a file in the cache. */
export const hashOf = (plain: string) => createHash('sha256').update(plain).digest('hex').slice(0, 16);

/** The results of all configurations, in their order. */
export async function runAll(configs: readonly RunConfig[], options: PoolOptions): Promise<RunResult[]> {
  const jobs = configs.map((config) => ({
    kind: 'run' as const,
    config,
    file: cacheFile(options.cache, config),
    name: describe(config),
  }));
  await computeAll(jobs, options);
  return jobs.map(({ file }) => JSON.parse(readFileSync(file, 'utf8')));
}

/** What the runs took when they were computed. */
export function processorHours(results: readonly RunResult[]): number {
  const seconds = results.flatMap((result) => Object.values(result.seconds));
  return seconds.reduce((sum, one) => sum + one, 0) / 3600;
}

/**
 * Does every job whose file does not exist, so that what was ended goes on where it was. A worker that dies loses its job
 * only, which another one takes. `name` is for progress lines and errors.
 * @throws Error naming the jobs that failed, after all others are done
 */
export async function computeAll(
  jobs: readonly (Job & { name: string })[],
  options: PoolOptions,
): Promise<void> {
  const { cache, workers, say = () => {} } = options;
  mkdirSync(cache, { recursive: true });
  const waiting = new Map(jobs.map(({ name, ...job }) => [job.file, { job, name, tries: 0 }]));
  const wanted = waiting.size;
  for (const file of [...waiting.keys()]) if (existsSync(file)) waiting.delete(file);
  const queue = [...waiting.values()];
  const total = queue.length;
  say(`${wanted} runs, ${total} of them to be computed`);

  const failures: string[] = [];
  const begun = Date.now();
  let done = 0;

  /** One process until the queue is empty, or until it dies. */
  const serve = () =>
    new Promise<void>((ended, failed) => {
      // What a killed process leaves behind, the store of its run, lies with the cache.
      const env = { ...process.env, ...oneThread, TMPDIR: resolve(cache) };
      const worker: ChildProcess = fork(workerFile, { env });
      let current: (typeof queue)[number] | undefined;
      let started = false;
      const next = () => {
        current = queue.shift();
        if (current) worker.send(current.job);
        else worker.disconnect();
      };
      worker.on('message', ({ ready, done: saved, error }: Answer) => {
        if (ready) say(`process ${worker.pid}: ${ready}`);
        started = true;
        if (current && saved) {
          done++;
          const left = ((Date.now() - begun) / done) * (total - done);
          say(`${done} of ${total}, ${duration(left)} left: ${current.name}`);
        } else if (current) failures.push(`${current.name}: ${error}`);
        next();
      });
      // A message to a process that has just died; its exit follows.
      worker.on('error', () => {});
      worker.on('exit', (code) => {
        if (!started)
          return failed(new Error(`a worker does not start (exit code ${code}); see its message above`));
        if (current && ++current.tries < attempts) queue.unshift(current);
        else if (current) failures.push(`${current.name}: its process died`);
        ended();
      });
    });
  const keepServing = async () => {
    while (queue.length > 0) await serve();
  };
  await Promise.all(Array.from({ length: Math.min(workers, total) }, keepServing));
  // A worker that died last may have left its run when the others had gone.
  if (queue.length > 0) await keepServing();
  if (failures.length > 0) throw new Error(`${failures.length} runs failed:\n${failures.join('\n')}`);
}

function duration(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  return minutes < 1
    ? 'less than a minute'
    : minutes < 90
      ? `${minutes} min`
      : `${(minutes / 60).toFixed(1)} h`;
}
