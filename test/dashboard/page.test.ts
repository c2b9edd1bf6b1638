import axe from 'axe-core';
import { startDashboard } from 'satwatch/dashboard';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Database } from '../../src/store/database.js';
import { Outbox, openStore } from '../../src/store/index.js';
import { openPage } from '../browser.js';
import { alarmEpoch, meanRank, observe, startRun, writeRun } from './fixture.js';
import { browser, cell, inked, open, plot, problemsOf, show, text, useBrowser, xOf, yOf } from './open.js';
import { otherProcess, storePath } from './setup.js';

useBrowser();

describe('a run', () => {
  test('has a line a segment, and all charts share one axis', async () => {
    const { page } = await show({ to: 9 });
    const charts = page.locator('.plot');
    expect(
      await charts.evaluateAll((all) => all.map((c: any) => [c.dataset.chart, c.dataset.series])),
    ).toEqual([
      ['accuracy', '3'],
      ['loss', '2'],
      ['rank', '9'],
      ['effect', '3'],
      ['cost', '5'],
    ]);
    expect(new Set(await charts.evaluateAll((all) => all.map((c: any) => c.dataset.domain)))).toEqual(
      new Set(['0 12']),
    );
    const lefts = await page
      .locator('.u-over')
      .evaluateAll((all) => all.map((o) => o.getBoundingClientRect().x));
    expect(new Set(lefts).size).toBe(1);
    expect(await text(page, '[data-fact="epoch"]')).toBe('9 of 12');
    expect(await text(page, '[data-fact="share"]')).toMatch(/^\d\.\d % of the time$/);
    expect(await text(page, '.run-title .state')).toContain('running');
  });

  test('draws rank 1 on top: the highlighted line stands where its ranks are', async () => {
    const { page } = await show({ to: 9 });
    await expect.poll(() => page.locator(plot('rank')).getAttribute('data-highlight')).toBe('watermark');
    const range = (await page.locator(plot('rank')).getAttribute('data-range'))!.split(' ').map(Number);
    expect(range[0]).toBeLessThan(1);
    for (const epoch of [0, 3, 9]) {
      const [x, y] = [await xOf(page, 'rank', epoch), await yOf(page, 'rank', meanRank(epoch, 0), true)];
      expect(await inked(page, 'rank', x, y, 'suspect'), `epoch ${epoch}`).toBeGreaterThan(15);
      expect(await inked(page, 'rank', x, y + 45, 'suspect'), `below epoch ${epoch}`).toBe(0);
    }
    const [first, last] = [
      await yOf(page, 'rank', meanRank(0, 0), true),
      await yOf(page, 'rank', meanRank(9, 0), true),
    ];
    expect(last).toBeLessThan(first);
  });

  test('draws the top givers where an alert may rest on them', async () => {
    const { page } = await show({ to: 9 }, { hash: '#/?segment=grass' });
    // Two classes, and no fill: no other class shows it.
    await expect.poll(() => page.locator(plot('effect')).getAttribute('data-series')).toBe('3');
  });

  test('marks an alert at its epoch on every chart', async () => {
    const { page } = await show({ to: 9 });
    for (const chart of ['accuracy', 'loss', 'rank', 'effect', 'cost']) {
      const mark = page.locator(`${plot(chart)} .mark.alarm`);
      const box = (await mark.boundingBox())!;
      expect(Math.abs(box.x + box.width / 2 - (await xOf(page, chart, alarmEpoch)))).toBeLessThan(1.5);
    }
    // And the cursor put there says the same epoch, in all charts.
    const over = (await page.locator(`${plot('loss')} .u-over`).boundingBox())!;
    const mark = (await page.locator(`${plot('loss')} .mark.alarm`).boundingBox())!;
    await page.mouse.move(mark.x + mark.width / 2, over.y + over.height / 2);
    const cursors = page.locator('.cursor');
    expect(await cursors.count()).toBe(5);
    expect(await cursors.evaluateAll((all) => all.map((c: any) => c.dataset.epoch))).toEqual(
      new Array(5).fill(String(alarmEpoch)),
    );
    const value = page.locator(`${plot('rank')} .label[data-key="watermark"] .value`);
    expect(await value.textContent()).toBe(meanRank(alarmEpoch, 0).toFixed(1));
    await page.mouse.move(5, 5);
    expect(await value.textContent()).toBe(meanRank(9, 0).toFixed(1));
  });

  test('shows first, best, current and chance rank, and what the alerts rest on', async () => {
    const { page } = await show({ to: 9 });
    const ranks = Array.from({ length: 10 }, (_, epoch) => meanRank(epoch, 0));
    expect(await text(page, cell('watermark', 'now'))).toBe(ranks[9].toFixed(1));
    expect(await text(page, cell('watermark', 'first'))).toBe(ranks[0].toFixed(1));
    expect(await text(page, cell('watermark', 'best'))).toBe(Math.min(...ranks).toFixed(1));
    expect(await text(page, cell('watermark', 'n'))).toBe('16');
    expect(await text(page, cell('watermark', 'chance'))).toMatch(/^\d\.\d$/);
    const path = await page.locator('tr[data-segment="watermark"] .sparkline path').getAttribute('d');
    expect(path!.match(/[ML]/g)).toHaveLength(10);

    const alarm = page.locator('.alert.alarm');
    expect(await alarm.textContent()).toContain(
      "Predictions move 17 points towards 'horse' when 'watermark' is present",
    );
    await alarm.locator('summary').click();
    const evidence = await alarm.locator('.evidence').textContent();
    expect(evidence).toMatch(/peak epoch9/);
    expect(evidence).toMatch(/flipped0\.117.*lost0\.1.*confirmationconfirmed/);
    await page.locator('.alert.warning summary').click();
    expect(await text(page, '.alert.warning .evidence')).toMatch(/asked\.by0\.5/);
    expect(await text(page, '.alert.warning')).toMatch(/rankShift, epoch 2 to 6, resolved/);
  });

  test('leaves gaps where values are missing', async () => {
    const { page } = await show({ to: 9, gaps: [6] });
    const rank = (epoch: number) => meanRank(epoch, 0);
    const at = async (epoch: number) =>
      inked(
        page,
        'rank',
        await xOf(page, 'rank', epoch),
        await yOf(page, 'rank', (rank(Math.floor(epoch)) + rank(Math.ceil(epoch))) / 2, true),
        'suspect',
      );
    expect(await at(4.5)).toBeGreaterThan(10);
    for (const epoch of [5.5, 6, 6.5]) expect(await at(epoch), `epoch ${epoch}`).toBe(0);
    expect(await at(7.5)).toBeGreaterThan(10);
    const path = await page.locator('tr[data-segment="watermark"] .sparkline path').getAttribute('d');
    expect(path!.match(/M/g)).toHaveLength(2);
    expect(await page.locator('#main').textContent()).not.toMatch(/NaN|undefined|null/);
  });

  test('turns to a class, the other aggregation and attributions, and keeps that in its address', async () => {
    const { page, path } = await show({ to: 9 });
    const now = () => text(page, cell('watermark', 'now'));
    const store = openStore(path, { readonly: true });
    onTestFinished(() => store.close());
    const stored = (options: object) =>
      store.trajectories(1, options).find((row) => row.epoch === 9 && row.segment === 'watermark')!;
    await page.locator('select[name="class"]').selectOption('zebra');
    await expect.poll(() => text(page, cell('watermark', 'n'))).toBe('8');
    expect(await now()).toBe(stored({ className: 'zebra' }).meanRank!.toFixed(1));
    expect(await text(page, '.chart-rank figcaption')).toContain('zebra');
    await page.locator('input[value="absolute"]').check();
    await expect.poll(now).toBe(stored({ className: 'zebra', aggregation: 'absolute' }).meanRank!.toFixed(1));
    await page.locator('input[value="attribution"]').check();
    await page.waitForSelector(plot('attribution'));
    expect(await page.locator(plot('rank')).count()).toBe(0);
    expect(await page.locator(plot('attribution')).getAttribute('data-series')).toBe('9');
    const { meanAttribution } = stored({ className: 'zebra', aggregation: 'absolute' });
    expect(await text(page, '.segments h2')).toContain('×10⁻³');
    expect((await now()).replace('−', '-')).toBe(
      (meanAttribution! * 1000).toFixed(Math.abs(meanAttribution! * 1000) < 9.95 ? 2 : 1),
    );
    await page.reload();
    await page.waitForSelector(plot('attribution'));
    expect(await page.locator('select[name="class"]').inputValue()).toBe('zebra');
  });

  test('draws the limit a user set', async () => {
    const rules = [{ name: 'rankThreshold', rank: 3, role: 'suspect' }];
    const { page } = await show({ to: 9, rules });
    const y = await yOf(page, 'rank', 3, true);
    const x = await xOf(page, 'rank', 11);
    expect(await inked(page, 'rank', x, y, 'suspect', 12)).toBeGreaterThan(3);
    const bare = await show({ to: 9, rules: [] });
    expect(await inked(bare.page, 'rank', x, y, 'suspect', 12)).toBe(0);
  });
});

