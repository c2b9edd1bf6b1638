import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openStore } from '../../src/store/index.js';
import { type FixtureOptions, meanRank, observe, startRun, writeRun } from './fixture.js';
import { inked, open, plot, problemsOf, text, useBrowser, xOf, yOf } from './open.js';
import { otherProcess, storePath } from './setup.js';

useBrowser();

const first: Partial<FixtureOptions> = { name: 'by gradients' };
const second: Partial<FixtureOptions> = {
  name: 'by steps',
  method: 'integrated-gradients',
  methodOptions: { steps: 32, baseline: 0, rule: undefined },
  shortcut: 0.4,
};

/** Two runs of two methods: the first measured at every epoch to 8, the second at every other. */
function twoRuns(): string {
  const path = storePath();
  writeRun(path, { ...first, to: 8 });
  const store = openStore(path);
  const recording = startRun(store, second);
  for (const epoch of [0, 2, 4, 6]) observe(recording, epoch, second);
  store.close();
  return path;
}

const both = { hash: '#/run/1?compare=2' };
const panel = (run: number) => `[data-run="${run}"] ${plot('rank')}`;
const now = (page: Page, segment: string, run: number) =>
  text(page, `.compared-ranks tr[data-segment="${segment}"] [data-column="now"][data-run="${run}"]`);
const drawn = (page: Page) => page.waitForSelector('.compared-ranks [data-run="2"]');

test('the page says which method a run used, with its options', async () => {
  const { page } = await open(twoRuns(), { hash: '#/run/2' });
  expect(await text(page, '[data-fact="method"]')).toBe('integrated-gradients steps 32, baseline 0');
  await page.locator('.log summary').click();
  const log = await text(page, '.log .evidence');
  for (const fact of ['methodintegrated-gradients', 'steps32', 'scoremargin', 'targetlabel'])
    expect(log).toContain(fact);
  expect(await page.locator('.runs li').allTextContents()).toEqual([
    expect.stringContaining('integrated-gradients'),
    expect.stringContaining('input-x-gradient'),
  ]);
});

test('a single run has nothing to be compared with', async () => {
  const path = storePath();
  writeRun(path, { to: 1 });
  const { page } = await open(path);
  expect(await text(page, '[data-fact="method"]')).toBe('input-x-gradient');
  expect(await page.locator('select[name="compare"]').count()).toBe(0);
  // The list names methods only where they differ.
  expect(await text(page, '.runs li')).not.toContain('input-x-gradient');
});

