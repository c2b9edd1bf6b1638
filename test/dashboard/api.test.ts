import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openStore as openPublic } from 'satwatch';
import { createDashboard, startDashboard } from 'satwatch/dashboard';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../src/store/index.js';
import { type FixtureOptions, meanRank, observe, startRun, writeRun } from './fixture.js';
import { raw, storePath } from './setup.js';

async function serve(options: Partial<FixtureOptions> & { to?: number } = {}) {
  const path = storePath();
  const run = writeRun(path, options);
  const server = await startDashboard(path, { port: 0 });
  onTestFinished(() => server.close());
  const get = async (route: string) => {
    const response = await fetch(new URL(route, server.url));
    return { status: response.status, body: (await response.json()) as any };
  };
  return { path, run, server, get };
}

describe('the API', () => {
  test('names the program and the store', async () => {
    const { get, path } = await serve();
    expect((await get('/api/about')).body).toEqual({
      name: 'satwatch',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      store: path,
      pid: process.pid,
    });
  });

  test('pages the runs, newest first', async () => {
    const { get, path } = await serve({ to: 1, name: 'first' });
    writeRun(path, { to: 0, name: 'second', done: true });
    const { body } = await get('/api/runs?limit=1');
    expect(body.total).toBe(2);
    expect(body.runs.map((r: any) => [r.name, r.state, r.epoch])).toEqual([['second', 'done', 0]]);
    expect((await get('/api/runs?limit=1&offset=1')).body.runs[0].name).toBe('first');
  });

  test('describes a run, its probe set and the limits the user set', async () => {
    const { get, run } = await serve();
    for (const ref of [run, 'horses']) {
      const { body } = await get(`/api/runs/${ref}`);
      expect(body.run).toMatchObject({ id: run, name: 'horses', state: 'running', epoch: 8 });
      expect(body.probe.classes).toEqual([
        { name: 'horse', images: 16 },
        { name: 'zebra', images: 16 },
      ]);
      expect(body.probe.segments[0]).toEqual({ name: 'watermark', role: 'suspect', images: 16 });
      expect(body.probe.segments[8]).toEqual({ name: 'tail', role: null, images: 32 });
      expect(body.thresholds).toEqual([
        { rank: 3, segment: 'watermark', role: null, className: null, perClass: false },
      ]);
      expect(body.events[0].kind).toBe('start');
    }
  });

  test('gives trajectories as columns, with nulls for gaps, and only what is new since a change', async () => {
    const { get, path, run } = await serve({ to: 3, gaps: [2] });
    const { body } = await get(`/api/runs/${run}/trajectories`);
    expect(body.epochs).toEqual([0, 1, 2, 3]);
    expect(body.steps).toEqual([0, 41, 82, 123]);
    expect(body.segments).toHaveLength(9);
    const [watermark] = body.segments;
    expect(watermark.segment).toBe('watermark');
    expect(watermark.meanRank).toEqual([
      expect.closeTo(meanRank(0, 0), 4),
      expect.closeTo(meanRank(1, 0), 4),
      null,
      expect.closeTo(meanRank(3, 0), 4),
    ]);
    expect([watermark.n[2], watermark.meanAttribution[2], watermark.chanceRank[2]]).toEqual([0, null, null]);

    const other = await get(`/api/runs/${run}/trajectories?aggregation=absolute&class=zebra`);
    expect(other.body.segments[0].meanRank[0]).not.toBeCloseTo(watermark.meanRank[0], 3);

    const store = openStore(path);
    observe(startRun(store, {}, true), 4);
    store.close();
    for (const part of ['trajectories', 'metrics', 'effects']) {
      const { body: fresh } = await get(`/api/runs/${run}/${part}?since=${body.seq}`);
      const rows = fresh.epochs ?? (fresh.observations ?? fresh.effects).map((row: any) => row.epoch);
      expect([...new Set(rows)], part).toEqual([4]);
    }
    const alerts = await get(`/api/runs/${run}/alerts?since=${body.seq}`);
    expect(alerts.body.alerts.map((a: any) => [a.rule, a.epoch])).toEqual([['reliance', 4]]);
  });

  test.each([
    ['/api/runs/99', 404, 'RUN_UNKNOWN', "no run '99'"],
    ['/api/runs/hrses', 404, 'RUN_UNKNOWN', "did you mean 'horses'?"],
    ['/api/runs/1/trajectories?class=cow', 400, 'UNKNOWN_CLASS', "no class 'cow'"],
    ['/api/runs/1/trajectories?aggregation=median', 400, 'BAD_REQUEST', 'aggregation'],
    ['/api/runs/1/trajectories?klass=horse', 400, 'BAD_REQUEST', 'klass'],
    ['/api/runs/1/metrics?since=-1', 400, 'BAD_REQUEST', 'since: expected a whole number'],
    ['/api/runs/1/alerts?since=1&since=2', 400, 'BAD_REQUEST', 'since'],
    ['/api/runs?limit=0', 400, 'BAD_REQUEST', 'limit'],
    ['/api/runs/%E0%A4%A', 400, 'BAD_REQUEST', 'malformed'],
    ['/api/nothing', 404, 'NOT_FOUND', 'nothing at GET'],
    ['/nothing', 404, 'NOT_FOUND', 'nothing at GET /nothing'],
    ['/assets/..%2f..%2f..%2fpackage.json', 404, 'NOT_FOUND', ''],
  ])('refuses %s with %i', async (route, status, code, message) => {
    const { get } = await serve({ to: 0 });
    const answer = await get(route);
    expect(answer.status).toBe(status);
    expect(answer.body.error.code).toBe(code);
    expect(answer.body.error.message).toContain(message);
    expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\bat \w+ \(|\.js:\d/);
  });

  test('keeps its reasons to itself when it fails', async () => {
    const path = storePath();
    writeRun(path, { to: 0 });
    const store = openPublic(path, { readonly: true });
    const server = createServer(createDashboard(store)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    store.close();
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/api/runs`);
    expect(response.status).toBe(500);
    const { error } = (await response.json()) as any;
    expect(error).toEqual({ code: 'INTERNAL', message: expect.not.stringContaining('database') });
  });
});

describe('who gets in', () => {
  test('headers allow nothing from elsewhere', async () => {
    const { server } = await serve({ to: 0 });
    const { headers } = await fetch(server.url);
    const policy = headers.get('content-security-policy')!;
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ])
      expect(policy).toContain(part);
    expect(policy).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  test('only hashed files may be kept', async () => {
    const { server } = await serve({ to: 0 });
    const page = await fetch(server.url);
    const html = await page.text();
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const script = /src="(\.\/assets\/[^"]+\.js)"/.exec(html)![1];
    const asset = await fetch(new URL(script, server.url));
    expect(asset.status).toBe(200);
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect((await fetch(new URL('/api/runs', server.url))).headers.get('cache-control')).toBe('no-store');
  });

  test('the Host header must name this server', async () => {
    const path = storePath();
    writeRun(path, { to: 0 });
    const server = await startDashboard(path, { port: 0, allowedHosts: ['watch.example.org'] });
    onTestFinished(() => server.close());
    const url = `http://127.0.0.1:${server.port}/api/about`;
    for (const host of ['evil.example', `evil.example:${server.port}`, '127.0.0.1.evil.example']) {
      const { status, body } = await raw(url, { Host: host });
      expect(status, host).toBe(403);
      expect(JSON.parse(body).error.code).toBe('HOST_REFUSED');
    }
    for (const host of [
      'localhost',
      `127.0.0.1:${server.port}`,
      '[::1]:80',
      'LOCALHOST:9',
      'watch.example.org',
    ])
      expect((await raw(url, { Host: host })).status, host).toBe(200);
  });

  test('another address is served with a token only, made where none is given', async () => {
    const path = storePath();
    writeRun(path, { to: 0 });
    const server = await startDashboard(path, { port: 0, host: '0.0.0.0' });
    onTestFinished(() => server.close());
    const url = new URL(server.url);
    const token = url.searchParams.get('token')!;
    expect(token.length).toBeGreaterThanOrEqual(32);
    const base = `http://127.0.0.1:${server.port}`;

    const refused = await fetch(`${base}/api/runs`);
    expect(refused.status).toBe(401);
    expect(((await refused.json()) as any).error.code).toBe('TOKEN_REQUIRED');
    expect((await fetch(`${base}/?token=${token.slice(1)}x`)).status).toBe(401);
    expect((await fetch(`${base}/api/events`)).status).toBe(401);

    for (const [asked, to] of [
      [`/api/runs/1/report.html?token=${token}&class=x%20y`, '/api/runs/1/report.html?class=x+y'],
      [`/api/runs?token=${token}`, '/api/runs'],
    ]) {
      const { headers } = await fetch(base + asked, { redirect: 'manual' });
      expect(new URL(headers.get('location')!, base + asked).href).toBe(base + to);
    }
    const first = await fetch(`${base}/?token=${token}`, { redirect: 'manual' });
    expect(first.status).toBe(303);
    expect(first.headers.get('location')).not.toContain(token);
    const cookie = first.headers.get('set-cookie')!;
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    const again = await fetch(`${base}/api/runs`, { headers: { Cookie: cookie.split(';')[0] } });
    expect(again.status).toBe(200);
    const bearer = await fetch(`${base}/api/runs`, { headers: { Authorization: `Bearer ${token}` } });
    expect(bearer.status).toBe(200);
  });
});

describe('a start that fails', () => {
  const refused = (path: string, options: object) =>
    startDashboard(path, options).then(
      () => expect.unreachable('it started'),
      (error) => error,
    );

  test('on a port in use', async () => {
    const { server, path } = await serve({ to: 0 });
    const error = await refused(path, { port: server.port });
    expect(error).toMatchObject({ code: 'PORT_IN_USE', subject: String(server.port) });
    expect(error.message).toContain(`port ${server.port}`);
    expect(error.message).toMatch(/another port, or 0/);
  });

  test('on a token that is too short, or an empty one', async () => {
    const { path } = await serve({ to: 0 });
    for (const token of ['', 'secret']) {
      const error = await refused(path, { port: 0, host: '0.0.0.0', token });
      expect(error).toMatchObject({ code: 'TOKEN_MISSING', subject: 'token' });
      expect(error.message).toMatch(/16 characters.*leave it out/);
    }
  });

  test('an application of one’s own on an empty token too, which would let everybody in', async () => {
    const { path } = await serve({ to: 0 });
    const store = openPublic(path, { readonly: true });
    onTestFinished(() => store.close());
    for (const token of ['', 'secret', null as any])
      expect(() => createDashboard(store, { token })).toThrow(/token: expected at least 16 characters/);
  });

  test('on an address that is not this machine’s', async () => {
    const { path } = await serve({ to: 0 });
    expect(await refused(path, { port: 0, host: '192.0.2.1' })).toMatchObject({
      code: 'BAD_OPTION',
      subject: 'host',
      message: expect.stringContaining('192.0.2.1'),
    });
  });

  test('on options it does not know, and ports that are none', async () => {
    const { path } = await serve({ to: 0 });
    expect(await refused(path, { prot: 1 })).toMatchObject({
      code: 'UNKNOWN_OPTION',
      subject: 'prot',
      message: expect.stringContaining("'port'"),
    });
    expect(await refused(path, { port: 70_000 })).toMatchObject({ code: 'BAD_OPTION', subject: 'port' });
  });

  test('on a store that is missing or none', async () => {
    const path = storePath();
    expect(await refused(path, { port: 0 })).toMatchObject({ code: 'STORE_NOT_FOUND', subject: path });
    writeFileSync(path, 'not a database, but long enough to be looked at as if it were one'.repeat(20));
    expect(await refused(path, { port: 0 })).toMatchObject({ code: 'STORE_NOT_SQLITE', subject: path });
  });
});
