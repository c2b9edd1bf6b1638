import axe from 'axe-core';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { localRanks } from '../../src/sat/localRanks.js';
import { Outbox, openStore } from '../../src/store/index.js';
import {
  alarmEpoch,
  alertImages,
  attributionAt,
  colorOf,
  cornerOf,
  costAt,
  costGap,
  type FixtureOptions,
  mapOf,
  marginAt,
  meanRank,
  observe,
  probeSet,
  side,
  startRun,
  writeRun,
} from './fixture.js';
import { inked, open, plot, show, text, useBrowser, xOf, yOf } from './open.js';
import { otherProcess, storePath } from './setup.js';

useBrowser();

const horses = Array.from({ length: 32 }, (_, i) => i).filter((i) => i % 4 === 0);
const behind = (epoch: number, more = '') => `#/run/1?class=horse&segment=watermark&pictures=${epoch}${more}`;

function rankOf(image: number, epoch: number): number {
  return localRanks(probeSet().segmentNames.map((_, s) => attributionAt(epoch, image, s)))[0];
}

const byMargin = (epoch: number) => [...horses].sort((a, b) => marginAt(epoch, a) - marginAt(epoch, b));

/** Of the tiles shown, in order. */
async function ids(page: Page): Promise<string[]> {
  await page.waitForSelector('.tile .tile-rank');
  return page.locator('.tile .tile-verdict').evaluateAll((all) => all.map((tile: any) => tile.title));
}

const named = (images: number[]) => images.map((image) => `image-${image}`);

/** The colour of a picture's layers at a place of the picture, 0..1 across and down, drawn over each other. */
function colorAt(picture: Locator, x: number, y: number): Promise<[r: number, g: number, b: number]> {
  return picture.evaluate(
    (box: HTMLElement, [u, v]) => {
      const canvas = document.createElement('canvas');
      canvas.width = canvas.height = 400;
      const ctx = canvas.getContext('2d')!;
      const image = box.querySelector('img')!;
      ctx.filter = image.style.filter || 'none';
      ctx.drawImage(image, 0, 0, 400, 400);
      ctx.filter = 'none';
      ctx.drawImage(box.querySelector('canvas')!, 0, 0, 400, 400);
      const [r, g, b] = ctx.getImageData(u * 400, v * 400, 1, 1).data;
      return [r, g, b] as [number, number, number];
    },
    [x, y],
  );
}

/** A tile's picture once its border and its map are drawn. */
async function drawn(page: Page, place: number, heat = true): Promise<Locator> {
  const picture = page.locator(`.tile[data-place="${place}"] .picture`);
  await picture.locator(`canvas[data-outline="watermark"]${heat ? ':not([data-heat=""])' : ''}`).waitFor();
  await picture.locator('img').evaluate((image: HTMLImageElement) => image.decode());
  return picture;
}

