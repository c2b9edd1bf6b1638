import type { Page } from 'playwright-core';
import { startDashboard } from 'satwatch/dashboard';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ReferencesPage, RunDetail } from '../../dashboard/wire.js';
import { openStore } from '../../src/store/index.js';
import { type FixtureOptions, meanRank, writeRun } from './fixture.js';
import { cell, inked, open, plot, text, useBrowser, xOf, yOf } from './open.js';
import { storePath } from './setup.js';

useBrowser();

/** How much of the shortcut each reference run has: they differ a little. */
const shortcuts = [0, 0.06, 0.15];
const names = shortcuts.map((_, i) => `clean-${i}`);

/** A store of three clean runs and one that is compared with them; what it has beyond that is `options`. */
function written(options: Partial<FixtureOptions> & { to?: number } = {}): string {
  const path = storePath();
  for (const [i, shortcut] of shortcuts.entries())
    writeRun(path, { name: names[i], shortcut, to: 12, done: true });
  writeRun(path, { to: 7, reference: names, ...options });
  return path;
}

const ranksAt = (epoch: number, segment = 0) =>
  shortcuts.map((shortcut) => meanRank(epoch, segment, { shortcut }));

describe('the server', () => {
  const served = async (path: string) => {
    const server = await startDashboard(path, { port: 0 });
    onTestFinished(() => server.close());
    return async <T>(at: string): Promise<{ status: number; body: T }> => {
      const response = await fetch(`${server.url}api/runs/${at}`);
      return { status: response.status, body: (await response.json()) as T };
    };
  };

  test('hands out a segment in every reference run, in the view asked for', async () => {
    const path = written();
    const ask = await served(path);
    expect((await ask<RunDetail>('horses')).body.references).toEqual(names);
    expect((await ask<RunDetail>('clean-0')).body.references).toEqual([]);
    const store = openStore(path, { readonly: true });
    onTestFinished(() => store.close());
    for (const [query, view] of [
      ['', {}],
      ['&aggregation=absolute&class=zebra', { aggregation: 'absolute', className: 'zebra' }],
    ] as const) {
      const { body } = await ask<ReferencesPage>(`horses/references?segment=grass${query}`);
      expect(body.references.map(({ name }) => name)).toEqual(names);
      const rows = names.map((name) => store.trajectories(name, view));
      body.references.forEach(({ epochs, meanRank: ranks }, i) => {
        const mine = rows[i].filter(({ segment }) => segment === 'grass');
        expect(epochs).toEqual(mine.map(({ epoch }) => epoch));
        expect(ranks).toEqual(mine.map((row) => row.meanRank));
        expect(epochs).toHaveLength(13);
        const effects = store.effects(names[i]).filter(({ segment }) => segment === 'grass');
        expect(body.references[i].effects).toEqual(
          effects.map(({ className, epoch, effect }) => ({ className, epoch, effect })),
        );
      });
      expect(body.worst).toBe(Math.max(...rows.flat().map((row) => row.meanRank!)));
    }
  });

  test('says what is asked wrongly, and nothing of a run without references', async () => {
    const ask = await served(written());
    const wrong = await ask<{ error: { code: string; message: string } }>('horses/references?segment=gras');
    expect(wrong).toMatchObject({ status: 400, body: { error: { code: 'UNKNOWN_SEGMENT' } } });
    expect(wrong.body.error.message).toContain("did you mean 'grass'?");
    expect((await ask('horses/references')).status).toBe(400);
    expect((await ask('horses/references?segment=grass&class=cow')).status).toBe(400);
    expect((await ask('nobody/references?segment=grass')).status).toBe(404);
    expect((await ask('clean-0/references?segment=grass')).body).toMatchObject({
      worst: null,
      references: [],
    });
  });
});

