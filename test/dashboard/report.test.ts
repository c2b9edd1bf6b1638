import { openStore as openPublic, readReport } from 'satwatch';
import { startDashboard } from 'satwatch/dashboard';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../src/store/index.js';
import { observe, startRun, writeRun } from './fixture.js';
import { open, show, text, useBrowser } from './open.js';
import { storePath } from './setup.js';

useBrowser();

async function serve(options: Parameters<typeof writeRun>[1] = {}) {
  const path = storePath();
  writeRun(path, options);
  const server = await startDashboard(path, { port: 0 });
  onTestFinished(() => server.close());
  return { path, get: (route: string) => fetch(new URL(`api/${route}`, server.url)) };
}

describe('the API', () => {
  test('gives the report as a document that may run nothing', async () => {
    const { get } = await serve();
    const response = await get('runs/horses/report.html');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/html');
    const policy = response.headers.get('content-security-policy')!;
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'; img-src data:/);
    expect(policy).not.toMatch(/script-src|unsafe/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(await response.text()).toContain('sways predictions towards');
  });

  test('compares the segments of the newest observation, over all classes or one', async () => {
    const { get, path } = await serve();
    const all = await (await get('runs/1/critical-difference')).json();
    expect([all.epoch, typeof all.seq]).toEqual([8, 'number']);
    expect(all.svg).toContain('>watermark</text>');
    const store = openPublic(path, { readonly: true });
    onTestFinished(() => store.close());
    const { names, result } = readReport(store, 1).comparison;
    for (const [i, name] of names.entries())
      expect(all.svg).toMatch(
        new RegExp(`>${result!.meanRanks[i].toFixed(2)}</text>\\n<text[^>]*>${name}</text>`),
      );
    expect(all.notes.join(' ')).toContain('36 pairs');
    // Eight of sixteen horses show the watermark: too few.
    const horses = await (await get('runs/1/critical-difference?class=horse')).json();
    expect(horses.svg).not.toContain('watermark');
    expect(horses.notes.join(' ')).toContain("'watermark' (8)");
  });

  test.each([
    ['runs/1/critical-difference?class=cow', 400, "no class 'cow'"],
    ['runs/1/critical-difference?klass=horse', 400, 'klass'],
    ['runs/9/critical-difference', 404, "no run '9'"],
    ['runs/9/report.html', 404, "no run '9'"],
    ['runs/1/report.html?theme=dark', 400, 'theme'],
  ])('refuses %s with %i', async (route, status, message) => {
    const { get } = await serve({ to: 0 });
    const response = await get(route);
    expect(response.status).toBe(status);
    expect((await response.json()).error.message).toContain(message);
  });

  test('has nothing to report of a run without observations', async () => {
    const { get } = await serve({ to: -1 });
    expect((await get('runs/1/report.html')).status).toBe(404);
    expect(await (await get('runs/1/critical-difference')).json()).toMatchObject({ epoch: null, svg: null });
  });
});

describe('the page', () => {
  test('shows the diagram where it is asked for, follows the run and the class', async () => {
    const { page, path } = await show({ to: 5 });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    expect(await page.locator('.diagram').count()).toBe(0);
    await page.locator('.comparison summary').click();
    await page.waitForSelector('.diagram svg');
    expect(await text(page, '.comparison .count')).toBe('epoch 5, all classes');
    const names = await page.locator('.diagram text').allTextContents();
    expect(names).toEqual(expect.arrayContaining(['watermark', 'eyes', 'tail']));
    const ranks = names.filter((name) => /^\d+\.\d\d$/.test(name));
    expect(ranks).toHaveLength(9);

    const writing = openStore(path);
    observe(startRun(writing, {}, true), 6);
    writing.close();
    await expect.poll(() => text(page, '.comparison .count')).toBe('epoch 6, all classes');
    await expect
      .poll(async () => (await page.locator('.diagram text').allTextContents()).join())
      .not.toBe(names.join());

    await page.locator('select[name="class"]').selectOption('horse');
    await expect.poll(() => text(page, '.comparison')).toContain("'watermark' (8)");
    await expect.poll(() => page.locator('.diagram text').allTextContents()).not.toContain('watermark');

    await page.locator('.comparison summary').click();
    const before = asked.filter((url) => url.includes('critical-difference')).length;
    await page.locator('select[name="class"]').selectOption('zebra');
    await page.waitForTimeout(300);
    expect(asked.filter((url) => url.includes('critical-difference'))).toHaveLength(before);
  });

  test('takes the colours of the page', async () => {
    const { page } = await show({ to: 5 }, { colorScheme: 'dark' });
    await page.locator('.comparison summary').click();
    const name = page.locator('.diagram text', { hasText: 'watermark' });
    expect(await name.evaluate((element) => getComputedStyle(element).fill)).toBe('rgb(233, 230, 225)');
    const names = ['<img src=x onerror=alert(1)>'];
    const odd = storePath();
    writeRun(odd, { to: 2, names });
    const { page: other } = await open(odd);
    await other.locator('.comparison summary').click();
    await other.waitForSelector('.diagram svg');
    expect(await other.locator('.diagram text').allTextContents()).toContain(names[0]);
    expect(await other.locator('.diagram img').count()).toBe(0);
  });

  test('opens the report beside it', async () => {
    const { page } = await show({ to: 9 });
    const problems: string[] = [];
    page.context().on('console', (message) => problems.push(message.text()));
    const opened = page.context().waitForEvent('page');
    await page.getByRole('link', { name: 'Report' }).click();
    const report = await opened;
    await report.waitForLoadState();
    expect(await report.locator('.verdict h2').textContent()).toContain("Alarm: 'watermark'");
    expect(await report.locator('.verdict').evaluate((box) => getComputedStyle(box).borderLeftWidth)).toBe(
      '4px',
    );
    expect(await report.locator('.pictures image').count()).toBe(6);
    expect(problems).toEqual([]);
  });
});
