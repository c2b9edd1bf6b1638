import { type ChildProcess, fork } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('./main.js', import.meta.url));
const host = '127.0.0.1';
const portsTried = 50;

/** The demo's page; `url` is missing where it could not be served, `error` says why. */
export interface DemoPage {
  url?: string;
  error?: string;
  /** Resolves when the page's process has ended; Ctrl-C then ends this one with code 0. */
  untilEnd(): Promise<void>;
  close(): void;
}

/**
 * Serves the page from a process of its own (the training keeps this one busy) that ends with this one. The demo goes
 * on without a page where there can be none.
 * @param port the first one tried; the next free one where it is taken
 */
export async function openDemoPage(store: string, port?: number): Promise<DemoPage> {
  const at = port === undefined ? [] : ['--port', String(await freePort(port))];
  const child = fork(cli, ['dashboard', store, ...at], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
  });
  let waiting = false;
  const close = () => {
    child.kill();
  };
  process.once('exit', close);
  process.once('SIGINT', () => process.exit(waiting ? 0 : 130));
  process.once('SIGTERM', () => process.exit(143));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const answer = await firstMessage(child);
  if (child.connected) child.disconnect();
  child.unref();
  const untilEnd = () => {
    waiting = true;
    child.ref();
    return ended;
  };
  return { ...answer, untilEnd, close };
}

function firstMessage(child: ChildProcess): Promise<{ url?: string; error?: string }> {
  return new Promise((resolve) => {
    child.once('message', (message: { url?: string; error?: string }) => resolve(message));
    child.once('error', (error) => resolve({ error: error.message }));
    child.once('exit', (code) => resolve({ error: `its process ended with code ${code}` }));
  });
}

/** `first` or the next one that nobody listens on; 0 means any and stays. */
async function freePort(first: number): Promise<number> {
  if (first === 0) return 0;
  for (let port = first; port < Math.min(first + portsTried, 65536); port++)
    if (await isFree(port)) return port;
  return 0;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
