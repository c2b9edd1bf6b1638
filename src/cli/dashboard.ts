import { resolve } from 'node:path';
import { pino } from 'pino';
import type { CommandModule } from 'yargs';
import { defaultPort, startDashboard } from '../../dashboard/index.js';
import { SatwatchError } from '../errors.js';

interface Arguments {
  store: string;
  port?: number;
  host: string;
  token?: string;
  'allow-host': string[];
}

/** Ports tried from the default one on, where it is taken. */
const ports = 20;

export const dashboardCommand: CommandModule<object, Arguments> = {
  command: 'dashboard <store>',
  describe: 'Serve the page of a store',
  builder: (cli) =>
    cli
      .positional('store', { type: 'string', demandOption: true, describe: 'The SQLite file' })
      .option('port', { type: 'number', describe: `Port; default: the first free one from ${defaultPort}` })
      .option('host', {
        type: 'string',
        default: '127.0.0.1',
        describe: 'Address to listen on; other than loopback needs a token',
      })
      .option('token', { type: 'string', describe: 'The token; made and printed once where one is needed' })
      .option('allow-host', {
        type: 'string',
        array: true,
        default: [],
        describe: 'A Host header to accept (behind a proxy)',
      }),
  async handler(args) {
    const page = await servePage(args);
    process.once('SIGINT', () => page.close().finally(() => process.exit(0)));
    process.once('SIGTERM', () => page.close().finally(() => process.exit(0)));
    if (process.send) process.send({ url: page.url, port: page.port, pid: page.pid });
    else print(page.reused ? `Already served: ${page.url}` : `Page: ${page.url}  (Ctrl-C ends it)`);
  },
};

/** A page that this process serves, or one that another serves already. */
interface ServedPage {
  url: string;
  port: number;
  pid: number;
  reused: boolean;
  close(): Promise<void>;
}

/** Starts the page, or finds the one that already serves this store. */
async function servePage(options: {
  store: string;
  port?: number;
  host?: string;
  token?: string;
  'allow-host'?: string[];
}): Promise<ServedPage> {
  const { store, port, host = '127.0.0.1', token } = options;
  const start = async (at: number): Promise<ServedPage> => {
    const page = await startDashboard(store, {
      port: at,
      host,
      token,
      allowedHosts: options['allow-host'] ?? [],
      // Failures only: a page that is asked for its data twenty times a second must not fill a terminal.
      log: pino({ level: 'warn' }, pino.destination(2)),
    });
    return { url: page.url, port: page.port, pid: process.pid, reused: false, close: () => page.close() };
  };
  if (port !== undefined) return start(port);
  for (let at = defaultPort; at < defaultPort + ports; at++) {
    try {
      return await start(at);
    } catch (error) {
      if (!(error instanceof SatwatchError) || error.code !== 'PORT_IN_USE') throw error;
      const pid = await servedBy(at, store);
      if (pid !== undefined)
        return { url: `http://127.0.0.1:${at}/`, port: at, pid, reused: true, close: async () => {} };
    }
  }
  return start(0);
}

/** The process of a satwatch page on this port that serves this very store. */
async function servedBy(port: number, store: string): Promise<number | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/api/about`, { signal: AbortSignal.timeout(1000) });
    const about = (await response.json()) as { name?: string; store?: string; pid?: number };
    return about.name === 'satwatch' && about.store === resolve(store) ? about.pid : undefined;
  } catch {
    return undefined;
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
