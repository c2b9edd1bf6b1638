import type { ChangesEvent, HeartbeatEvent } from '../../wire.js';

export type Connection = 'connecting' | 'live' | 'lost';

export interface LiveListener {
  /** `since`: the change that was known before. */
  changes(event: ChangesEvent, since: number): void;
  heartbeat(event: HeartbeatEvent): void;
  /** The file is another one than before: everything known is void. */
  reset(): void;
  connection(state: Connection): void;
}

/** Follows the server's events from change `seq` on; comes back by itself, with nothing missed. */
export function follow(seq: number, listener: LiveListener): () => void {
  let last = seq;
  let source: EventSource;
  let retry: ReturnType<typeof setTimeout> | undefined;

  const connect = () => {
    source = new EventSource(`api/events?since=${last}`);
    source.onopen = () => listener.connection('live');
    source.onerror = () => {
      listener.connection('lost');
      // After an answer that is no stream (a proxy's error page) the browser gives up; we do not.
      if (source.readyState !== EventSource.CLOSED) return;
      clearTimeout(retry);
      retry = setTimeout(connect, 1000);
    };
    source.addEventListener('changes', ({ data }) => {
      const event = JSON.parse(data) as ChangesEvent;
      const since = last;
      last = event.seq;
      listener.changes(event, since);
    });
    source.addEventListener('heartbeat', ({ data }) => {
      listener.heartbeat(JSON.parse(data) as HeartbeatEvent);
    });
    source.addEventListener('reset', ({ data }) => {
      last = (JSON.parse(data) as ChangesEvent).seq;
      listener.reset();
    });
  };

  connect();
  return () => {
    clearTimeout(retry);
    source.close();
  };
}