describe('new data', () => {
  test('from another process appears in table, charts, alerts and list, on the same canvases', async () => {
    const path = storePath();
    writeRun(path, { to: 3 });
    const { page } = await open(path);
    const writer = await otherProcess(path);
    await page.locator('canvas').evaluateAll((all) => {
      for (const canvas of all) (canvas as any).before = true;
    });
    expect(await page.locator('.mark.alarm').count()).toBe(0);
    await writer.say('observe 4');
    await page.waitForSelector('[data-chart="rank"][data-epochs="5"]');
    expect(await text(page, cell('watermark', 'now'))).toBe(meanRank(4, 0).toFixed(1));
    expect(await text(page, '[data-fact="epoch"]')).toBe('4 of 12');
    expect(await page.locator(`${plot('rank')} .mark.alarm`).getAttribute('data-epoch')).toBe('4');
    expect(await text(page, '.alert.alarm .level')).toBe('alarm');
    expect(await text(page, '.runs li')).toMatch(/epoch 42 alerts/);
    const [x, y] = [await xOf(page, 'rank', 4), await yOf(page, 'rank', meanRank(4, 0), true)];
    expect(await inked(page, 'rank', x, y, 'suspect')).toBeGreaterThan(15);
    // Accuracy, loss and ranks go on in the charts they were in.
    for (const chart of ['accuracy', 'loss', 'rank'])
      expect(await page.locator(`${plot(chart)} canvas`).evaluate((c: any) => c.before), chart).toBe(true);
    await writer.say('finish');
    await page.waitForSelector('.run-title .state.done');
  });

  test('does not redraw what it leaves as it is', async () => {
    const { page, path } = await show({ to: 6 });
    const draws = () => page.locator('.plot').evaluateAll((all) => all.map((c: any) => c.dataset.draws));
    await page.waitForTimeout(100);
    const before = await draws();
    const store = openStore(path);
    onTestFinished(() => store.close());
    const { writer } = startRun(store, {}, true);
    const [alert] = store.alerts(1);
    new Outbox(store).done(alert.id, 'console', 'delivered');
    writer.event('error', 'a channel failed', 6);
    await page.waitForFunction(() =>
      document.querySelector('.log .count')?.textContent?.includes('3 events'),
    );
    const other = startRun(store, { name: 'another run' });
    observe(other, 0, { name: 'another run' });
    // The newest run is shown until one is chosen.
    await page.waitForFunction(() => document.querySelector('h1')?.textContent === 'another run');
    await page.locator('.runs a', { hasText: 'horses' }).click();
    await page.waitForFunction(() => document.querySelector('h1')?.textContent === 'horses');
    await page.waitForSelector('[data-chart="rank"][data-epochs="7"]');
    await page.waitForTimeout(100);
    const chosen = await draws();
    observe(other, 1, { name: 'another run' });
    await page.waitForFunction(() => document.querySelector('.runs li')?.textContent?.includes('epoch 1'));
    expect(await draws()).toEqual(chosen);
    expect(before.map(Number).every((count) => count > 0)).toBe(true);
  });

  test('that came while the server was away is there when it is back', async () => {
    const path = storePath();
    writeRun(path, { to: 2 });
    const { page, server } = await open(path);
    await server.close();
    await page.waitForSelector('.connection.lost');
    expect(await text(page, '.connection')).toBe('Connection lost, trying again');
    // What cannot be had is not claimed.
    await page.locator('select[name="class"]').selectOption('zebra');
    await page.waitForSelector('.run > .notice');
    expect(await text(page, '.chart-rank figcaption')).toContain('all classes');
    writeRun(path, { from: 3, to: 5 });
    const again = await startDashboard(path, { port: server.port });
    onTestFinished(() => again.close());
    await page.waitForSelector('.connection.live');
    await page.waitForSelector('[data-chart="rank"][data-epochs="6"]');
    expect(await text(page, '.chart-rank figcaption')).toContain('zebra');
    await page.locator('select[name="class"]').selectOption({ index: 0 });
    await expect.poll(() => text(page, cell('watermark', 'n'))).toBe('16');
    expect(await text(page, cell('watermark', 'now'))).toBe(meanRank(5, 0).toFixed(1));
    expect(await page.locator('.notice').count()).toBe(0);
    const writer = await otherProcess(path);
    await writer.say('observe 6');
    await page.waitForSelector('[data-chart="rank"][data-epochs="7"]');
  });

  test('lets go of the epochs that a resumed training replaces', async () => {
    const { page, path } = await show({ to: 9 });
    const epochs = () => page.locator(plot('rank')).getAttribute('data-epochs');
    const line = () => page.locator('tr[data-segment="watermark"] .sparkline path').getAttribute('d');
    expect(await epochs()).toBe('10');
    const store = openStore(path);
    onTestFinished(() => store.close());
    const resumed = startRun(store, {}, true);
    // From epoch 5 on, and 8 is observed next: 6 and 7 are of the life before.
    observe(resumed, 8, {}, 5);
    await expect.poll(epochs).toBe('8');
    await expect.poll(async () => (await line())!.match(/[ML]/g)!.length).toBe(8);
    expect(await text(page, cell('watermark', 'now'))).toBe(meanRank(9, 0).toFixed(1));
    observe(resumed, 10, {}, 8);
    await expect.poll(() => text(page, cell('watermark', 'now'))).toBe(meanRank(10, 0).toFixed(1));
    expect(await epochs()).toBe('8');
  });

  test('of a new run in the place of a deleted one is not joined to the old one', async () => {
    const { page, path } = await show({ to: 6 });
    const db = new Database(path);
    db.pragma('foreign_keys = ON');
    db.prepare('DELETE FROM runs').run();
    db.close();
    writeRun(path, { to: 1 });
    await page.waitForSelector('[data-chart="rank"][data-epochs="2"]');
    expect(await text(page, cell('watermark', 'now'))).toBe(meanRank(1, 0).toFixed(1));
    await expect.poll(() => text(page, '.runs li')).toContain('epoch 1');
  });

  test('that stops coming makes a run stale; a failed one says why', async () => {
    const path = storePath();
    writeRun(path, { to: 1 });
    const db = new Database(path);
    onTestFinished(() => void db.close());
    db.prepare("UPDATE runs SET heartbeat_at = '2026-01-01T00:00:00.000Z'").run();
    const { page } = await open(path);
    expect(await text(page, '.run-title')).toMatch(/stale.*no sign of life for \d+ d/);
    expect(await text(page, '.runs li')).toContain('stale');
    const store = openStore(path);
    onTestFinished(() => store.close());
    startRun(store, {}, true).writer.finish('failed', 'the loss is NaN');
    await page.waitForSelector('.run-title .state.failed');
    expect(await text(page, '.run-header .notice')).toBe('the loss is NaN');
  });

  test('its age counts on while nothing comes', async () => {
    const { page } = await show({ to: 1 });
    const age = async () => Number.parseInt(await text(page, '[data-fact="age"]'), 10);
    const before = await age();
    await expect.poll(age, { timeout: 10_000 }).toBeGreaterThan(before);
  });
});

