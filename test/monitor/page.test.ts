import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { enableFastTraining, satCallback, saveProbeSet } from 'satwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { said } from '../said.js';
import { markedTraining, net, probe, temporaryFolder } from '../task.js';
import { backend } from '../tf.js';

const cli = join(import.meta.dirname, '../../dist/src/cli/main.js');
const folder = temporaryFolder();
const started: number[] = [];
let tf: typeof tfjs;

beforeAll(async () => {
  tf = await backend();
  enableFastTraining(tf);
});
afterAll(() => {
  for (const pid of started) process.kill(pid);
});

async function get(url: string): Promise<any> {
  return (await fetch(url)).json();
}

describe('dashboard: true', () => {
  it('serves the page from a process of its own, used again by the next training, beyond the end of both', async () => {
    const store = join(folder, 'page.sqlite');
    const place = join(folder, 'probe');
    await saveProbeSet(probe(), place);
    const { xs, ys } = markedTraining(tf, 32);
    const train = (run: string) =>
      said(() =>
        net(tf).fit(xs, ys, {
          epochs: 1,
          verbose: 0,
          callbacks: [satCallback(tf, { probe: place, store, run, inputRange: [0, 1], dashboard: true })],
        }),
      );
    const words = await train('one');
    const [, url, pid] = /page (http:\S+) .*kill (\d+)/.exec(words)!;
    started.push(Number(pid));
    expect(Number(pid)).not.toBe(process.pid);
    expect(words).toMatch(/watching 'one' with input-x-gradient on 48 pictures, 3 segments/);
    expect(words).toMatch(/watching took [\d.]+ s, \d+ % of the time/);
    expect(await get(`${url}api/about`)).toMatchObject({ name: 'satwatch', store });
    expect((await get(`${url}api/runs`)).runs).toMatchObject([{ name: 'one', state: 'done' }]);

    const again = await train('two');
    expect(again).toContain(`page ${url} `);
    expect(again).toContain(`kill ${pid}`);
    expect((await get(`${url}api/runs`)).runs.map((run: any) => run.name)).toEqual(['two', 'one']);
  });

  it('says why there is no page, and trains on', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const { xs, ys } = markedTraining(tf, 16);
    const words = await said(async () => {
      const callback = satCallback(tf, {
        probe: probe(),
        store: join(folder, 'x.sqlite'),
        inputRange: [0, 1],
        dashboard: { port },
      });
      expect((await net(tf).fit(xs, ys, { epochs: 1, verbose: 0, callbacks: [callback] })).epoch).toEqual([
        0,
      ]);
    });
    expect(words).toMatch(new RegExp(`page could not be started: .*${port}.*the training goes on`));
    taken.close();
  });
});

describe('satwatch dashboard', () => {
  it('prints its address, says a port is taken, and ends at Ctrl-C with code 0', async () => {
    const store = join(folder, 'cli.sqlite');
    const { xs, ys } = markedTraining(tf, 16);
    await net(tf).fit(xs, ys, {
      epochs: 1,
      verbose: 0,
      callbacks: [satCallback(tf, { probe: probe(), store, inputRange: [0, 1], verbose: false })],
    });
    const page = spawn(process.execPath, [cli, 'dashboard', store, '--port', '0']);
    const [line] = (await once(page.stdout, 'data')) as [Buffer];
    const [, url, port] = /Page: (http:\/\/127\.0\.0\.1:(\d+)\/)/.exec(String(line))!;
    expect((await get(`${url}api/about`)).pid).toBe(page.pid);
    const second = spawn(process.execPath, [cli, 'dashboard', store, '--port', port]);
    const [words] = (await once(second.stderr, 'data')) as [Buffer];
    expect(String(words)).toMatch(new RegExp(`${port}`));
    expect(await once(second, 'exit')).toEqual([2, null]);
    page.kill('SIGINT');
    expect(await once(page, 'exit')).toEqual([0, null]);
  });

  it('tells the process that asked for it why it does not start', async () => {
    const child = fork(cli, ['dashboard', join(folder, 'nowhere.sqlite')], { stdio: 'pipe', execArgv: [] });
    const [message] = await once(child, 'message');
    expect(message).toMatchObject({ error: expect.stringMatching(/nowhere\.sqlite: no such file/) });
  });
});
