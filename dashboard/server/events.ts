import type { RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type { Store } from '../../src/store/index.js';
import type { ChangesEvent, HeartbeatEvent } from '../wire.js';
import { HttpError } from './errors.js';
import { parseQuery, since } from './query.js';

/** How often the file is looked at while somebody listens, and how often a silent stream shows that it lives, ms. */
const pollEvery = 50;
const keepAliveEvery = 15_000;

/** A reader that leaves this much unread is cut off; it comes back and resumes where it was. Bytes. */
const backlog = 1_000_000;

interface Client {
  response: Response;
  seq: number;
}

/**
 * Server-sent events of what other processes commit to the store. `id` is the store's change counter, so that a
 * client that lost its connection (`Last-Event-ID`, or `?since=` at first) is sent what it missed, from any server
 * on the same file. One look at the file serves all clients; nobody listening, nobody looks.
 */
export function changeStream(store: Store, log: Logger): RequestHandler {
  const clients = new Set<Client>();
  let timer: NodeJS.Timeout | undefined;
  let version = 0;
  let spokeAt = 0;

  function tick(): void {
    try {
      const now = Date.now();
      const current = store.dataVersion();
      // A connection does not see its own commits in data_version: a writable store may be the writer itself.
      if (current !== version || !store.readonly) {
        const committed = current !== version;
        version = current;
        const told = deliver(now);
        if (committed && !told) send(clients, 'heartbeat', signsOfLife(store, now));
        if (committed || told) spokeAt = now;
      }
      if (now - spokeAt > keepAliveEvery) {
        spokeAt = now;
        for (const { response } of clients) response.write(': still here\n\n');
        send(clients, 'heartbeat', signsOfLife(store, now));
      }
      for (const { response } of clients) if (response.writableLength > backlog) response.destroy();
    } catch (error) {
      log.warn({ error }, 'the store could not be read; trying again');
    }
  }

  /** Sends every client what is new to it; usually all stand at the same place. */
  function deliver(now: number): boolean {
    const seq = store.seq();
    const behind = [...clients].filter((client) => client.seq !== seq);
    const events = new Map<number, ChangesEvent>();
    for (const client of behind) {
      let event = events.get(client.seq);
      if (!event) {
        event = { now, ...store.changes(client.seq) };
        events.set(client.seq, event);
      }
      // Fewer changes than the client has seen: the file is another one than before.
      send([client], event.seq < client.seq ? 'reset' : 'changes', event, event.seq);
      client.seq = event.seq;
    }
    return behind.length > 0;
  }

  return (request, response) => {
    const query = parseQuery(since, request.query);
    const resumed = request.get('Last-Event-ID');
    if (resumed !== undefined && !/^\d{1,15}$/.test(resumed))
      throw new HttpError(400, 'BAD_REQUEST', `Last-Event-ID: expected a whole number, got '${resumed}'`);
    const from = resumed === undefined ? query.since : Number(resumed);
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    response.write('retry: 500\n\n');
    const client = { response, seq: from ?? store.seq() };
    clients.add(client);
    send([client], 'heartbeat', signsOfLife(store, Date.now()));
    deliver(Date.now());
    if (!timer) {
      version = store.dataVersion();
      spokeAt = Date.now();
      timer = setInterval(tick, pollEvery);
    }
    response.on('close', () => {
      clients.delete(client);
      if (clients.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    });
  };
}

function send(to: Iterable<Client>, event: string, data: ChangesEvent | HeartbeatEvent, id?: number): void {
  const text = `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  for (const { response } of to) response.write(text);
}

function signsOfLife(store: Store, now: number): HeartbeatEvent {
  const runs = store
    .runs({ limit: 100 })
    .filter(({ state }) => state === 'running' || state === 'stale')
    .map(({ id, state, heartbeatAt }) => ({ id, state, heartbeatAt }));
  return { now, runs };
}
