import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { CommandModule } from 'yargs';
import { loadBackend } from '../backend/index.js';
import { type DemoEpoch, trainDemo } from '../demo/index.js';
import { SatwatchError } from '../errors.js';
import { openStore, type Store } from '../store/index.js';
import { backendOption } from './backendOption.js';
import { DemoDisplay } from './demoDisplay.js';
import { type DemoPage, openDemoPage } from './demoPage.js';
import { summarise } from './demoSummary.js';

interface Arguments {
  prevalence: number;
  epochs: number;
  seed: number;
  port?: number;
  store: string;
  backend?: string;
  exit: boolean;
  json: boolean;
}

export const demoCommand: CommandModule<object, Arguments> = {
  command: 'demo',
  describe: 'Watch a small net learn a watermark: pictures, training, page and alert, all real',
  builder: (cli) =>
    cli
      .option('prevalence', {
        type: 'number',
        default: 93,
        describe:
          'Per cent of the zebras’ training pictures that carry the watermark (below 1: a share); 0: none',
      })
      .option('epochs', { type: 'number', default: 8, describe: 'Epochs to train' })
      .option('seed', {
        type: 'number',
        default: 1,
        describe: 'Seed of the pictures, the weights and the order',
      })
      .option('port', {
        type: 'number',
        describe: 'Port of the page; the next free one where it is taken',
      })
      .option('store', {
        type: 'string',
        default: 'satwatch-demo.sqlite',
        describe: 'SQLite file for the run; an existing one gets a further run',
      })
      .option('backend', backendOption)
      .option('exit', { type: 'boolean', default: false, describe: 'End after the training, page and all' })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object as the last line' }),
  async handler(args) {
    check(args);
    await demo(args);
  },
};

async function demo(args: Arguments): Promise<void> {
  const started = performance.now();
  const { tf, backend, why } = await loadBackend(args.backend);
  print(why);
  const path = resolve(args.store);
  const known = existsSync(path);
  const store = openStore(path);
  let page: DemoPage | undefined;
  try {
    print(`store ${path}${known ? ' (a further run)' : ''}`);
    page = await openDemoPage(path, args.port);
    print(page.url ? `page ${page.url}` : `no page: ${page.error}`);
    const share = args.prevalence < 1 ? args.prevalence : args.prevalence / 100;
    const display = new DemoDisplay(args.epochs, () => latestRanks(store));
    display.begin(100 * share);
    const { task, history } = await trainDemo(tf, {
      seed: args.seed,
      prevalence: share,
      epochs: args.epochs,
      store,
      onBatch: (progress) => display.batch(progress),
      onEpoch: (epoch: DemoEpoch) => display.epoch(epoch),
    });
    const run = store.runs({ limit: 1 })[0];
    const seconds = (performance.now() - started) / 1000;
    const summary = summarise(store.alerts(run.id), history, task, share);
    print('');
    for (const line of summary.lines) print(line);
    print(`${seconds.toFixed(0)} s. Look again: satwatch runs ${args.store} ${run.name}`);
    const stays = process.stdout.isTTY && !args.exit && page.url !== undefined;
    if (stays) print(`The page stays up: ${page.url}  (Ctrl-C ends it)`);
    if (args.json) {
      const { alerts, cleanAccuracy, stampedAccuracy } = summary;
      const { epochs } = args;
      print(
        JSON.stringify({
          alerts,
          epochs,
          cleanAccuracy,
          stampedAccuracy,
          seconds: Number(seconds.toFixed(1)),
          backend,
          store: path,
        }),
      );
    }
    if (stays) await page.untilEnd();
  } finally {
    page?.close();
    store.close();
  }
}

/** Segments of the last observation by mean rank, over all classes. */
function latestRanks(store: Store): { segment: string; rank: number }[] {
  const run = store.runs({ limit: 1 })[0];
  const rows = store.trajectories(run.id);
  return rows
    .filter((row) => row.epoch === run.epoch && row.meanRank !== null)
    .map((row) => ({ segment: row.segment, rank: row.meanRank! }))
    .sort((a, b) => a.rank - b.rank);
}

function check({ prevalence, epochs, seed, port }: Arguments): void {
  if (!(prevalence >= 0 && prevalence <= 100)) bad('prevalence', prevalence, 'per cent, from 0 to 100');
  if (!Number.isInteger(epochs) || epochs < 1) bad('epochs', epochs, 'a whole number from 1');
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    bad('seed', seed, 'a whole number from 0 to 2³² − 1');
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65536))
    bad('port', port, 'a port from 0 (any) to 65535');
}

function bad(option: string, got: unknown, expected: string): never {
  throw new SatwatchError('BAD_OPTION', `--${option}: got ${got}, expected ${expected}`, option);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
