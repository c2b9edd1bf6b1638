/** A real browser over a real server over a store, for tests of the page. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startDashboard } from 'satwatch/dashboard';
import { afterAll, afterEach, beforeAll, expect, onTestFinished } from 'vitest';
import { launchBrowser, openPage } from '../browser.js';
import { type FixtureOptions, writeRun } from './fixture.js';
import { storePath } from './setup.js';

type View = BrowserContextOptions & { hash?: string };

export let browser: Browser;
/** Of the pages of the test that runs. */
export const problemsOf: string[][] = [];
const serverAway = /net::ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING)/;

/** To be called once in a file of tests. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());
  // No test may leave an exception, a failed request or a refusal by the content security policy in the console.
  afterEach(() => {
    const seen = problemsOf.splice(0).flat();
    expect(seen.filter((problem) => !serverAway.test(problem))).toEqual([]);
  });
}

export async function show(options: Partial<FixtureOptions> & { to?: number } = {}, view: View = {}) {
  const path = storePath();
  writeRun(path, options);
  return { path, ...(await open(path, view)) };
}

export async function open(path: string, { hash = '', ...view }: View = {}) {
  const server = await startDashboard(path, { port: 0 });
  const { page, problems } = await openPage(browser, server.url + hash, view);
  problemsOf.push(problems);
  onTestFinished(async () => {
    await page.close();
    await server.close();
  });
  await page.waitForSelector('.connection.live');
  await page.waitForSelector('.run, .compare, .no-runs');
  return { page, server, problems };
}

/** @param name of a chart, or a selector where there are several of that name */
export const plot = (name: string) => (name.startsWith('[') ? name : `[data-chart="${name}"]`);
export const cell = (segment: string, column: string) =>
  `tr[data-segment="${segment}"] [data-column="${column}"]`;
export const text = async (page: Page, selector: string) =>
  (await page.locator(selector).textContent()) ?? '';

/** Where the axis has an epoch, in page px: from the axis' ends alone, not from the page's own arithmetic. */
export async function xOf(page: Page, chart: string, epoch: number): Promise<number> {
  const box = (await page.locator(`${plot(chart)} .u-over`).boundingBox())!;
  const domain = await page.locator(plot(chart)).getAttribute('data-domain');
  const [first, last] = domain!.split(' ').map(Number);
  return box.x + (box.width * (epoch - first)) / (last - first);
}

export async function yOf(page: Page, chart: string, value: number, inverted: boolean): Promise<number> {
  const box = (await page.locator(`${plot(chart)} .u-over`).boundingBox())!;
  const range = await page.locator(plot(chart)).getAttribute('data-range');
  const [low, high] = range!.split(' ').map(Number);
  const part = (value - low) / (high - low);
  return box.y + box.height * (inverted ? part : 1 - part);
}

/** How many of the canvas' pixels around a place of the page have about the colour of a CSS variable. */
export function inked(
  page: Page,
  chart: string,
  x: number,
  y: number,
  color: string,
  reach = 5,
): Promise<number> {
  return page.evaluate(
    ({ selector, x, y, color, reach }) => {
      const canvas = document.querySelector<HTMLCanvasElement>(`${selector} canvas`)!;
      const box = canvas.getBoundingClientRect();
      const scale = canvas.width / box.width;
      const hex = getComputedStyle(document.documentElement).getPropertyValue(`--${color}`).trim();
      const wanted = [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16));
      const { data } = canvas
        .getContext('2d')!
        .getImageData(
          (x - box.x - reach) * scale,
          (y - box.y - reach) * scale,
          2 * reach * scale,
          2 * reach * scale,
        );
      let count = 0;
      for (let i = 0; i < data.length; i += 4)
        if (data[i + 3] > 200 && wanted.every((c, k) => Math.abs(c - data[i + k]) < 24)) count++;
      return count;
    },
    { selector: plot(chart), x, y, color, reach },
  );
}
