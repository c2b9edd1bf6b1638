// 5,000 pictures of one observation, scrolled from top to bottom in a real browser: the time from frame to frame. Beside
// it the same page standing still, which is what this machine's browser can do.
import { loadavg } from 'node:os';
import { pageFixture, quantile } from './pageFixture.js';

const [images, frames] = [10_000, 300];
const { page, url, commit, close } = await pageFixture({ images });
try {
  await commit(1);
  // Every other picture shows the segment.
  await page.goto(`${url}#/run/1?segment=watermark&pictures=1&sort=margin`);
  await page.waitForSelector('.tile .tile-rank');
  await page.waitForTimeout(1000);
  const count = Number(/(\d+) pictures/.exec(await page.locator('.pictures-title p').textContent())[1]);
  const measure = (pixels) =>
    page.evaluate(
      async ([frames, pixels]) => {
        const box = document.querySelector('.scroller');
        box.scrollTop = 0;
        const [times, tiles] = [[], []];
        let before = await new Promise(requestAnimationFrame);
        for (let frame = 0; frame < frames; frame++) {
          box.scrollTop += pixels;
          const now = await new Promise(requestAnimationFrame);
          times.push(now - before);
          before = now;
          tiles.push(document.querySelectorAll('.tile').length);
        }
        return {
          times,
          tiles: Math.max(...tiles),
          end: box.scrollTop + box.clientHeight,
          of: box.scrollHeight,
        };
      },
      [frames, pixels],
    );
  const height = await page.locator('.scroller').evaluate((box) => box.scrollHeight);
  const rows = [
    ['standing still', await measure(0)],
    ['a screen in five frames', await measure(150)],
    ['from top to bottom', await measure(Math.ceil(height / frames))],
  ];
  console.log(`${count} pictures, ${frames} frames each`);
  for (const [name, { times, tiles }] of rows) {
    const of = (q) => `${quantile(times, q).toFixed(1).padStart(6)} ms`;
    console.log(
      `${name.padEnd(26)} median ${of(0.5)}   95 % ${of(0.95)}   largest ${of(1)}   at most ${tiles} tiles`,
    );
  }
  console.log(`load average ${loadavg()[0].toFixed(2)}`);
} finally {
  await close();
}