describe('the way to the pictures', () => {
  test('is a click on a point; back and Esc lead out again, and the address leads there', async () => {
    const { page } = await show({ to: 9 });
    const before = page.url();
    const [x, y] = [await xOf(page, 'rank', 6), await yOf(page, 'rank', meanRank(6, 0), true)];
    await page.mouse.move(x + 3, y - 2);
    expect(await page.locator(`${plot('rank')} .spot`).getAttribute('data-text')).toBe(
      'click: pictures at epoch 6',
    );
    await page.mouse.click(x + 3, y - 2);
    await page.waitForSelector('dialog.pictures .tile-rank');
    expect(await text(page, '#pictures-title')).toBe('watermark at epoch 6');
    expect(new URL(page.url()).hash).toBe('#/?segment=watermark&pictures=6');
    await page.goBack();
    await page.waitForSelector('dialog.pictures', { state: 'detached' });
    expect(page.url()).toBe(before);
    await page.goForward();
    await page.waitForSelector('dialog.pictures .tile-rank');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog.pictures', { state: 'detached' });
    expect(page.url()).toBe(before);
    await page.goForward();
    await page.reload();
    await page.waitForSelector('dialog.pictures .tile-rank');
    expect(await text(page, '#pictures-title')).toBe('watermark at epoch 6');
  });

  test('is a button under the cursor, and Enter on the charts', async () => {
    const { page } = await show({ to: 9 });
    expect(await text(page, '.to-pictures')).toBe('Pictures at epoch 9');
    await page.locator('.charts').focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowLeft');
    expect(await text(page, '.to-pictures')).toBe('Pictures at epoch 7');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog.pictures .tile-rank');
    expect(await text(page, '#pictures-title')).toBe('watermark at epoch 7');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog.pictures', { state: 'detached' });
    // Back where one was.
    await expect.poll(() => page.evaluate(() => document.activeElement?.className)).toBe('charts');
    await page.locator('.to-pictures').click();
    await page.waitForSelector('dialog.pictures .tile-rank');
    await page.getByRole('button', { name: 'Close the pictures' }).click();
    await page.waitForSelector('dialog.pictures', { state: 'detached' });
  });

  test("is an alert's button: its segment and class at its epoch", async () => {
    const { page } = await show({ to: 9 });
    await page.locator('.alert.alarm').getByRole('button', { name: 'Pictures of watermark' }).click();
    await page.waitForSelector('dialog.pictures .tile-rank');
    expect(await text(page, '#pictures-title')).toBe(`watermark at epoch ${alarmEpoch}`);
    expect(await page.locator('select[name="pictures-class"]').inputValue()).toBe('horse');
    // The mean rank is of the pictures once they have come.
    await expect
      .poll(() => text(page, '.pictures-title p'))
      .toMatch(/^8 pictures of horse that show it; mean rank \d/);
  });
});

