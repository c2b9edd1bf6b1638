import { join } from 'node:path';
import { pino } from 'pino';
import { openStore } from 'satwatch';
import { type RunningDashboard, startDashboard } from 'satwatch/dashboard';
import { startChild } from './processes.js';
import type { ReadOptions } from './read.js';
import { integrity } from './rows.js';
import type { TrainingOptions } from './training.js';

export interface LocksReport {
  /** Observations that the two trainings should have made, and those in the file. */
  expected: number;
  observations: number;
  /** Passes over everything by the two readers. */
  reads: number;
  /** What came over the page's event stream: events, observations told of, and the requests made on them. */
  events: number;
  told: number;
  requests: number;
  failures: string[];
}

/** Batches an epoch. */
const batches = 6;

/**
 * Two trainings that observe after every batch, two readers of the file and a page with a client, all at once, from the
 * moment the file is made.
 */
export async function shareOneFile({
  folder,
  epochs,
}: {
  folder: string;
  epochs: number;
}): Promise<LocksReport> {
  const store = join(folder, 'shared.sqlite');
  const failures: string[] = [];
  const names = ['a', 'b'];
  const readers = names.map(() => startChild('read', { store, runs: names.length } satisfies ReadOptions));
  const trainings = names.map((run) =>
    startChild('train', { store, run, epochs, every: { batches: 1 } } satisfies TrainingOptions),
  );
  await Promise.race(trainings.map((training) => training.until('committed')));
  const log = pino({ level: 'warn' }, { write: (line: string) => void failures.push(`dashboard: ${line}`) });
  const page = await startDashboard(store, { port: 0, log });
  const client = follow(page, failures);
  for (const [i, { end }] of [...trainings, ...readers].entries()) {
    const { code, errors } = await end;
    if (code !== 0 || errors) failures.push(`process ${i} ended with ${code}: ${errors}`);
  }
  const heard = await client.close();
  await page.close();

  const health = integrity(store);
  if (health !== 'ok') failures.push(health);
  const read = openStore(store, { readonly: true });
  const expected = names.length * (1 + epochs * batches);
  const found = names.flatMap((name) => read.metrics(name).map((info) => `${name} ${info.step}`));
  for (const name of names)
    for (let step = 0; step <= epochs * batches; step++)
      if (!found.includes(`${name} ${step}`)) failures.push(`run ${name}: step ${step} is missing`);
  for (const event of names.flatMap((name) => read.events(name)))
    if (event.kind === 'error') failures.push(`a monitor: ${event.message}`);
  read.close();
  if (heard.told !== expected) failures.push(`the page told of ${heard.told} observations, not ${expected}`);
  const reads = readers.reduce((sum, { lines }) => sum + Number(lines.at(-1)?.split(' ')[1] ?? 0), 0);
  return { expected, observations: found.length, reads, ...heard, failures };
}

/** A page's client: listens from the first change on, and asks for what has changed. */
function follow(page: RunningDashboard, failures: string[]) {
  const abort = new AbortController();
  const told = new Set<number>();
  let [events, requests] = [0, 0];
  const ask = async (path: string) => {
    const response = await fetch(`${page.url}api/${path}`);
    await response.arrayBuffer();
    requests++;
    if (!response.ok) failures.push(`GET ${path}: ${response.status}`);
  };
  const listening = (async () => {
    const { body } = await fetch(`${page.url}api/events?since=0`, { signal: abort.signal });
    let text = '';
    for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (text + chunk).split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) {
        const data = /^event: changes\ndata: (.*)$/m.exec(block)?.[1];
        if (!data) continue;
        const { seq, runs, observations } = JSON.parse(data);
        events++;
        for (const { id } of observations) told.add(id);
        for (const run of runs)
          for (const part of ['trajectories', 'metrics', 'effects', 'costs', 'alerts'])
            await ask(`runs/${run}/${part}?since=${Math.max(0, seq - 20)}`);
      }
    }
  })().catch((error) => {
    if (!abort.signal.aborted) failures.push(`the event stream: ${error}`);
  });
  return {
    async close() {
      // The last event is on its way.
      await new Promise((resolve) => setTimeout(resolve, 500));
      abort.abort();
      await listening;
      return { events, told: told.size, requests };
    },
  };
}
