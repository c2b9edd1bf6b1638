import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type * as tfjs from '@tensorflow/tfjs';
import {
  type Channel,
  createMonitor,
  enableFastTraining,
  rules,
  satCallback,
  channels as shipped,
} from 'satwatch';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { channels } from '../../src/alerts/index.js';
import type { Patience } from '../../src/monitor/courier.js';
import { Deliveries } from '../../src/monitor/deliveries.js';
import { Outbox, openStore, type Store } from '../../src/store/index.js';
import type { Level } from '../../src/types.js';
import { newAlert, observation, smallProbe, startRun } from '../store/run.js';
import { markedTraining, net, probe, temporaryFolder } from '../task.js';
import { backend } from '../tf.js';
import { halfWay, hang, ok, status, webhookServer } from '../webhookServer.js';

const folder = temporaryFolder();
let count = 0;
const file = () => join(folder, `${count++}.sqlite`);
const small = smallProbe();
const secret = 'T0SECRET/xyzzySECRET';
const hurried: Patience = { backoff: [50, 50, 50], timeout: 5000, grace: 100 };
/** How long a poll may take; machines are busy. */
const soon = { timeout: 20_000 };
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** All that is said on standard error. */
function listen(): string[] {
  const lines: string[] = [];
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  onTestFinished(() => spy.mockRestore());
  return lines;
}

/** A run that raises alerts when it is told to, with a store of its own or that of a run before. */
function watch(list: Channel[], { path = file(), run = 'first', patience = hurried } = {}) {
  const store = openStore(path);
  onTestFinished(() => store.close());
  const writer = startRun(store, run);
  const stop = vi.fn();
  const report = vi.fn();
  const deliveries = new Deliveries(list, { stop, report, patience });
  deliveries.resume(store, run);
  onTestFinished(() => deliveries.settle(0));
  let epoch = 0;
  const keep = (...levels: Level[]) => {
    const found = levels.map((level) => newAlert(epoch, { level, message: `${level} ${epoch}` }));
    const changes = deliveries.address({ raised: found, updated: [] });
    return writer.observation(observation(small, epoch++), changes);
  };
  const raise = (...levels: Level[]) => {
    const alerts = keep(...levels);
    for (const alert of alerts) deliveries.send(alert);
    return alerts;
  };
  const fates = () => store.alerts(run).map(({ delivery }) => delivery);
  /** What `delivery` has been, of all alerts. */
  store.db.exec(`
    CREATE TEMP TABLE past (delivery TEXT);
    CREATE TEMP TRIGGER keeping AFTER UPDATE OF delivery ON alerts BEGIN INSERT INTO past VALUES (new.delivery); END`);
  const past = () =>
    (store.db.prepare('SELECT delivery FROM past').pluck().all() as string[]).map((text) => JSON.parse(text));
  return { path, store, deliveries, keep, raise, fates, past, stop, report };
}

const hook = (origin: string, more: Partial<Parameters<typeof channels.webhook>[0]> = {}) =>
  channels.webhook({ url: `${origin}/${secret}`, name: 'hook', message: '{run}: {message}', ...more });
const texts = (received: { body: any }[]) => received.map(({ body }) => body.text);