describe('the page', () => {
  /** Coloured as a faded line on the surface: neither the plain surface nor the line itself. */
  const tinted = async (page: Page, x: number, y: number, chart = 'rank') =>
    page.evaluate(
      ({ selector, x, y }) => {
        const canvas = document.querySelector<HTMLCanvasElement>(`${selector} canvas`)!;
        const box = canvas.getBoundingClientRect();
        const scale = canvas.width / box.width;
        const [r, g, b, a] = canvas
          .getContext('2d')!
          .getImageData((x - box.x) * scale, (y - box.y) * scale, 1, 1).data;
        return a > 0 && Math.max(r, g, b) - Math.min(r, g, b) > 20;
      },
      { selector: plot(chart), x, y },
    );

  test('draws the band of the references behind the highlighted trajectory, to their last epoch', async () => {
    const { page } = await open(written(), { hash: '#/run/4?segment=watermark' });
    await page.waitForSelector('[data-chart="rank"][data-band="13"]');
    for (const epoch of [5, 9, 11]) {
      const x = await xOf(page, 'rank', epoch);
      const [low, high] = [Math.min(...ranksAt(epoch)), Math.max(...ranksAt(epoch))];
      expect(high - low, `epoch ${epoch}`).toBeGreaterThan(0.1);
      const at = (rank: number) => yOf(page, 'rank', rank, true);
      expect(await tinted(page, x + 3, await at((low + high) / 2)), `in it at ${epoch}`).toBe(true);
      expect(await tinted(page, x + 3, (await at(high)) + 14), `below it at ${epoch}`).toBe(false);
    }
    // The line itself stands above it.
    const y = await yOf(page, 'rank', meanRank(1, 0), true);
    expect(await inked(page, 'rank', await xOf(page, 'rank', 1), y, 'suspect')).toBeGreaterThan(15);
    expect(await text(page, '.chart-rank .key')).toBe('3 reference runswatermark by chance');
    expect(await text(page, '.chart-rank p.hidden')).toContain(
      `In the 3 reference runs watermark ranks ${Math.min(...ranksAt(12)).toFixed(1)} to ${Math.max(...ranksAt(12)).toFixed(1)} at epoch 12.`,
    );
  });

  test('draws the band of the effects too', async () => {
    const path = written();
    const { page } = await open(path, { hash: '#/run/4?segment=watermark' });
    await page.waitForSelector('[data-chart="effect"][data-band="13"]');
    const store = openStore(path, { readonly: true });
    onTestFinished(() => store.close());
    const all = names.map((name) =>
      store.effects(name).filter((e) => e.segment === 'watermark' && e.className === 'horse'),
    );
    const at = all.map((effects) => effects.find(({ epoch }) => epoch === 11)!.effect);
    const x = await xOf(page, 'effect', 11);
    const y = (effect: number) => yOf(page, 'effect', effect, false);
    const [low, high] = [Math.min(...at), Math.max(...at)];
    // Beside the dashed lines at 2 and 3 points.
    expect(await tinted(page, x + 3, await y(low + 0.3 * (high - low)), 'effect')).toBe(true);
    expect(await tinted(page, x + 3, (await y(high)) - 25, 'effect')).toBe(false);
    expect(await text(page, '.chart-effect .key')).toBe('3 reference runs');
    // An effect that is not measured at every epoch holds until it is.
    await page.locator(cell('sky', 'now')).hover();
    await expect.poll(() => page.locator(plot('effect')).getAttribute('data-band')).toBe('13');
  });

  test('turns to what is pointed at without moving the axis, and to the class chosen', async () => {
    const path = written();
    const { page } = await open(path, { hash: '#/run/4?segment=watermark' });
    await page.waitForSelector('[data-chart="rank"][data-band="13"]');
    const range = await page.locator(plot('rank')).getAttribute('data-range');
    await page.locator(plot('rank')).evaluate((chart) => {
      new MutationObserver(() => {
        const seen = (chart as any).seen ?? new Set<string>();
        (chart as any).seen = seen.add(chart.dataset.range);
      }).observe(chart, { attributeFilter: ['data-range', 'data-highlight', 'data-band'] });
    });
    const words = () => text(page, '.chart-rank p.hidden');
    await page.locator(cell('sky', 'now')).hover();
    await expect.poll(words).toContain('reference runs sky ranks');
    expect(await page.locator(plot('rank')).evaluate((chart) => [...(chart as any).seen])).toEqual([range]);
    await page.mouse.move(5, 5);
    await page.locator('select[name="class"]').selectOption('zebra');
    const store = openStore(path, { readonly: true });
    onTestFinished(() => store.close());
    const last = names.map(
      (name) =>
        store.trajectories(name, { className: 'zebra' }).findLast(({ segment }) => segment === 'watermark')!
          .meanRank!,
    );
    await expect
      .poll(words)
      .toContain(
        `watermark ranks ${Math.min(...last).toFixed(1)} to ${Math.max(...last).toFixed(1)} at epoch 12`,
      );
    await page.locator('input[value="attribution"]').check();
    await page.waitForSelector(plot('attribution'));
    expect(await page.locator(plot('attribution')).getAttribute('data-band')).toBe('');
  });

  test('draws none for a run without references', async () => {
    const { page } = await open(written(), { hash: '#/run/1?segment=watermark' });
    await page.waitForSelector('[data-chart="rank"][data-epochs="13"]');
    expect(await text(page, '.chart-rank .key')).toBe('watermark by chance');
    expect(await page.locator(plot('rank')).getAttribute('data-band')).toBe('');
  });
});
