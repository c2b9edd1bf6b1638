// From a commit by another process to the frame in which the page shows it, in a real browser. The yardstick beside it
// is the bare machinery: the time a request to the same server and one frame take in the same page, without satwatch's
// watching of the file and without its drawing.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import chromium from '@sparticuz/chromium';
import { chromium as driver } from 'playwright-core';
import { startDashboard } from 'satwatch/dashboard';

const [commits, goal, between] = [60, 200, 300];
const folder = mkdtempSync(join(tmpdir(), 'satwatch-page-'));
const store = join(folder, 'runs.sqlite');
const child = fileURLToPath(new URL('../dashboard/child.js', import.meta.url));
const writer = spawn(process.execPath, [child, store, JSON.stringify({ epochs: commits })], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const answers = createInterface({ input: writer.stdout })[Symbol.asyncIterator]();
/** The time just after the commit, ms since 1970, by the writer's clock: the same machine's. */
async function commit(epoch) {
  writer.stdin.write(`observe ${epoch}\n`);
  const { value } = await answers.next();
  return Number(value.split(' ').at(-1));
}
await answers.next();
await commit(0);
const server = await startDashboard(store, { port: 0 });
const browser = await driver.launch({
  executablePath: await chromium.executablePath(),
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--lang=en-US'],
});
try {
  const page = await browser.newPage({ locale: 'en-US', viewport: { width: 1440, height: 900 } });
  await page.goto(`${server.url}#/run/1`);
  await page.waitForSelector('.connection.live');
  await page.waitForSelector('[data-chart=rank][data-epochs="1"]');
  const [shown, bare] = [[], []];
  for (let epoch = 1; epoch <= commits; epoch++) {
    const seen = page.evaluate(
      (wanted) =>
        new Promise((resolve) => {
          const chart = document.querySelector('[data-chart=rank]');
          new MutationObserver((_, observer) => {
            if (chart.dataset.epochs !== wanted) return;
            observer.disconnect();
            requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now()));
          }).observe(chart, { attributes: true });
        }),
      String(epoch + 1),
    );
    const at = await commit(epoch);
    shown.push((await seen) - at);
    bare.push(
      await page.evaluate(async () => {
        const start = performance.now();
        await (await fetch('api/runs/1')).json();
        await new Promise(requestAnimationFrame);
        return performance.now() - start;
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, between + Math.random() * 100));
  }
  const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.floor(q * (values.length - 1))];
  const row = (name, values) =>
    console.log(
      `${name.padEnd(34)} median ${quantile(values, 0.5).toFixed(0).padStart(4)} ms   90 % ${quantile(values, 0.9).toFixed(0).padStart(4)} ms   largest ${Math.max(
        ...values,
      )
        .toFixed(0)
        .padStart(4)} ms`,
    );
  row('commit to frame', shown);
  row('a request and a frame alone', bare);
  const ratio = quantile(shown, 0.5) / quantile(bare, 0.5);
  const within = shown.filter((ms) => ms <= goal).length;
  console.log(`ratio of the medians ${ratio.toFixed(1)}; within ${goal} ms: ${within} of ${commits}`);
  console.log(`load average ${loadavg()[0].toFixed(2)}`);
} finally {
  await browser.close();
  await server.close();
  writer.kill();
  rmSync(folder, { recursive: true, force: true });
}
