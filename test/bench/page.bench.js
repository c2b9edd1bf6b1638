// From a commit by another process to the frame in which the page shows it, in a real browser. The yardstick beside it
// is the bare machinery: the time a request to the same server and one frame take in the same page, without satwatch's
// watching of the file and without its drawing.
import { loadavg } from 'node:os';
import { pageFixture, quantile } from './pageFixture.js';

const [commits, goal, between] = [60, 200, 300];
const { page, url, commit, close } = await pageFixture({ epochs: commits });
try {
  await page.goto(`${url}#/run/1`);
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
  await close();
}
