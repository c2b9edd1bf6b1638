import { join } from 'node:path';
import { startDashboard } from 'satwatch/dashboard';
import { expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../src/store/index.js';
import { startRun } from '../store/run.js';
import { temporaryFolder } from '../task.js';
import { askAnything } from './api.js';
import { send } from './rawRequest.js';

const folder = temporaryFolder();

// 10,000 requests: node test/bench/robustness.js api
it('whatever is asked of the dashboard, it answers, and never with a 5xx', async () => {
  const report = await askAnything({ folder, requests: 500 });
  expect(report.failures, `seed ${report.seed}`).toEqual([]);
  expect(report.requests).toBe(500);
  // The requests are right often enough to reach what they aim at.
  const reached = Object.values(report.routes).filter(({ found }) => found > 0).length;
  expect(reached).toBeGreaterThan(10);
  expect(report.memory.heap[1] - report.memory.heap[0]).toBeLessThan(50);
}, 240_000);

it('answers at once what it once did not', async () => {
  const path = join(folder, 'names.sqlite');
  const store = openStore(path);
  for (let i = 0; i < 1000; i++) startRun(store, `a run with a name of some length ${i}`);
  store.close();
  const page = await startDashboard(path, { port: 0 });
  onTestFinished(() => page.close());
  const ask = (method: string, target: string, ...headers: [string, string][]) =>
    send(page.port, { method, target, headers: [['Host', 'localhost'], ...headers], body: '' }, 5000);

  // The head of a stream that never ends.
  expect(await ask('HEAD', '/api/events')).toMatchObject({ status: 200 });
  // What cannot be met of a file that is there.
  expect(await ask('GET', '/', ['Range', 'bytes=999999999-'])).toMatchObject({ status: 416 });
  expect(await ask('GET', '/', ['If-Match', '"x"'])).toMatchObject({ status: 412 });
  // A name so long that looking for a similar one took seconds.
  const { status, ms } = await ask('GET', `/api/runs/${'x'.repeat(15_000)}`);
  expect(status).toBe(404);
  expect(ms).toBeLessThan(2000);
});
