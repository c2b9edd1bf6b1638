import { join } from 'node:path';
import type { Held, LongOptions } from './long.js';
import { startChild } from './processes.js';

interface Growth {
  epochs: number;
  /** Held after the first epoch and after the last. */
  tensors: [number, number];
  /** MB; a line fitted over the last two thirds of the epochs: MB per 100 epochs, with its standard error. */
  rss: Trend;
  heap: Trend;
  wasm: Trend;
}

interface Trend {
  last: number;
  per100: number;
  error: number;
}

export interface MemoryReport {
  watched: Growth;
  unwatched: Growth;
  /** Epochs in which the watched training gained more tensors than the other. */
  gained: number;
  failures: string[];
}

/** One training twice at a time, watched and not, each in a process of its own. */
export async function trainTwice({
  folder,
  ...task
}: { folder: string } & Omit<LongOptions, 'store'>): Promise<MemoryReport> {
  const failures: string[] = [];
  const held = await Promise.all(
    [join(folder, 'long.sqlite'), undefined].map(async (store) => {
      const child = startChild('long', { ...task, store } satisfies LongOptions, ['--expose-gc']);
      const { code, errors } = await child.end;
      if (code !== 0 || errors) failures.push(`ended with ${code}: ${errors}`);
      return child.lines
        .filter((line) => line.startsWith('held'))
        .map((line) => JSON.parse(line.slice(5)) as Held);
    }),
  );
  const [watched, unwatched] = held;
  if (held.some((list) => list.length !== task.epochs)) failures.push('epochs are missing');
  const step = (list: Held[], i: number) => list[i].tensors - list[i - 1].tensors;
  const gained = watched.filter((_, i) => i > 0 && step(watched, i) > step(unwatched, i)).length;
  return { watched: growth(watched), unwatched: growth(unwatched), gained, failures };
}

function growth(held: Held[]): Growth {
  const late = held.slice(Math.floor(held.length / 3));
  const trend = (of: (one: Held) => number): Trend => {
    const { slope, error } = line(
      late.map(({ epoch }) => epoch),
      late.map((one) => of(one) / 1e6),
    );
    return { last: of(late.at(-1)!) / 1e6, per100: 100 * slope, error: 100 * error };
  };
  return {
    epochs: held.length,
    tensors: [held[0].tensors, held.at(-1)!.tensors],
    rss: trend(({ rss }) => rss),
    heap: trend(({ heap }) => heap),
    wasm: trend(({ wasm }) => wasm),
  };
}

/** Least squares. */
function line(x: number[], y: number[]): { slope: number; error: number } {
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const sxx = x.reduce((sum, v) => sum + (v - mx) ** 2, 0);
  const slope = x.reduce((sum, v, i) => sum + (v - mx) * (y[i] - my), 0) / sxx;
  const rest = y.reduce((sum, v, i) => sum + (v - my - slope * (x[i] - mx)) ** 2, 0);
  return { slope, error: Math.sqrt(rest / Math.max(1, x.length - 2) / sxx) };
}
