import fc from 'fast-check';
import { startDashboard } from 'satwatch/dashboard';
import { describe, expect, onTestFinished, test } from 'vitest';
import { localRanks } from '../../src/sat/localRanks.js';
import { Database } from '../../src/store/database.js';
import { openStore } from '../../src/store/index.js';
import {
  alertImages,
  attributionAt,
  cornerOf,
  costAt,
  costGap,
  type FixtureOptions,
  mapOf,
  marginAt,
  observe,
  probeSet,
  side,
  startRun,
  writeRun,
} from './fixture.js';
import { raw, storePath } from './setup.js';

const probeId = encodeURIComponent(probeSet().id);
const observations = '/api/runs/1/observations';

async function serve(options: Partial<FixtureOptions> & { to?: number } = {}) {
  const path = storePath();
  writeRun(path, { to: 6, ...options });
  const server = await startDashboard(path, { port: 0 });
  onTestFinished(() => server.close());
  const ask = (route: string) => fetch(new URL(route, server.url));
  const get = async (route: string) => {
    const response = await ask(route);
    return { status: response.status, body: (await response.json()) as any };
  };
  /** The status for a reader that has it already. */
  const status = async (route: string, etag: string) =>
    (await raw(new URL(route, server.url).href, { 'If-None-Match': etag })).status;
  return { path, ask, get, status };
}

/** Of an image that shows the first segment, as every other pair does. */
const shows = (image: number) => image % 4 < 2;

/** The first segment's row of an image, worked out from what the fixture writes. */
function rowOf(image: number, epoch: number): { rank: number; attribution: number } {
  const segments = probeSet().segmentNames.map((_, s) => s);
  const values = segments.slice(shows(image) ? 0 : 1).map((s) => attributionAt(epoch, image, s));
  return { rank: localRanks(values)[0], attribution: values[0] };
}

function sorted(images: number[], key: (image: number) => number[]): number[] {
  return [...images].sort((a, b) => {
    const [p, q] = [key(a), key(b)];
    return p[0] - q[0] || (p[1] ?? 0) - (q[1] ?? 0) || a - b;
  });
}

