import { startDashboard } from 'satwatch/dashboard';
import { expect, onTestFinished, test } from 'vitest';
import { writeRun } from './fixture.js';
import { otherProcess, storePath } from './setup.js';

interface Event {
  id: number | undefined;
  event: string;
  data: any;
}

/** Reads a stream of server-sent events as a browser would. */
async function listen(url: string, headers: Record<string, string> = {}) {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const queue: Event[] = [];
  let text = '';
  const next = async (kind: string): Promise<Event> => {
    for (;;) {
      while (queue.length) {
        const event = queue.shift()!;
        if (event.event === kind) return event;
      }
      const { value, done } = await reader.read();
      if (done) throw new Error('the stream ended');
      text += value;
      const blocks = text.split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) {
        const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s)));
        if (fields.event)
          queue.push({
            id: fields.id && Number(fields.id),
            event: fields.event,
            data: JSON.parse(fields.data),
          });
      }
    }
  };
  const close = () => abort.abort();
  onTestFinished(close);
  return { response, next, close };
}

test('what another process commits arrives, with a place to go on from', async () => {
  const path = storePath();
  const run = writeRun(path, { to: 1 });
  const server = await startDashboard(path, { port: 0 });
  onTestFinished(() => server.close());
  const stream = await listen(`${server.url}api/events`);
  expect(stream.response.headers.get('content-type')).toBe('text/event-stream');
  await stream.next('heartbeat');
  const writer = await otherProcess(path);
  const resumed = await stream.next('changes');
  expect(resumed.data).toMatchObject({ runs: [run], observations: [] });
  await writer.say('observe 2');
  const observed = await stream.next('changes');
  expect(observed.id).toBe(observed.data.seq);
  expect(observed.data.observations).toEqual([{ run, id: expect.any(Number) }]);
  expect(observed.data.alerts).toEqual([{ run, id: expect.any(Number) }]);
  await writer.say('heartbeat');
  const alive = await stream.next('heartbeat');
  expect(alive.data.runs).toEqual([{ id: run, state: 'running', heartbeatAt: expect.any(String) }]);
});

test('a client that comes back to another server on the port is sent what it missed, once', async () => {
  const path = storePath();
  writeRun(path, { to: 0 });
  const first = await startDashboard(path, { port: 0 });
  const writer = await otherProcess(path);
  const stream = await listen(`${first.url}api/events`);
  await writer.say('observe 1');
  let last: Event;
  do last = await stream.next('changes');
  while (last.data.observations.length < 1);
  stream.close();
  await first.close();

  await writer.say('observe 2');
  await writer.say('observe 3');
  const second = await startDashboard(path, { port: first.port });
  onTestFinished(() => second.close());
  const again = await listen(`${second.url}api/events?since=0`, { 'Last-Event-ID': String(last.id) });
  const missed = await again.next('changes');
  expect(missed.data.observations).toHaveLength(2);
  await writer.say('observe 4');
  expect((await again.next('changes')).data.observations).toHaveLength(1);
});

test('another file under the same address is told as such', async () => {
  const path = storePath();
  writeRun(path, { to: 0 });
  const server = await startDashboard(path, { port: 0 });
  onTestFinished(() => server.close());
  const stream = await listen(`${server.url}api/events`, { 'Last-Event-ID': '4711' });
  const { data } = await stream.next('reset');
  expect(data.seq).toBeLessThan(4711);
});

test('a place that is no number is refused', async () => {
  const path = storePath();
  writeRun(path, { to: 0 });
  const server = await startDashboard(path, { port: 0 });
  onTestFinished(() => server.close());
  const response = await fetch(`${server.url}api/events`, { headers: { 'Last-Event-ID': 'x' } });
  expect(response.status).toBe(400);
  expect(((await response.json()) as any).error.message).toContain("'x'");
});