describe('before there is data', () => {
  test('an empty store says how a run comes into it, and shows it when it does', async () => {
    const path = storePath();
    openStore(path).close();
    const { page } = await open(path);
    expect(await text(page, '#main')).toMatch(/No runs yet[\s\S]*satCallback/);
    const store = openStore(path);
    onTestFinished(() => store.close());
    const recording = startRun(store);
    await page.waitForSelector('.run');
    expect(await text(page, '.chart-rank .chart-empty')).toContain('measured before its first batch');
    expect(await text(page, '.chart-accuracy .chart-empty')).toContain('first completed epoch');
    expect(await text(page, '.alerts')).toContain(
      'None yet. Every observation is looked at by reliance, rankThreshold.',
    );
    expect(await text(page, cell('watermark', 'now'))).toBe('–');
    observe(recording, 0);
    await page.waitForSelector('[data-chart="rank"][data-epochs="1"]');
    // A single observation is a point, not nothing.
    const [x, y] = [await xOf(page, 'rank', 0), await yOf(page, 'rank', meanRank(0, 0), true)];
    expect(await inked(page, 'rank', x + 2, y, 'suspect', 4)).toBeGreaterThan(5);
    expect(await page.locator('.chart-rank .chart-empty').count()).toBe(0);
  });
});