describe('trying again', () => {
  it('500, then 200: delivered at the second attempt', async () => {
    const lines = listen();
    const { origin, received } = await webhookServer(status(500), ok);
    const { raise, fates, past, store, report } = watch([hook(origin)]);
    const [alert] = raise('alarm');
    expect(fates()).toEqual([{ hook: 'pending' }]);
    const { seq } = store.changes(0);
    await expect.poll(fates, soon).toEqual([{ hook: 'delivered' }]);
    expect(past()).toEqual([{ hook: 'failed: HTTP 500 (tried 1 time)' }, { hook: 'delivered' }]);
    // The page learns of both.
    expect(store.changes(seq)).toMatchObject({ seq: seq + 2, alerts: [{ id: alert.id }] });
    expect(alert.delivery).toEqual({ hook: 'delivered' });
    expect(texts(received)).toEqual(['first: alarm 0', 'first: alarm 0']);
    expect(lines).toEqual([
      "satwatch: channel 'hook' failed: HTTP 500; the alert is in the store and is sent again\n",
    ]);
    expect(report).not.toHaveBeenCalled();
  });

  it('a server that hangs: one request at a time, until the time is up', async () => {
    listen();
    const { origin, received } = await webhookServer(hang, ok);
    const { raise, fates } = watch([hook(origin, { timeout: 1500 })]);
    raise('alarm', 'warning');
    await expect.poll(fates, soon).toEqual([{ hook: 'delivered' }, { hook: 'delivered' }]);
    expect(texts(received)).toEqual(['first: alarm 0', 'first: warning 0', 'first: alarm 0']);
    expect(received[1].at - received[0].at).toBeGreaterThan(100);
  });

  it('a connection that closes half-way, and one that is refused', async () => {
    listen();
    const { origin, received } = await webhookServer(halfWay, ok);
    const { raise, fates, past } = watch([hook(origin)]);
    raise('alarm');
    await expect.poll(fates, soon).toEqual([{ hook: 'delivered' }]);
    expect(past()[0].hook).toMatch(/^failed: no answer \(\w+\) \(tried 1 time\)$/);
    expect(received).toHaveLength(2);

    const gone = await webhookServer(ok);
    await gone.close();
    const other = watch([hook(gone.origin)]);
    other.raise('alarm');
    await expect
      .poll(other.past, soon)
      .toContainEqual({ hook: 'failed: no answer (ECONNREFUSED) (tried 2 times)' });
  });

  it('429 with Retry-After: not before, nor the other alerts of the channel', async () => {
    listen();
    const { origin, received } = await webhookServer(status(429, { 'retry-after': '3' }), ok);
    const { raise, fates } = watch([hook(origin)]);
    raise('alarm', 'warning');
    await expect.poll(fates, soon).toContainEqual({ hook: 'failed: HTTP 429 (tried 1 time)' });
    raise('severe');
    await expect.poll(fates, soon).toEqual(Array(3).fill({ hook: 'delivered' }));
    for (const later of received.slice(1)) expect(later.at - received[0].at).toBeGreaterThanOrEqual(2990);
    expect(received).toHaveLength(4);
  });

  it('a refusal is final, and the next alert is sent all the same', async () => {
    const lines = listen();
    const { origin, received } = await webhookServer(status(404), ok);
    const { raise, fates } = watch([hook(origin)]);
    raise('alarm');
    await expect.poll(fates, soon).toEqual([{ hook: 'refused: HTTP 404' }]);
    raise('alarm');
    await expect.poll(fates, soon).toEqual([{ hook: 'refused: HTTP 404' }, { hook: 'delivered' }]);
    await wait(200);
    expect(received).toHaveLength(2);
    expect(lines).toEqual(["satwatch: channel 'hook' failed: HTTP 404; the alert is in the store\n"]);
  });

  it('gives up after the last attempt', async () => {
    const lines = listen();
    const { origin, received } = await webhookServer(status(503));
    const { raise, fates, store } = watch([hook(origin)]);
    raise('alarm');
    await expect.poll(fates, soon).toEqual([{ hook: 'failed: HTTP 503 (tried 4 times, given up)' }]);
    await wait(200);
    expect(received).toHaveLength(4);
    expect(lines).toHaveLength(1);
    expect(new Outbox(store).nextDue({ name: 'hook', levels: ['alarm'] })).toBeNull();
  });

  it('a channel of the user that asks for it, heeding its signal or not', async () => {
    listen();
    const signals: AbortSignal[] = [];
    const own: Channel = {
      name: 'own',
      retry: true,
      timeout: 50,
      deliver: (_, { signal }) => (signals.push(signal) === 1 ? new Promise(() => {}) : undefined),
    };
    const { raise, fates, past } = watch([own]);
    raise('alarm');
    await expect.poll(fates, soon).toEqual([{ own: 'delivered' }]);
    expect(past()[0]).toEqual({ own: 'failed: no answer within 0.05 s (tried 1 time)' });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });
});