describe('a picture', () => {
  test('is a JPEG that never changes: kept for good, and 304 where it is known', async () => {
    const { ask, status } = await serve({ to: 0 });
    const route = `/api/probe-sets/${probeId}/images/3/picture`;
    const first = await ask(route);
    expect(first.headers.get('content-type')).toBe('image/jpeg');
    expect(first.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
    const etag = first.headers.get('etag')!;
    expect(etag).toMatch(/^"[\w-]{20,}"$/);
    expect([...new Uint8Array(await first.arrayBuffer()).slice(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
    expect(await status(route, etag)).toBe(304);
    expect(await status(route.replace('/3/', '/4/'), etag)).toBe(200);
  });

  test('comes with its masks, in names and runs', async () => {
    const { ask, status } = await serve({ to: 0 });
    const response = await ask(`/api/probe-sets/${probeId}/images/5/masks`);
    expect(response.headers.get('cache-control')).toContain('immutable');
    const etag = response.headers.get('etag')!;
    const { width, height, masks } = (await response.json()) as any;
    expect([width, height, masks.length]).toEqual([side, side, 9]);
    const [x, y] = cornerOf(5, 0);
    expect(masks[0]).toEqual({ segment: 'watermark', runs: [y * side + x, 2, (y + 1) * side + x, 2] });
    expect(await status(response.url, etag)).toBe(304);
  });
});

describe('the pictures behind a point', () => {
  test('are those of the class that show the segment, in each order', async () => {
    const { get } = await serve();
    const horses = Array.from({ length: 32 }, (_, i) => i).filter((i) => shows(i) && i % 2 === 0);
    const row = (i: number) => rowOf(i, 4);
    const first = (i: number) => rowOf(i, 0);
    const orders: Record<string, number[]> = {
      rank: sorted(horses, (i) => [row(i).rank, -Math.abs(row(i).attribution)]),
      attribution: sorted(horses, (i) => [-row(i).attribution]),
      'rank-change': sorted(horses, (i) => [row(i).rank - first(i).rank, row(i).rank]),
      'attribution-change': sorted(horses, (i) => [first(i).attribution - row(i).attribution]),
      margin: sorted(horses, (i) => [marginAt(4, i)]),
    };
    for (const [sort, expected] of Object.entries(orders)) {
      const { body } = await get(`${observations}/4/pictures?segment=watermark&class=horse&sort=${sort}`);
      expect(
        body.items.map(({ index }: any) => index),
        sort,
      ).toEqual(expected);
      expect(body.total).toBe(8);
    }
    expect(new Set(Object.values(orders).map(String)).size).toBe(5);
    const { body } = await get(`${observations}/4/pictures?segment=watermark&class=horse`);
    expect(body.items.map(({ index }: any) => index)).toEqual(orders.rank);
    const [item] = body.items;
    expect(item).toMatchObject({
      id: `image-${item.index}`,
      label: 0,
      predicted: marginAt(4, item.index) > 0 ? 0 : 1,
      margin: expect.closeTo(marginAt(4, item.index), 4),
      rankChange: row(item.index).rank - first(item.index).rank,
      map: true,
    });
    expect(item.sat.map(({ rank }: any) => rank)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(item.sat.find(({ segment }: any) => segment === 'watermark').attribution).toBeCloseTo(
      row(item.index).attribution,
      5,
    );
    expect(body).toMatchObject({
      epoch: 4,
      step: 164,
      stored: true,
      peak: expect.closeTo(0.25 + 31 / 64, 6),
    });
  });

  test('keep the order of another observation when asked, and come in pages', async () => {
    const { get } = await serve();
    const all = Array.from({ length: 32 }, (_, i) => i).filter(shows);
    const order = sorted(all, (i) => [marginAt(1, i)]);
    const { body } = await get(
      `${observations}/5/pictures?segment=watermark&sort=margin&sortEpoch=1&offset=5&limit=4`,
    );
    expect(body.items.map(({ index }: any) => index)).toEqual(order.slice(5, 9));
    expect(body.items[0].margin).toBeCloseTo(marginAt(5, order[5]), 4);
    expect([body.total, body.epoch]).toEqual([16, 5]);
    const past = await get(`${observations}/5/pictures?segment=watermark&offset=400`);
    expect(past.body.items).toEqual([]);
    const none = await get(`${observations}/5/pictures`);
    expect(none.body.items.map(({ index }: any) => index)).toEqual(
      sorted(
        Array.from({ length: 32 }, (_, i) => i),
        (i) => [marginAt(5, i)],
      ),
    );
  });

  test('are there without values where none were finite, and without pictures in an older store', async () => {
    const { get } = await serve({ gaps: [3], maps: false, pictures: false });
    const { body } = await get(`${observations}/3/pictures?segment=watermark&sort=rank-change`);
    expect(body).toMatchObject({ total: 16, stored: false, peak: null });
    expect(body.items[0]).toMatchObject({
      sat: null,
      predicted: null,
      margin: null,
      rankChange: null,
      map: false,
    });
  });

  test('follow an observation that is written anew', async () => {
    const { get, path } = await serve({ to: 2 });
    const indices = async () =>
      (await get(`${observations}/2/pictures?segment=watermark&sort=margin`)).body.items.map(
        ({ index }: any) => index,
      );
    const before = await indices();
    const store = openStore(path);
    onTestFinished(() => store.close());
    const db = new Database(path);
    db.prepare('UPDATE observations SET step = 82 WHERE epoch = 2').run();
    db.close();
    observe(startRun(store, {}, true), 2, { shortcut: 0, gaps: [2] });
    expect(await indices()).not.toEqual(before);
  });
});

describe('heat maps', () => {
  test('are bytes: the peak, then a value a pixel', async () => {
    const { ask, status } = await serve({ to: 1 });
    const response = await ask(`${observations}/1/maps/9`);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    const bytes = await response.arrayBuffer();
    const { peak, values } = mapOf(9);
    expect(new DataView(bytes).getFloat32(0, true)).toBe(Math.fround(peak));
    expect([...new Int8Array(bytes, 4)]).toEqual([...values]);
    const etag = response.headers.get('etag')!;
    // An observation may be written again, so its maps are asked for again.
    expect(response.headers.get('cache-control')).toBe('private, no-cache');
    expect(await status(`${observations}/1/maps/9`, etag)).toBe(304);
    expect((await ask(`${observations}/1/maps/9?step=41`)).status).toBe(200);
    expect((await ask(`${observations}/1/maps/9?step=40`)).status).toBe(404);
  });
});

describe('an alert', () => {
  test('has its pictures as they were, in the order of how telling they are', async () => {
    const { get, ask } = await serve();
    const { alerts } = (await get('/api/runs/1/alerts')).body;
    const { id } = alerts.find(({ rule }: any) => rule === 'reliance');
    const { body } = await get(`/api/runs/1/alerts/${id}/pictures`);
    expect(body.items.map(({ index, place }: any) => [index, place])).toEqual(
      alertImages.map((image, place) => [image, place]),
    );
    expect(body.items[2]).toMatchObject({
      id: 'image-4',
      margin: expect.closeTo(marginAt(4, 4), 4),
      map: true,
    });
    expect(body.items[2].sat.find(({ segment }: any) => segment === 'watermark').rank).toBe(rowOf(4, 4).rank);
    expect(body).toMatchObject({ epoch: 4, stored: true, peak: 1 });
    const bytes = await (await ask(`/api/runs/1/alerts/${id}/maps/2`)).arrayBuffer();
    expect([...new Int8Array(bytes, 4)]).toEqual([...mapOf(4, 1).values]);
    const other = alerts.find(({ rule }: any) => rule === 'rankShift').id;
    expect((await get(`/api/runs/1/alerts/${other}/pictures`)).body).toMatchObject({ items: [], peak: null });
  });
});

test('costs come with the epochs where they were measured, and only what is new', async () => {
  const { get, path } = await serve();
  const { body } = await get('/api/runs/1/costs');
  const epochs = body.costs.map(({ epoch }: any) => epoch);
  expect([...new Set(epochs)]).toEqual([0, 1, 2, 3, 4, 6]);
  expect(epochs).not.toContain(costGap);
  expect(
    body.costs.find((c: any) => c.epoch === 3 && c.variant === 'pasted' && c.className === 'zebra'),
  ).toMatchObject({ segment: 'watermark', step: 123, ...costAt(3, 'pasted', 'zebra') });
  const store = openStore(path);
  observe(startRun(store, {}, true), 7);
  store.close();
  const fresh = await get(`/api/runs/1/costs?since=${body.seq}`);
  expect([...new Set(fresh.body.costs.map(({ epoch }: any) => epoch))]).toEqual([7]);
});

test.each([
  [`/api/probe-sets/${probeId}/images/32/picture`, 404, 'no picture 32'],
  [`/api/probe-sets/${probeId}/images/999999999999999/masks`, 404, 'no picture'],
  [`/api/probe-sets/${probeId}/images/-1/picture`, 400, 'index: expected a whole number'],
  ['/api/probe-sets/unknown/images/0/picture', 404, 'no probe set unknown'],
  [`${observations}/99/pictures?segment=watermark`, 404, 'no observation at epoch 99'],
  [`${observations}/1/pictures?segment=watermark&step=5`, 404, 'epoch 1, step 5'],
  [`${observations}/1/pictures?segment=watermark&sortEpoch=50`, 404, 'no observation at epoch 50'],
  [`${observations}/NaN/pictures?segment=watermark`, 400, 'epoch: expected a number'],
  [`${observations}/1e999/pictures`, 400, 'epoch: expected a number'],
  [`${observations}/1/pictures?segment=watermrak`, 400, "did you mean 'watermark'?"],
  [`${observations}/1/pictures?segment=watermark&class=cow`, 400, "no class 'cow'"],
  [`${observations}/1/pictures?segment=watermark&sort=size`, 400, 'sort'],
  [`${observations}/1/pictures?sort=rank`, 400, "'rank' needs a segment"],
  [`${observations}/1/pictures?segment=watermark&limit=1001`, 400, 'limit'],
  [`${observations}/1/maps/32`, 404, 'no map of picture 32'],
  ['/api/runs/1/alerts/99/pictures', 404, 'no alert 99'],
  ['/api/runs/1/alerts/1/maps/0', 404, 'keeps no map at place 0'],
  ['/api/runs/1/costs?since=x', 400, 'since'],
])('refuses %s with %i', async (route, status, message) => {
  const { get } = await serve({ to: 2 });
  const answer = await get(route);
  expect(answer.status).toBe(status);
  expect(answer.body.error.message).toContain(message);
});

test('whatever is asked, the server never fails', async () => {
  const { ask } = await serve({ to: 2 });
  const odd = fc.oneof(
    fc.constantFrom(
      '',
      '0',
      '1',
      '2',
      '-1',
      '1.5',
      '1e3',
      '9'.repeat(15),
      '9'.repeat(40),
      'last',
      '__proto__',
      '%00',
    ),
    fc.string({ maxLength: 12 }).map(encodeURIComponent),
  );
  const query = fc
    .dictionary(
      fc.constantFrom(
        'segment',
        'class',
        'sort',
        'step',
        'sortEpoch',
        'sortStep',
        'offset',
        'limit',
        'since',
        'x',
      ),
      fc.oneof(odd, fc.constantFrom('watermark', 'horse', 'rank', 'margin')),
    )
    .map(
      (entries) =>
        `?${Object.entries(entries)
          .map(([name, value]) => `${name}=${value}`)
          .join('&')}`,
    );
  const route = fc.oneof(
    fc.tuple(odd, odd).map(([epoch, index]) => `${observations}/${epoch}/maps/${index}`),
    odd.map((epoch) => `${observations}/${epoch}/pictures`),
    fc.tuple(odd, odd).map(([id, place]) => `/api/runs/1/alerts/${id}/maps/${place}`),
    odd.map((id) => `/api/runs/1/alerts/${id}/pictures`),
    fc
      .tuple(fc.oneof(odd, fc.constant(probeId)), odd)
      .map(([id, index]) => `/api/probe-sets/${id}/images/${index}/masks`),
    odd.map((run) => `/api/runs/${run}/costs`),
  );
  await fc.assert(
    fc.asyncProperty(route, query, async (path, search) => {
      const response = await ask(path + search);
      await response.arrayBuffer();
      expect(response.status, path + search).toBeLessThan(500);
    }),
    { numRuns: 400 },
  );
});
