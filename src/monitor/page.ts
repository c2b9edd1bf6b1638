import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../cli/main.js', import.meta.url));

export interface Page {
  url: string;
  pid: number;
  port: number;
}

/**
 * Serves the store's page from a process of its own, which outlives this one. A page that already serves the same
 * store is used again. Resolves with its address, rejects with the CLI's message.
 */
export function startPage(store: string, port?: number): Promise<Page> {
  return new Promise((resolve, reject) => {
    const child = fork(cli, ['dashboard', store, ...(port === undefined ? [] : ['--port', String(port)])], {
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [],
    });
    child.once('message', (message: Page | { error: string }) => {
      child.disconnect();
      child.unref();
      if ('error' in message) reject(new Error(message.error));
      else resolve(message);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the page's process ended with code ${code}`)));
  });
}