describe('channels beside each other', () => {
  it('one that hangs holds up no other, and its level leaves alerts out', async () => {
    listen();
    const [slow, quick] = [await webhookServer(hang), await webhookServer(ok)];
    const heard: string[] = [];
    const { raise, fates } = watch([
      hook(slow.origin, { name: 'slow', level: 'alarm' }),
      { name: 'heard', deliver: ({ message }) => void heard.push(message) },
      hook(quick.origin, { name: 'quick "1"', level: 'severe' }),
    ]);
    raise('warning', 'alarm', 'severe');
    expect(heard).toEqual(['warning 0', 'alarm 0', 'severe 0']);
    await expect
      .poll(fates, soon)
      .toEqual([
        { heard: 'delivered' },
        { heard: 'delivered', slow: 'pending' },
        { heard: 'delivered', slow: 'pending', 'quick "1"': 'delivered' },
      ]);
    expect(texts(quick.received)).toEqual(['first: severe 0']);
  });

  it('one that does not ask for it gets an alert once, and may stop the training', async () => {
    const lines = listen();
    const broken = vi.fn(() => {
      throw new Error('no printer');
    });
    const stopping = channels.stopTraining({ level: 'severe' });
    const { raise, fates, stop } = watch([{ name: 'printer', deliver: broken }, stopping]);
    raise('alarm');
    expect(stop).not.toHaveBeenCalled();
    raise('severe');
    expect(stop).toHaveBeenCalledOnce();
    await expect
      .poll(fates, soon)
      .toEqual([
        { printer: 'failed: no printer' },
        { printer: 'failed: no printer', stopTraining: 'delivered' },
      ]);
    await wait(150);
    expect(broken).toHaveBeenCalledTimes(2);
    expect(lines).toEqual(["satwatch: channel 'printer' failed: no printer; the alert is in the store\n"]);
  });
});

describe('over the end of a run', () => {
  it('waits a moment, lets go of what hangs, and the next run delivers it under its own name', async () => {
    listen();
    const { origin, received } = await webhookServer(hang, ok);
    const first = watch([hook(origin)]);
    first.raise('alarm', 'severe');
    await expect.poll(() => received.length, soon).toBe(1);
    await first.deliveries.settle(100);
    expect(first.fates()).toEqual([
      { hook: 'failed: no answer when the run ended (tried 1 time)' },
      { hook: 'pending' },
    ]);
    first.store.close();
    await wait(100);
    expect(received).toHaveLength(1);

    const next = watch([hook(origin)], { path: first.path, run: 'second' });
    next.raise('warning');
    const delivered = () =>
      [...next.store.alerts('first'), ...next.store.alerts('second')].map(({ delivery }) => delivery.hook);
    await expect.poll(delivered, soon).toEqual(['delivered', 'delivered', 'delivered']);
    expect(texts(received.slice(1)).sort()).toEqual([
      'first: alarm 0',
      'first: severe 0',
      'second: warning 0',
    ]);
  });

  it('leaves to others what they want and this one does not', async () => {
    listen();
    const { origin, received } = await webhookServer(status(500), ok);
    const first = watch([hook(origin)]);
    first.raise('warning');
    await expect.poll(() => received.length, soon).toBe(1);
    await first.deliveries.settle(0);
    const severe = watch([hook(origin, { level: 'severe' })], { path: first.path, run: 'severe only' });
    await wait(200);
    expect(received).toHaveLength(1);
    await severe.deliveries.settle(0);
    watch([hook(origin)], { path: first.path, run: 'third' });
    await expect.poll(first.fates, soon).toEqual([{ hook: 'delivered' }]);
  });

  it("another run's alert does not stop this training", async () => {
    listen();
    const stopper = (fails: boolean): Channel => ({
      name: 'stopper',
      retry: true,
      deliver(_, { stop }) {
        if (fails) throw new Error('not now');
        stop();
      },
    });
    const first = watch([stopper(true)]);
    first.raise('alarm');
    await first.deliveries.settle(0);
    const next = watch([stopper(false)], { path: first.path, run: 'second' });
    await expect.poll(first.fates, soon).toEqual([{ stopper: 'delivered' }]);
    expect(next.stop).not.toHaveBeenCalled();
    next.raise('alarm');
    await expect.poll(next.fates, soon).toEqual([{ stopper: 'delivered' }]);
    expect(next.stop).toHaveBeenCalledOnce();
  });

  it('a store that fails is reported, and the next alert takes the other along', async () => {
    const { origin, received } = await webhookServer(ok);
    const { keep, raise, fates, report, store, deliveries } = watch([hook(origin)]);
    const [alert] = keep('alarm');
    store.db.exec('ALTER TABLE deliveries RENAME TO elsewhere');
    deliveries.send(alert);
    expect(report).toHaveBeenCalledOnce();
    expect(report.mock.calls[0][0]).toBe('a delivery could not be stored');
    store.db.exec('ALTER TABLE elsewhere RENAME TO deliveries');
    raise('severe');
    await expect.poll(fates, soon).toEqual([{ hook: 'delivered' }, { hook: 'delivered' }]);
    expect(received).toHaveLength(2);
  });
});