describe('the pictures', () => {
  test('stand in the order asked for, each with its rank, verdict, margin and SAT', async () => {
    const { page } = await show({ to: 6 }, { hash: behind(4) });
    const byRank = [...horses].sort(
      (a, b) =>
        rankOf(a, 4) - rankOf(b, 4) || Math.abs(attributionAt(4, b, 0)) - Math.abs(attributionAt(4, a, 0)),
    );
    expect(await ids(page)).toEqual(named(byRank));
    const [best] = byRank;
    const tile = page.locator('.tile').first();
    const now = rankOf(best, 4);
    const then = rankOf(best, 0);
    expect(await tile.locator('.tile-rank').textContent()).toBe(
      now === then ? `rank ${now}` : `rank ${now}(${then} at epoch 0)`,
    );
    expect(await tile.locator('.tile-margin').textContent()).toBe(
      `margin ${marginAt(4, best).toFixed(2).replace('-', '−')}`,
    );
    // Its SAT: by rank, the segment among them, bars to the side of the sign.
    const values = probeSet().segmentNames.map((name, s) => ({ name, value: attributionAt(4, best, s) }));
    values.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
    const rows = await tile
      .locator('.sat li')
      .evaluateAll((all) =>
        all.map((row) => [row.querySelector('.sat-name')!.textContent, row.querySelector('i')!.className]),
      );
    expect(rows.slice(0, 4)).toEqual(
      values.slice(0, 4).map(({ name, value }) => [name, value < 0 ? 'minus' : 'plus']),
    );
    expect(await tile.locator('.sat .own .sat-name').textContent()).toBe('watermark');

    await page.locator('select[name="pictures-order"]').selectOption('margin');
    await expect.poll(() => ids(page)).toEqual(named(byMargin(4)));
    expect(page.url()).toContain('sort=margin');
    // A wrong one is told by a sign and by words.
    const wrong = byMargin(4).filter((image) => marginAt(4, image) <= 0);
    expect(wrong.length).toBeGreaterThan(0);
    expect(await page.locator('.verdict.wrong').count()).toBe(wrong.length);
    expect(await page.locator('.verdict').first().textContent()).toBe('✕ horse, taken for zebra');
    expect(await page.locator('.verdict').last().textContent()).toBe('✓ horse');
    await page.locator('select[name="pictures-class"]').selectOption('');
    await expect.poll(() => page.locator('.tile').count()).toBe(16);
  });

  test('are the right ones, with the border and the heat at their places', async () => {
    const { page } = await show({ to: 6 }, { hash: behind(4, '&sort=margin') });
    for (const place of [0, 3]) {
      const image = byMargin(4)[place];
      const picture = await drawn(page, place);
      const [x, y] = cornerOf(image, 0);
      // In the middle of the square the map is at its peak, in the bottom row at the other.
      const [r, , b] = await colorAt(picture, (x + 1) / side, (y + 1) / side);
      expect(r - b, 'orange').toBeGreaterThan(80);
      const away = (x + 4) % side;
      const [r2, , b2] = await colorAt(picture, (away + 0.5) / side, (side - 0.5) / side);
      expect(b2 - r2, 'blue').toBeGreaterThan(80);
      // Where the map is zero the picture is seen, grey.
      const [free] = [0, 1, 2, 3, 4, 5, 6].filter((row) => row < y - 1 || row > y + 2);
      const [r3, g3, b3] = await colorAt(picture, (away + 0.5) / side, (free + 0.5) / side);
      expect(Math.max(r3, g3, b3) - Math.min(r3, g3, b3), 'grey').toBeLessThan(12);
      // The border: light next to the square, dark next to that, all around.
      const px = 1 / 164;
      for (const [u, v, dx, dy] of [
        [x / side, (y + 1) / side, -1, 0],
        [(x + 2) / side, (y + 1) / side, 1, 0],
        [(x + 1) / side, y / side, 0, -1],
        [(x + 1) / side, (y + 2) / side, 0, 1],
      ]) {
        // Nothing is outside the picture's own edge.
        if (u + dx * 0.02 < 0 || u + dx * 0.02 > 1 || v + dy * 0.02 < 0 || v + dy * 0.02 > 1) continue;
        const light = await colorAt(picture, u + dx * px * 0.55, v + dy * px * 0.55);
        const dark = await colorAt(picture, u + dx * px * 1.5, v + dy * px * 1.5);
        expect(Math.min(...light), `light ${u} ${v}`).toBeGreaterThan(170);
        expect(Math.max(...dark), `dark ${u} ${v}`).toBeLessThan(90);
      }
    }
    // Without heat the picture has its own colours.
    await page.locator('input[name="heat"][value="off"]').check();
    const image = byMargin(4)[3];
    const { r, g, b } = colorOf(image);
    const picture = await drawn(page, 3, false);
    await expect
      .poll(async () => {
        const found = await colorAt(picture, (((cornerOf(image, 0)[0] + 4) % side) + 0.5) / side, 0.95);
        return Math.max(...found.map((value, i) => Math.abs(value - [r, g, b][i])));
      })
      .toBeLessThan(12);
    // This browser keeps the choice.
    await page.reload();
    await page.waitForSelector('.tile .tile-rank');
    expect(await page.locator('input[name="heat"][value="off"]').isChecked()).toBe(true);
  });

  test('share one scale when asked: a smaller peak is paler', async () => {
    const { page } = await show({ to: 6 }, { hash: behind(4, '&sort=margin') });
    const image = byMargin(4)[0];
    const [x, y] = cornerOf(image, 0);
    const strength = async () => {
      const [r, , b] = await colorAt(await drawn(page, 0), (x + 1) / side, (y + 1) / side);
      return r - b;
    };
    const own = await strength();
    await page.locator('input[name="heat"][value="common"]').check();
    await expect.poll(strength).toBeLessThan(own - 15);
    expect(await text(page, '.heat-key')).toContain(
      `full colour at ${Number((0.25 + 31 / 64).toPrecision(3))}`,
    );
    const opaque = await strength();
    await page.locator('input[name="opacity"]').fill('0.3');
    await expect.poll(strength).toBeLessThan(opaque - 15);
  });

  test('keep their places from epoch to epoch, until they are sorted anew', async () => {
    const { page } = await show({ to: 6 }, { hash: behind(2, '&sort=margin') });
    expect(await ids(page)).toEqual(named(byMargin(2)));
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    const margin = (epoch: number) =>
      `margin ${marginAt(epoch, byMargin(2)[0]).toFixed(2).replace('-', '−')}`;
    await expect.poll(() => page.locator('.tile-margin').first().textContent()).toBe(margin(4));
    expect(await text(page, '#pictures-title')).toBe('watermark at epoch 4');
    expect(await ids(page)).toEqual(named(byMargin(2)));
    expect(await text(page, '.pictures .note')).toContain('In the order of epoch 2');
    expect(page.url()).toContain('pictures=4&sort=margin&sorted=2');
    await expect
      .poll(() => page.locator('.tile canvas').first().getAttribute('data-heat'))
      .toContain('observations/4/');
    await page.getByRole('button', { name: 'Sort by epoch 4' }).click();
    await expect.poll(() => ids(page)).toEqual(named(byMargin(4)));
    for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowLeft');
    await expect.poll(() => text(page, '#pictures-title')).toBe('watermark at epoch 0');
    await page.keyboard.press('ArrowLeft');
    expect(await text(page, '#pictures-title')).toBe('watermark at epoch 0');
    await page.locator('.timeline input').fill('5');
    await expect
      .poll(() => page.locator('.tile-margin').first().textContent())
      .toBe(`margin ${marginAt(5, byMargin(4)[0]).toFixed(2).replace('-', '−')}`);
  });

  test('go on being shown while the training goes on', async () => {
    const path = storePath();
    writeRun(path, { to: 3 });
    const { page } = await open(path, { hash: behind(3) });
    await page.waitForSelector('.tile .tile-rank');
    const writer = await otherProcess(path);
    expect(await page.getByRole('button', { name: 'Later' }).isDisabled()).toBe(true);
    await writer.say('observe 4');
    await expect.poll(() => page.getByRole('button', { name: 'Later' }).isEnabled()).toBe(true);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => text(page, '#pictures-title')).toBe('watermark at epoch 4');
    await expect.poll(() => page.locator('.tile canvas').first().getAttribute('data-heat')).toContain('/4/');
  });

  test('say where maps or pictures are not kept, or values were not finite', async () => {
    const { page } = await show({ to: 3, gaps: [3], maps: false }, { hash: behind(3) });
    await page.waitForSelector('.tile .tile-verdict');
    expect(await text(page, '.pictures .note')).toContain('keepMaps: 1');
    expect(await page.locator('input[name="heat"]').count()).toBe(0);
    expect(await page.locator('.tile').first().textContent()).toBe(
      'horse, prediction not knownmargin –Its attributions were not finite.',
    );
    const old = await show({ to: 3, pictures: false }, { hash: behind(3) });
    await old.page.waitForSelector('.tile .tile-rank');
    expect(await text(old.page, '.pictures .note')).toContain('The store holds no pictures');
    expect(await old.page.locator('.strip').count()).toBe(0);
    expect(await old.page.locator('dialog.pictures').textContent()).not.toMatch(/NaN|undefined|null/);
  });

  test('can be had large: the whole SAT, borders of other segments, the next picture, the next epoch', async () => {
    const { page } = await show({ to: 6 }, { hash: behind(4, '&sort=margin') });
    await page.waitForSelector('.tile .tile-rank');
    await page.locator('.tile[data-place="2"] .tile-picture').focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('.large-facts');
    const image = byMargin(4)[2];
    expect(await text(page, '.large-facts h3')).toBe(`image-${image}`);
    expect(page.url()).toContain('place=2');
    const names = await page.locator('.sat-table .segment-name').allTextContents();
    const order = probeSet()
      .segmentNames.map((name, s) => ({ name, value: Math.abs(attributionAt(4, image, s)) }))
      .sort((a, b) => b.value - a.value);
    expect(names).toEqual(order.map(({ name }) => name));
    await page.locator('.sat-table button', { hasText: 'grass' }).click();
    await page.waitForSelector('.large canvas[data-outline="grass"]');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => text(page, '.large-facts h3')).toBe(`image-${byMargin(4)[3]}`);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => text(page, '#pictures-title')).toBe('watermark at epoch 3');
    // The same picture, earlier.
    expect(await text(page, '.large-facts h3')).toBe(`image-${byMargin(4)[3]}`);
    await expect
      .poll(() => text(page, '.large-facts > .sub'))
      .toContain(`margin ${marginAt(3, byMargin(4)[3]).toFixed(2).replace('-', '−')}`);
    await page.keyboard.press('Escape');
    await page.waitForSelector('.large', { state: 'detached' });
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.closest<HTMLElement>('.tile')?.dataset.place))
      .toBe('3');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog.pictures', { state: 'detached' });
  });

  test('of 5,000 images are tiles only where one looks, wherever one scrolls to', async () => {
    const { page } = await show(
      { to: 1, images: 5000, maps: false },
      { hash: '#/run/1?segment=watermark&pictures=1&sort=margin' },
    );
    await page.waitForSelector('.tile .tile-rank');
    expect(await text(page, '.pictures-title p')).toContain('2500 pictures');
    const scroller = page.locator('.scroller');
    const tiles = () => page.locator('.tile').count();
    expect(await tiles()).toBeLessThan(60);
    await scroller.evaluate(async (box) => {
      for (let top = 0; top < box.scrollHeight; top += 2000) {
        box.scrollTop = top;
        await new Promise(requestAnimationFrame);
      }
    });
    expect(await tiles()).toBeLessThan(60);
    expect(await page.locator('.tile canvas').count()).toBeLessThan(60);
    await scroller.evaluate((box) => {
      box.scrollTop = box.scrollHeight;
    });
    const shows = Array.from({ length: 5000 }, (_, i) => i).filter((i) => i % 4 < 2);
    shows.sort((a, b) => marginAt(1, a) - marginAt(1, b));
    await page.waitForSelector('.tile[data-place="2499"] .tile-rank');
    expect(await page.locator('.tile[data-place="2499"] .tile-verdict').getAttribute('title')).toBe(
      `image-${shows.at(-1)}`,
    );
    const box = (await page.locator('.tile[data-place="2499"]').boundingBox())!;
    expect(box.y + box.height).toBeLessThan(900);
  });
});

