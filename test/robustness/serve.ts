import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import { startDashboard } from 'satwatch/dashboard';
import { say } from './say.js';

export interface ServeOptions {
  store: string;
  token?: string;
}

declare const gc: () => void;

/**
 * A dashboard in a process of its own. Says `serving PORT`; answers `memory N` with what it holds, after a collection,
 * and ends with its standard input. What it logs as a warning or worse goes to standard error. Needs --expose-gc.
 */
export async function serve({ store, token }: ServeOptions): Promise<void> {
  const log = pino({ level: 'warn' }, { write: (line: string) => void process.stderr.write(line) });
  const page = await startDashboard(store, { port: 0, log, ...(token && { token }) });
  say(`serving ${page.port}`);
  for await (const line of createInterface({ input: process.stdin })) {
    gc();
    await setImmediate();
    gc();
    const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
    say(`${line} ${JSON.stringify({ rss, heapUsed, external, arrayBuffers })}`);
  }
  await page.close();
}