describe('processes at one store', () => {
  const running = new Set<ChildProcess>();
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
  });

  /** A process that does nothing but deliver what the store holds. */
  function courier(path: string, origin: string, id: string, grace: number): Promise<string | number> {
    const code = `
      const { openStore } = await import('./dist/src/store/index.js');
      const { Deliveries } = await import('./dist/src/monitor/deliveries.js');
      const { channels } = await import('./dist/src/index.js');
      const store = openStore(${JSON.stringify(path)});
      const hook = channels.webhook({ name: 'hook', url: ${JSON.stringify(`${origin}/${secret}`)},
        message: '{run}: {message}', headers: { 'x-process': '${id}' } });
      const options = { stop() {}, report: (what, error) => { throw error },
        patience: { backoff: [50, 50, 50], timeout: 5000, grace: ${grace} } };
      const deliveries = new Deliveries([hook], options);
      deliveries.resume(store, 'courier');
      await deliveries.settle(20_000);
      store.close();`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      cwd: join(import.meta.dirname, '../..'),
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    running.add(child);
    return new Promise((resolve) =>
      child.on('close', (code, signal) => {
        running.delete(child);
        resolve(code ?? signal!);
      }),
    );
  }

  /** A store that holds so many alerts for 'hook', none of them tried yet. */
  function owing(alerts: number): { path: string; store: Store } {
    const path = file();
    const store = openStore(path);
    onTestFinished(() => store.close());
    const raised = Array.from({ length: alerts }, (_, i) =>
      newAlert(0, { message: `${i}`, channels: ['hook'] }),
    );
    startRun(store, 'first').observation(observation(small, 0), { raised, updated: [] });
    return { path, store };
  }

  it('send no alert twice', async () => {
    const { path, store } = owing(40);
    // The first request is not answered before the other process is at work too.
    const held: (() => void)[] = [];
    const seen = new Set<string>();
    const { origin, received } = await webhookServer((response, request) => {
      seen.add(String(request.headers['x-process']));
      if (seen.size < 2) held.push(() => response.end());
      else {
        for (const go of held.splice(0)) go();
        setTimeout(() => response.end(), 25);
      }
    });
    const ends = await Promise.all(['a', 'b'].map((id) => courier(path, origin, id, 10_000)));
    expect(ends).toEqual([0, 0]);
    const by = (id: string) => received.filter(({ headers }) => headers['x-process'] === id).length;
    expect(by('a')).toBeGreaterThan(3);
    expect(by('b')).toBeGreaterThan(3);
    const numbers = texts(received).sort();
    expect(numbers).toEqual(Array.from({ length: 40 }, (_, i) => `first: ${i}`).sort());
    expect(store.alerts('first').every(({ delivery }) => delivery.hook === 'delivered')).toBe(true);
  });

  it('one that is killed on the way leaves it pending, and the next delivers it', async () => {
    const { path, store } = owing(1);
    const { origin, received } = await webhookServer(hang, ok);
    // Half a second of its own, of which an attempt could take ten.
    const end = courier(path, origin, 'a', 500 - 10_000);
    await expect.poll(() => received.length, soon).toBe(1);
    for (const child of running) child.kill('SIGKILL');
    expect(await end).toBe('SIGKILL');
    expect(store.alerts('first')[0].delivery).toEqual({ hook: 'pending' });
    watch([hook(origin)], { path, run: 'second' });
    await expect.poll(() => store.alerts('first')[0].delivery, soon).toEqual({ hook: 'delivered' });
    expect(texts(received)).toEqual(['first: 0', 'first: 0']);
    expect(received[1].at - received[0].at).toBeGreaterThan(250);
  });
});

