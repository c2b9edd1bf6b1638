// A page over a store that another process writes: what the benches of the page stand on.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import chromium from '@sparticuz/chromium';
import { chromium as driver } from 'playwright-core';
import { startDashboard } from 'satwatch/dashboard';

/** @param options those of test/dashboard/fixture.ts */
export async function pageFixture(options) {
  const folder = mkdtempSync(join(tmpdir(), 'satwatch-page-'));
  const store = join(folder, 'runs.sqlite');
  const child = fileURLToPath(new URL('../dashboard/child.js', import.meta.url));
  const writer = spawn(process.execPath, [child, store, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = createInterface({ input: writer.stdout })[Symbol.asyncIterator]();
  await answers.next();
  /** The time just after the commit, ms since 1970, by the writer's clock: the same machine's. */
  const commit = async (epoch) => {
    writer.stdin.write(`observe ${epoch}\n`);
    const { value } = await answers.next();
    return Number(value.split(' ').at(-1));
  };
  await commit(0);
  const server = await startDashboard(store, { port: 0 });
  const browser = await driver.launch({
    executablePath: await chromium.executablePath(),
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--lang=en-US'],
  });
  const page = await browser.newPage({ locale: 'en-US', viewport: { width: 1440, height: 900 } });
  const close = async () => {
    await browser.close();
    await server.close();
    writer.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  return { page, url: server.url, commit, close };
}

export const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.floor(q * (values.length - 1))];