describe('an alert', () => {
  test('shows the pictures kept with it, which open large with their heat', async () => {
    const { page } = await show({ to: 9 });
    const strip = page.locator('.alert.alarm .strip');
    await strip.locator('canvas[data-outline="watermark"]').nth(5).waitFor();
    const sources = await strip.locator('img').evaluateAll((all) => all.map((image: any) => image.src));
    expect(sources.map((source) => Number(/images\/(\d+)\//.exec(source)![1]))).toEqual(alertImages);
    expect(await page.locator('.alert.warning .strip').count()).toBe(0);
    await strip.locator('button').nth(1).click();
    await page.waitForSelector('.tile .tile-rank');
    expect(await ids(page)).toEqual(named(alertImages));
    expect(await text(page, '#pictures-title')).toBe(`alarm watermark at epoch ${alarmEpoch}`);
    expect(await text(page, '.pictures-title p')).toContain("Predictions move 17 points towards 'horse'");
    const [x, y] = cornerOf(alertImages[1], 0);
    const [r, , b] = await colorAt(await drawn(page, 1), (x + 1) / side, (y + 1) / side);
    expect(r - b).toBeGreaterThan(80);
    expect(mapOf(alertImages[1], 1).peak).toBe(1);
    const hash = new URL(page.url()).hash;
    expect(hash).toMatch(/^#\/\?segment=watermark&alert=\d+$/);
    await page.locator('.tile-picture').nth(4).click();
    await page.waitForSelector('.large-facts');
    expect(await text(page, '.large-facts h3')).toBe(`image-${alertImages[4]}`);
    await page.goBack();
    await page.waitForSelector('.large', { state: 'detached' });
    await page.getByRole('button', { name: 'All pictures of this epoch' }).click();
    await expect.poll(() => text(page, '#pictures-title')).toBe(`watermark at epoch ${alarmEpoch}`);
    await page.goBack();
    await page.waitForSelector('dialog.pictures', { state: 'detached' });
    // The flag over the charts opens them too.
    await page.locator('.mark.alarm .flag').click();
    await page.waitForSelector('.tile .tile-rank');
    expect(new URL(page.url()).hash).toBe(hash);
  });

  test('says how each channel fared, as it fares', async () => {
    const { page, path } = await show({ to: 5, channels: ['console', 'webhook', 'mail'] });
    const fate = (channel: string) => text(page, `.alert.alarm [data-channel="${channel}"]`);
    expect(await fate('webhook')).toBe('… webhook under way');
    const store = openStore(path);
    onTestFinished(() => store.close());
    const { id } = store.alerts(1).find(({ rule }) => rule === 'reliance')!;
    const outbox = new Outbox(store);
    outbox.done(id, 'console', 'delivered');
    outbox.failed(id, 'webhook', 'failed: HTTP 500 (tried 2 times)', Date.now() + 60_000);
    outbox.done(id, 'mail', 'refused: HTTP 404');
    await expect.poll(() => fate('mail')).toBe('✕ mail refused, not tried again: HTTP 404');
    expect(await fate('console')).toBe('✓ console delivered');
    expect(await fate('webhook')).toBe('↻ webhook failed, will be tried again: HTTP 500 (tried 2 times)');
    outbox.done(id, 'webhook', 'failed: HTTP 500 (tried 9 times, given up)');
    await expect.poll(() => fate('webhook')).toBe('✕ webhook failed: HTTP 500 (tried 9 times, given up)');
  });
});

describe('what a segment costs', () => {
  test('is drawn where it was measured, of the class shown, as accuracy or margin', async () => {
    const { page } = await show({ to: 9 }, { hash: '#/run/1?segment=watermark' });
    const value = (label: string) => text(page, `${plot('cost')} .label[data-key="${label}"] .value`);
    const expected = (epoch: number, className: string | null = null, from = 'horse') => ({
      'with it': costAt(epoch, 'present', className),
      filled: costAt(epoch, 'ring', className),
      blurred: costAt(epoch, 'blur', className),
      others: costAt(epoch, 'unpasted', from),
      'pasted on': costAt(epoch, 'pasted', from),
    });
    for (const [label, { accuracy }] of Object.entries(expected(9)))
      expect(await value(label), label).toBe(accuracy!.toFixed(3));
    expect(await text(page, '.chart-cost figcaption')).toContain('What watermark costs');
    expect(await text(page, '.chart-cost figcaption')).toContain('that of horse pasted on');
    const at = async (epoch: number, color: string, variant: 'present' | 'pasted') => {
      const part = (e: number) => costAt(e, variant, variant === 'pasted' ? 'horse' : null).accuracy!;
      const middle = (part(Math.floor(epoch)) + part(Math.ceil(epoch))) / 2;
      return inked(
        page,
        'cost',
        await xOf(page, 'cost', epoch),
        await yOf(page, 'cost', middle, false),
        color,
        variant === 'pasted' ? 10 : 4,
      );
    };
    expect(await at(3.5, 'suspect', 'present')).toBeGreaterThan(3);
    expect(await at(3.5, 'ink', 'pasted')).toBeGreaterThan(1);
    for (const epoch of [costGap - 0.5, costGap, costGap + 0.5]) {
      expect(await at(epoch, 'suspect', 'present'), `epoch ${epoch}`).toBe(0);
      expect(await at(epoch, 'ink', 'pasted'), `epoch ${epoch}`).toBe(0);
    }
    await page.locator('select[name="class"]').selectOption('zebra');
    await expect.poll(() => value('with it')).toBe(costAt(9, 'present', 'zebra').accuracy!.toFixed(3));
    expect(await value('pasted on')).toBe(costAt(9, 'pasted', 'zebra').accuracy!.toFixed(3));
    await page.locator('input[name="cost"][value="margin"]').check();
    for (const [label, { margin }] of Object.entries(expected(9, 'zebra', 'zebra')))
      await expect.poll(() => value(label)).toBe(margin!.toFixed(2).replace('-', '−'));
    expect(page.url()).toContain('cost=margin');
    await page.locator('tr[data-segment="head"] button').click();
    await expect.poll(() => text(page, '.chart-cost .chart-empty')).toContain('Core segments should decide');
  });
});

describe('notifications', () => {
  /** Chromium without a head shows none and stays at 'denied' whatever it grants: what the page asks of it is recorded. */
  async function withNotifications(page: Page, permission: 'granted' | 'denied' | 'missing') {
    await page.addInitScript((answer) => {
      const shown: unknown[] = [];
      let asked = 0;
      class Recorded {
        static permission = 'default';
        static async requestPermission() {
          asked++;
          Recorded.permission = answer;
          return answer;
        }
        onclick: (() => void) | null = null;
        constructor(title: string, options: object) {
          shown.push({ title, ...options, click: () => this.onclick?.() });
        }
        close() {}
      }
      if (sessionStorage.getItem('granted')) Recorded.permission = 'granted';
      if (answer === 'granted') sessionStorage.setItem('granted', 'yes');
      if (answer === 'missing') delete (globalThis as any).Notification;
      else (globalThis as any).Notification = Recorded;
      Object.assign(globalThis, { shown, asked: () => asked });
    }, permission);
    await page.evaluate(() => sessionStorage.clear());
    await page.reload();
    await page.waitForSelector('.connection.live');
    await page.waitForSelector('.run');
  }
  const shown = (page: Page) => page.evaluate(() => (globalThis as any).shown as any[]);

  test('are asked for by a click only, told of once, remembered, and lead to the pictures', async () => {
    const path = storePath();
    writeRun(path, { to: 3 });
    const { page } = await open(path);
    await withNotifications(page, 'granted');
    const bell = page.getByRole('button', { name: 'Notify me of alerts' });
    expect(await page.evaluate(() => (globalThis as any).asked())).toBe(0);
    expect(await bell.getAttribute('aria-pressed')).toBe('false');
    await bell.click();
    await expect.poll(() => bell.getAttribute('aria-pressed')).toBe('true');
    await page.reload();
    await page.waitForSelector('.connection.live');
    expect(await bell.getAttribute('aria-pressed')).toBe('true');
    const store = openStore(path);
    onTestFinished(() => store.close());
    const recording = startRun(store, { channels: ['webhook'] }, true);
    observe(recording, alarmEpoch, { channels: ['webhook'] });
    await expect.poll(async () => (await shown(page)).length).toBe(1);
    const { id } = store.alerts(1).at(-1)!;
    const [first] = await shown(page);
    expect(first.title).toBe(`alarm: watermark, epoch ${alarmEpoch} of horses`);
    expect(first.body).toContain("towards 'horse'");
    // Its delivery, its growth and its end are no new alerts.
    new Outbox(store).done(id, 'webhook', 'delivered');
    observe(recording, 5);
    observe(recording, 6);
    await page.waitForSelector('[data-chart="rank"][data-epochs="7"]');
    await page.waitForTimeout(200);
    expect(await shown(page)).toHaveLength(1);
    await page.evaluate(() => (globalThis as any).shown[0].click());
    await page.waitForSelector('.tile .tile-rank');
    expect(new URL(page.url()).hash).toBe(
      `#/run/1?segment=watermark&alert=${id}`.replace('segment=watermark&', ''),
    );
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog.pictures', { state: 'detached' });
    await bell.click();
    expect(await bell.getAttribute('aria-pressed')).toBe('false');
  });

  test('are explained where they are refused, and not offered where there are none', async () => {
    const { page } = await show({ to: 1 });
    await withNotifications(page, 'denied');
    const bell = page.getByRole('button', { name: 'Notify me of alerts' });
    await bell.click();
    await expect.poll(() => text(page, '.bell-said')).toContain('blocks notifications');
    expect(await bell.getAttribute('aria-pressed')).toBe('false');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.bell-said').count()).toBe(0);
    const other = await show({ to: 1 });
    await withNotifications(other.page, 'missing');
    expect(await other.page.locator('.bell').count()).toBe(0);
  });
});

describe('for everyone', () => {
  test.each(['light', 'dark'] as const)('the pictures have no serious faults, in %s', async (colorScheme) => {
    const { page } = await show({ to: 6 }, { hash: behind(4, '&sort=margin&sorted=2'), colorScheme });
    await page.waitForSelector('.tile .tile-rank');
    await drawn(page, 0);
    await page.evaluate(axe.source);
    const violations = () =>
      page.evaluate(async () => {
        const { violations } = await (window as any).axe.run(document, { resultTypes: ['violations'] });
        return violations
          .filter(({ impact }: any) => ['serious', 'critical'].includes(impact))
          .map(({ id, nodes }: any) => `${id}: ${nodes.map((n: any) => n.html).join(' | ')}`);
      });
    expect(await violations()).toEqual([]);
    await page.locator('.tile-picture').first().click();
    await page.waitForSelector('.large-facts');
    expect(await violations()).toEqual([]);
  });

  test('on a phone nothing is wider than the page', async () => {
    const viewport = { width: 390, height: 844 };
    const { page } = await show({ to: 6 }, { hash: behind(4), viewport });
    for (const [hash, seen] of [
      [behind(4), '.tile'],
      [behind(4, '&place=1'), '.large-facts'],
      ['#/run/1?segment=watermark&alert=2', '.alert-note'],
    ]) {
      await page.evaluate((to) => {
        location.hash = to;
      }, hash);
      await page.waitForSelector(`dialog.pictures ${seen}`);
      await page.waitForSelector('.tile .tile-rank');
      expect(await page.evaluate(() => document.documentElement.scrollWidth), hash).toBe(390);
      const wide = await page
        .locator('dialog.pictures *')
        .evaluateAll((all) =>
          all
            .filter((e) => e.clientWidth > 1 && e.getBoundingClientRect().right > 391)
            .map((e) => e.className),
        );
      expect(wide, hash).toEqual([]);
      // Something of the pictures is to be seen under all the controls.
      const box = (await page.locator('.tile-picture, .large-picture').last().boundingBox())!;
      expect(box.width).toBeGreaterThan(150);
    }
  });

  test('names are text here too', async () => {
    const evil = '<img src=x onerror="document.title=1">';
    const { page } = await show(
      { to: 4, names: [evil], classNames: ['<b>horse</b>', 'ze&bra'] } satisfies Partial<FixtureOptions> & {
        to: number;
      },
      { hash: `#/run/1?segment=${encodeURIComponent(evil)}&pictures=4` },
    );
    await page.waitForSelector('.tile .tile-rank');
    expect(await text(page, '#pictures-title')).toBe(`${evil} at epoch 4`);
    await page.waitForSelector('.tile canvas[data-outline]:not([data-outline=""])');
    expect(await page.locator('#app img[src="x"]').count()).toBe(0);
    expect(await page.title()).toBe('satwatch');
  });
});