describe('a training', () => {
  it('whose steps hold up the event loop does not send an alert twice', async () => {
    // A server with a thread of its own: it answers at once, whatever goes on here.
    const code = `
      const { parentPort } = require('node:worker_threads');
      let requests = 0;
      const server = require('node:http').createServer((request, response) => {
        request.resume().on('end', () => { response.end('ok'); parentPort.postMessage({ requests: ++requests }); });
      }).listen(0, '127.0.0.1', () => parentPort.postMessage({ port: server.address().port }));`;
    const worker = new Worker(code, { eval: true });
    onTestFinished(async () => void (await worker.terminate()));
    let requests = 0;
    const port = await new Promise<number>((resolve) =>
      worker.on('message', (message) => {
        requests = message.requests ?? requests;
        if (message.port) resolve(message.port);
      }),
    );
    const { raise, fates } = watch([hook(`http://127.0.0.1:${port}`, { timeout: 300 })]);
    raise('alarm');
    for (let step = 0; step < 8; step++) {
      const end = Date.now() + 400;
      while (Date.now() < end);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(fates, soon).toEqual([{ hook: 'delivered' }]);
    expect(requests).toBe(1);
  });

  it('goes on while the server hangs; what failed reaches it in the next one; its address is nowhere', async () => {
    const lines = listen();
    const tf: typeof tfjs = await backend();
    enableFastTraining(tf);
    const { origin, received, port } = await webhookServer(hang, ok);
    const store = file();
    const options = {
      probe: probe(),
      store,
      inputRange: [0, 1] as [number, number],
      reliance: { budget: 0 },
      rules: [rules.rankThreshold({ segment: 'mark', rank: 3 })],
      channels: [shipped.webhook({ url: `${origin}/${secret}`, message: '{run}: {rule}', timeout: 60_000 })],
    };
    const { xs, ys } = markedTraining(tf);
    let batchesMeanwhile = 0;
    let stillOut = 0;
    const counting = new tf.CustomCallback({
      onBatchEnd: async () => void (received.length === 1 && batchesMeanwhile++),
      onTrainEnd: async () => {
        stillOut = received.length;
      },
    });
    const { epoch } = await net(tf).fit(xs, ys, {
      epochs: 10,
      batchSize: 8,
      verbose: 0,
      callbacks: [counting, satCallback(tf, { ...options, run: 'first' })],
    });
    expect(epoch).toHaveLength(10);
    // Raised at epoch 0: the request was out, unanswered, for the whole training.
    expect(stillOut).toBe(1);
    expect(batchesMeanwhile).toBeGreaterThan((10 * 12) / 2);

    const monitor = await createMonitor(tf, { ...options, run: 'second', rules: [] });
    await monitor.observe(net(tf), { epoch: 0 });
    const read = openStore(store, { readonly: true });
    const name = `webhook 127.0.0.1:${port}`;
    expect(read.run('first')).toMatchObject({ state: 'done', observations: 11 });
    const alerts = read.alerts('first');
    expect(alerts[0].delivery[name]).toMatch(/^failed: no answer when the run ended/);
    const delivered = () => read.alerts('first').every(({ delivery }) => delivery[name] === 'delivered');
    await expect.poll(delivered, soon).toBe(true);
    expect(texts(received)).toEqual(expect.arrayContaining(alerts.map(({ rule }) => `first: ${rule}`)));
    expect(received).toHaveLength(1 + alerts.length);
    for (const name of readdirSync(folder))
      expect(readFileSync(join(folder, name)).includes('SECRET'), name).toBe(false);
    read.close();
    await monitor.close();
    for (const name of readdirSync(folder))
      expect(readFileSync(join(folder, name)).includes('SECRET'), name).toBe(false);
    expect(lines.some((line) => line.includes(name))).toBe(true);
    expect(lines.join()).not.toContain('SECRET');
  });

  it('refuses two channels of one name, and a level that is none', async () => {
    const tf = await backend();
    const [a, b] = ['a', 'b'].map((path) =>
      shipped.webhook({ url: `https://hooks.slack.com/services/${path}` }),
    );
    const options = { probe: probe(), store: file(), inputRange: [0, 1] as [number, number] };
    expect(() => satCallback(tf, { ...options, channels: [a, b] })).toThrow(
      /channels: got two called 'webhook hooks.slack.com', expected each its own.*name:/,
    );
    const own: Channel = { name: 'own', level: 'alrm' as Level, deliver() {} };
    expect(() => satCallback(tf, { ...options, channels: [own] })).toThrow(/'own': level: got 'alrm'/);
  });
});