describe('for everyone', () => {
  test('by keyboard: segments, charts, choices', async () => {
    const { page } = await show({ to: 9 });
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the run');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    const highlight = () => page.locator(plot('rank')).getAttribute('data-highlight');
    const names = await page.locator('tbody tr').evaluateAll((all) => all.map((r: any) => r.dataset.segment));
    await page.locator('tr[data-segment="watermark"] button').focus();
    await page.keyboard.press('ArrowDown');
    expect(await highlight()).toBe(names[names.indexOf('watermark') + 1]);
    await page.keyboard.press('End');
    expect(await highlight()).toBe(names.at(-1));
    await page.keyboard.press('Enter');
    expect(await page.locator(`tr[data-segment="${names.at(-1)}"] button`).getAttribute('aria-pressed')).toBe(
      'true',
    );
    expect(page.url()).toContain(`segment=${names.at(-1)}`);
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
    expect(outline).toBe('solid');
    await page.locator('.charts').focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    expect(await page.locator(`${plot('rank')} .cursor`).getAttribute('data-epoch')).toBe('8');
    expect(await page.locator('[data-readout]').textContent()).toMatch(
      new RegExp(`^Epoch 8: ${names.at(-1)}, rank`),
    );
    await page.keyboard.press('Escape');
    expect(await page.locator(`${plot('rank')} .cursor`).isHidden()).toBe(true);
  });

  test('pointing at a line highlights it, a click keeps it', async () => {
    const { page } = await show({ to: 9 });
    const segment = 6;
    const between = (meanRank(5, segment) + meanRank(6, segment)) / 2;
    const [x, y] = [await xOf(page, 'rank', 5.5), await yOf(page, 'rank', between, true)];
    await page.mouse.move(x, y);
    const highlight = () => page.locator(plot('rank')).getAttribute('data-highlight');
    await expect.poll(highlight).toBe('sky');
    expect(await inked(page, 'rank', x, y, 'context')).toBeGreaterThan(15);
    expect(await text(page, '.chart-effect figcaption')).toContain('Effect of sky');
    await page.mouse.click(x, y);
    await page.mouse.move(5, 5);
    expect(await highlight()).toBe('sky');
  });

  test.each(['light', 'dark'] as const)(
    'without serious faults for assistive technology, in %s',
    async (colorScheme) => {
      const { page } = await show({ to: 9, gaps: [7] }, { colorScheme });
      const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const [red] = background.match(/\d+/g)!.map(Number);
      expect(colorScheme === 'dark' ? red < 60 : red > 200).toBe(true);
      await page.locator('.alert.alarm summary').click();
      await page.locator('.log summary').click();
      // Evaluated by the debugger, which the page's policy does not bind.
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

  test('the charts follow when the light changes', async () => {
    const { page } = await show({ to: 9 });
    await page.emulateMedia({ colorScheme: 'dark' });
    const [x, y] = [await xOf(page, 'rank', 9), await yOf(page, 'rank', meanRank(9, 0), true)];
    await expect.poll(() => inked(page, 'rank', x, y, 'suspect')).toBeGreaterThan(15);
  });

  test('on a phone nothing is wider than the page, and the runs are behind a button', async () => {
    const { page } = await show({ to: 9 }, { viewport: { width: 390, height: 844 } });
    const width = () => page.evaluate(() => document.documentElement.scrollWidth);
    expect(await width()).toBe(390);
    const wide = await page
      .locator('#main *')
      .evaluateAll((all) => all.filter((e) => e.getBoundingClientRect().right > 391).map((e) => e.className));
    expect(wide).toEqual([]);
    expect(await page.locator('.runs').isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Runs' }).click();
    expect(await page.locator('.runs').isVisible()).toBe(true);
    await page.locator('input[value="attribution"]').check();
    await page.waitForSelector(plot('attribution'));
    expect(await width()).toBe(390);
  });

  test('sixty segments: the first twelve and what matters, then all', async () => {
    const { page } = await show({ to: 12, segments: 60, epochs: 20 });
    // Twelve by rank; grass is named by an alert.
    expect(await page.locator(plot('rank')).getAttribute('data-series')).toBe('13');
    expect(await page.locator('tbody tr').count()).toBe(13);
    await page.getByRole('button', { name: 'Show all 60 segments' }).click();
    expect(await page.locator(plot('rank')).getAttribute('data-series')).toBe('60');
    expect(await page.locator('tbody tr').count()).toBe(60);
    const boxes = await page
      .locator(`${plot('rank')} .label`)
      .evaluateAll((all) =>
        all.map((l) => l.getBoundingClientRect()).map(({ top, bottom }) => [top, bottom]),
      );
    boxes.sort(([a], [b]) => a - b);
    for (let i = 1; i < boxes.length; i++) expect(boxes[i][0]).toBeGreaterThanOrEqual(boxes[i - 1][1] - 0.5);
    expect(boxes.length).toBeGreaterThan(8);
  });

  test('names are text, whatever stands in them', async () => {
    const evil = '<img src=x onerror="document.title=1">';
    const long = 'a'.repeat(300);
    const { page } = await show(
      { to: 5, names: [evil, long, '__proto__'], classNames: ['<b>horse</b>', 'ze&bra'], name: evil },
      { viewport: { width: 390, height: 844 } },
    );
    expect(await text(page, 'h1')).toBe(evil);
    expect(await page.locator('.segment-name').allTextContents()).toEqual(
      expect.arrayContaining([evil, '__proto__']),
    );
    expect(await page.locator('select[name="class"] option').allTextContents()).toContain(
      '<b>horse</b> (16)',
    );
    expect(await page.locator('#app img[src="x"], #app b').count()).toBe(0);
    expect(await page.title()).toBe('satwatch');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await page.locator('select[name="class"]').selectOption('ze&bra');
    await expect.poll(() => page.locator('[data-column="n"]').nth(1).textContent()).toBe('16');
  });

  test('a browser whose language is no valid tag sees the charts too', async () => {
    const path = storePath();
    writeRun(path, { to: 2 });
    const server = await startDashboard(path, { port: 0 });
    const page = await browser.newPage();
    onTestFinished(async () => {
      await page.close();
      await server.close();
    });
    await page.addInitScript(() => {
      Object.defineProperty(Navigator.prototype, 'language', {
        get: () => 'en-US@posix',
        configurable: true,
      });
    });
    await page.goto(server.url);
    await page.waitForSelector('[data-chart="rank"][data-epochs="3"]');
  });

  test('a token is asked for once and leaves the address', async () => {
    const path = storePath();
    writeRun(path, { to: 2 });
    const server = await startDashboard(path, { port: 0, token: 'a-token-of-some-length' });
    onTestFinished(() => server.close());
    const { page, problems } = await openPage(browser, server.url);
    onTestFinished(() => page.close());
    problemsOf.push(problems);
    await page.waitForSelector('.connection.live');
    await page.waitForSelector('[data-chart="rank"][data-epochs="3"]');
    expect(page.url()).not.toContain('token');
  });
});
