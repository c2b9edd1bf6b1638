import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from 'satwatch';
import { afterEach, describe, expect, it } from 'vitest';
import { Database } from '../../src/store/database.js';
import { temporaryFolder } from '../task.js';

const folder = temporaryFolder();
const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** A process of its own; `until` waits for a line of it, `end` gives its code or signal and all that it wrote. */
function child(...args: (string | number)[]) {
  return start('child.js', ...args);
}

function start(script: string, ...args: (string | number)[]) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const process_ = spawn(process.execPath, [path, ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(process_);
  let [out, errors] = ['', ''];
  process_.stdout.on('data', (data) => {
    out += data;
  });
  process_.stderr.on('data', (data) => {
    errors += data;
  });
  const end = new Promise<{ code: number | string; out: string; errors: string }>((resolve) => {
    process_.on('close', (code, signal) => {
      running.delete(process_);
      resolve({ code: code ?? signal!, out, errors });
    });
  });
  const until = async (line: string) => {
    while (!out.includes(line)) {
      if (process_.exitCode !== null) throw new Error(`ended before '${line}': ${errors}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { end, until, kill: () => process_.kill('SIGKILL') };
}

const clean = { code: 0, errors: '' };

describe('processes at one file', () => {
  it('two writers and two readers get along', async () => {
    const path = join(folder, 'shared.sqlite');
    openStore(path).close();
    const [writes, reads] = [
      [child('write', path, 'a', 60), child('write', path, 'b', 60)],
      [child('read', path, 2), child('read', path, 2)],
    ];
    for (const { end } of writes) expect(await end).toMatchObject(clean);
    for (const { end } of reads)
      expect(await end).toMatchObject({ ...clean, out: expect.stringMatching(/^reads [1-9]/) });
    const store = openStore(path, { readonly: true });
    for (const name of ['a', 'b']) {
      expect(store.metrics(name).map((m) => m.epoch)).toEqual(Array.from({ length: 60 }, (_, i) => i));
      expect(store.alerts(name)).toHaveLength(6);
      expect(store.alerts(name).every((alert) => alert.delivery.console === 'delivered')).toBe(true);
    }
    // Every write had a number of its own: a start, observations, deliveries and an end each.
    expect(store.seq()).toBe(2 * (1 + 60 + 6 + 1));
    store.close();
  });

  it('make a new file at the same moment', async () => {
    const place = join(folder, 'new');
    mkdirSync(place);
    const files = 50;
    const moment = Date.now() + 4000;
    const openers = ['a', 'b', 'c'].map((name) => child('open', place, name, moment, files));
    for (const { end } of openers) expect(await end).toMatchObject(clean);
    for (let i = 0; i < files; i++) {
      const store = openStore(join(place, `${i}.sqlite`), { readonly: true });
      expect(
        store
          .runs()
          .map(({ name, state }) => `${name} ${state}`)
          .toSorted(),
      ).toEqual(['a done', 'b done', 'c done']);
      store.close();
    }
  });
});

describe('a process that ends in the middle of a run', () => {
  const stored = (path: string) => {
    const store = openStore(path, { readonly: true });
    try {
      return { run: store.run('a'), epochs: store.metrics('a').map((m) => m.epoch) };
    } finally {
      store.close();
    }
  };

  it.each([
    ['exit', 3],
    ['throw', 1],
  ])('leaves it failed: %s', async (how, code) => {
    const path = join(folder, `${how}.sqlite`);
    expect((await start('train.js', path, 'a', how).end).code).toBe(code);
    const { run, epochs } = stored(path);
    expect(run).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/process ended/),
      endedAt: expect.any(String),
    });
    expect(epochs).toEqual([0, 1, 2]);
  });

  it('leaves it running when it is killed, stale after two minutes, and nothing half written', async () => {
    const path = join(folder, 'killed.sqlite');
    const training = start('train.js', path, 'a', 'never');
    await training.until('epoch 5');
    training.kill();
    expect((await training.end).code).toBe('SIGKILL');
    const { run, epochs } = stored(path);
    expect(run).toMatchObject({ state: 'running', endedAt: null });
    expect(epochs.length).toBeGreaterThan(5);
    expect(epochs).toEqual(epochs.map((_, i) => i));
    const db = new Database(path);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    const rows = db.prepare('SELECT count(*) FROM ranks GROUP BY observation').pluck().all();
    expect(rows).toEqual(epochs.map(() => 2 * 2 * 3));
    db.prepare('UPDATE runs SET heartbeat_at = ?').run(new Date(Date.now() - 121_000).toISOString());
    db.close();
    expect(stored(path).run.state).toBe('stale');
  });
});