test('two runs stand side by side under their methods, on the same axes, in the same colours', async () => {
  const { page } = await open(twoRuns(), { hash: '#/run/1' });
  await page.locator('select[name="compare"]').selectOption({ label: 'by steps (integrated-gradients)' });
  await drawn(page);
  expect(await text(page, '.compare h1')).toBe('2 runs side by side');
  expect(await page.locator('.compared-run h2').allTextContents()).toEqual([
    'input-x-gradient',
    'integrated-gradients steps 32, baseline 0',
  ]);
  const charts = page.locator(plot('rank'));
  const of = (name: string) =>
    charts.evaluateAll((all: any[], name) => all.map((c) => c.dataset[name]), name);
  for (const axis of ['domain', 'range', 'highlight', 'series'])
    expect(new Set(await of(axis)).size, axis).toBe(1);
  expect(await of('highlight')).toEqual(['watermark', 'watermark']);
  expect(await of('epochs')).toEqual(['9', '4']);
  const boxes = await page
    .locator('.compared-run .u-over')
    .evaluateAll((all) =>
      all.map((over) => over.getBoundingClientRect()).map(({ top, height }) => [top, height]),
    );
  expect(boxes[0]).toEqual(boxes[1]);
  for (const [run, options] of [
    [1, first],
    [2, second],
  ] as const)
    for (const epoch of [0, 4, 6]) {
      const [x, y] = [
        await xOf(page, panel(run), epoch),
        await yOf(page, panel(run), meanRank(epoch, 0, options), true),
      ];
      expect(await inked(page, panel(run), x, y, 'suspect'), `run ${run}, epoch ${epoch}`).toBeGreaterThan(
        15,
      );
    }
  expect(await now(page, 'watermark', 1)).toBe(meanRank(8, 0, first).toFixed(1));
  expect(await now(page, 'watermark', 2)).toBe(meanRank(6, 0, second).toFixed(1));
  await expect.poll(() => decodeURIComponent(page.url())).toMatch(/#\/run\/1\?compare=2$/);
  await page.reload();
  await drawn(page);
  expect(await page.locator('.compared-run').count()).toBe(2);
});

test('one cursor goes over all charts, by epoch; a segment pointed at stands out in all', async () => {
  const { page } = await open(twoRuns(), both);
  await drawn(page);
  const cursors = () =>
    page
      .locator('.compared-run .cursor')
      .evaluateAll((all: any[]) => all.map((c) => (c.hidden ? null : c.dataset.epoch)));
  const over = (await page.locator(`${panel(1)} .u-over`).boundingBox())!;
  await page.mouse.move(await xOf(page, panel(1), 4), over.y + 5);
  expect(await cursors()).toEqual(['4', '4']);
  expect(await now(page, 'watermark', 1)).toBe(meanRank(4, 0, first).toFixed(1));
  expect(await now(page, 'watermark', 2)).toBe(meanRank(4, 0, second).toFixed(1));
  expect(await text(page, '.compared-ranks h2')).toContain('at epoch 4');
  const label = page.locator(`${panel(2)} .label[data-key="watermark"] .value`);
  expect(await label.textContent()).toBe(meanRank(4, 0, second).toFixed(1));
  // The second run ends before the first.
  await page.mouse.move(await xOf(page, panel(1), 8), over.y + 5);
  expect(await cursors()).toEqual(['8', null]);
  expect(await now(page, 'watermark', 2)).toBe('–');
  await page.mouse.move(await xOf(page, panel(2), 6), over.y + 5);
  expect(await cursors()).toEqual(['6', '6']);
  await page.mouse.move(5, 5);
  expect(await cursors()).toEqual([null, null]);

  await page.locator('.compared-runs').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  // At epoch 1 the second run shows its nearest observation.
  expect(await cursors()).toEqual(['1', '0']);
  expect(await text(page, '.compared-ranks h2')).toContain('at epoch 1, or the nearest that was measured');
  await page.keyboard.press('Escape');
  expect(await cursors()).toEqual([null, null]);

  const highlights = () =>
    page.locator(plot('rank')).evaluateAll((all: any[]) => all.map((c) => c.dataset.highlight));
  await page.locator('.compared-ranks tr[data-segment="sky"]').hover();
  await expect.poll(highlights).toEqual(['sky', 'sky']);
  await page.locator('.compared-ranks tr[data-segment="sky"] button').click();
  await page.mouse.move(5, 5);
  await expect.poll(highlights).toEqual(['sky', 'sky']);
  expect(page.url()).toContain('segment=sky');
});

test('runs are added and removed; the back button and a run’s name lead to one alone', async () => {
  const path = twoRuns();
  writeRun(path, { ...second, name: 'third', method: 'grad-cam', methodOptions: {}, to: 3 });
  const { page } = await open(path, { hash: '#/run/1' });
  await page.locator('select[name="compare"]').selectOption('2');
  await drawn(page);
  await page.locator('select[name="compare"]').selectOption({ label: 'third (grad-cam)' });
  await page.waitForSelector('.compared-ranks [data-run="3"]');
  expect(await page.locator('select[name="compare"]').count()).toBe(0);
  expect(
    new Set(await page.locator(plot('rank')).evaluateAll((all: any[]) => all.map((c) => c.dataset.range)))
      .size,
  ).toBe(1);
  await page.getByRole('button', { name: 'Remove by gradients' }).click();
  await expect
    .poll(() => page.locator('.compared-run h2').allTextContents())
    .toEqual(['integrated-gradients steps 32, baseline 0', 'grad-cam']);
  expect(await page.locator('.runs a[aria-current]').textContent()).toContain('by steps');
  await page.goBack();
  await page.waitForSelector('.run');
  expect(await text(page, 'h1')).toBe('by gradients');
  await page.goForward();
  await page.locator('.compared-facts a', { hasText: 'third' }).click();
  await expect.poll(() => text(page, 'h1')).toBe('third');
  expect(await page.locator('.compared-run').count()).toBe(0);
});

test('a run that is going on grows in its chart, and the axes of all follow', async () => {
  const path = twoRuns();
  const { page } = await open(path, both);
  await drawn(page);
  const writer = await otherProcess(path, { ...second });
  await writer.say('observe 14');
  await page.waitForSelector(`${panel(2)}[data-epochs="5"]`);
  await expect
    .poll(() => page.locator(plot('rank')).evaluateAll((all: any[]) => all.map((c) => c.dataset.domain)))
    .toEqual(['0 14', '0 14']);
  expect(await now(page, 'watermark', 2)).toBe(meanRank(14, 0, second).toFixed(1));
});

test('another probe set is named, what a run lacks is told, and a run that is none does no harm', async () => {
  const path = twoRuns();
  writeRun(path, { name: 'other parts', segments: 4, classNames: ['cat', 'dog'], to: 2 });
  const { page } = await open(path, { hash: '#/run/1?compare=3,99,1,x' });
  await page.waitForSelector('.compared-ranks [data-run="3"]');
  expect(await page.locator('.compared-run').count()).toBe(3);
  expect(await text(page, '[data-run="3"] .compared-facts')).toMatch(/another probe set.*without 5 segments/);
  expect(await text(page, '[data-run="99"] .notice')).toMatch(/99/);
  expect(await now(page, 'sky', 3)).toBe('–');
  expect(await page.locator(panel(3)).getAttribute('data-series')).toBe('4');
  // A class that it does not have.
  await page.locator('select[name="class"]').selectOption('zebra');
  await expect.poll(() => text(page, '[data-run="3"] .notice')).toMatch(/zebra/);
  expect(await page.locator('#main').textContent()).not.toMatch(/NaN|undefined|null/);
  // The browser tells of requests that were refused; nothing else may be told.
  const told = problemsOf.splice(0).flat();
  expect(told.filter((problem) => !/status of 40[04]/.test(problem))).toEqual([]);
});

test.each(['light', 'dark'] as const)(
  'without serious faults for assistive technology, in %s',
  async (colorScheme) => {
    const { page } = await open(twoRuns(), { ...both, colorScheme });
    await drawn(page);
    await page.evaluate(axe.source);
    const violations = await page.evaluate(async () => {
      const result = await (window as any).axe.run(document, { resultTypes: ['violations'] });
      return result.violations
        .filter(({ impact }: any) => ['serious', 'critical'].includes(impact))
        .map(({ id, nodes }: any) => `${id}: ${nodes.map((n: any) => n.html).join(' | ')}`);
    });
    expect(violations).toEqual([]);
  },
);

test('on a phone the charts stand one below the other, and nothing is wider than the page', async () => {
  const path = twoRuns();
  writeRun(path, { ...second, name: 'a'.repeat(80), method: 'b'.repeat(60), to: 3 });
  const { page } = await open(path, { hash: '#/run/1?compare=2,3', viewport: { width: 390, height: 844 } });
  await page.waitForSelector('.compared-ranks [data-run="3"]');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  const boxes = await page
    .locator('.compared-run')
    .evaluateAll((all) =>
      all.map((one) => one.getBoundingClientRect()).map(({ left, right }) => [left, right]),
    );
  expect(new Set(boxes.map(String)).size).toBe(1);
  const wide = await page
    .locator('#main *')
    .evaluateAll((all) =>
      all.filter((e) => !e.closest('.wide') && e.getBoundingClientRect().right > 391).map((e) => e.className),
    );
  expect(wide).toEqual([]);
});
