import { useEffect, useRef, useState } from 'preact/hooks';
import type { Connection } from '../data/live.js';
import { RunSource } from '../data/runSource.js';
import type { RunView, Snapshot } from '../data/snapshot.js';
import type { Listen } from './App.js';

/** What is known of a run, kept up with the store. */
export function useSnapshot(
  id: number,
  { aggregation, className }: RunView,
  listen: Listen,
  connection: Connection,
): { snapshot: Snapshot | undefined; error: string | undefined } {
  const [snapshot, setSnapshot] = useState<Snapshot>();
  const [error, setError] = useState<string>();
  const source = useRef<RunSource>(null);

  useEffect(() => {
    const show = (next: Snapshot) => {
      setSnapshot(next);
      setError(undefined);
    };
    const made = new RunSource(id, { aggregation, className }, show, (failure) => setError(failure.message));
    source.current = made;
    made.pull();
    const leave = listen((event) => {
      if (event === null) made.reset();
      else if ([...event.runs, ...event.observations.map(({ run }) => run)].includes(id)) made.pull();
      else if (event.alerts.some(({ run }) => run === id)) made.pull();
    });
    return () => {
      leave();
      made.close();
    };
  }, [id]);

  useEffect(() => source.current?.look({ aggregation, className }), [aggregation, className]);
  // Whatever was missed while the server was away, failed requests included.
  useEffect(() => {
    if (connection === 'live') source.current?.pull();
  }, [connection]);

  return { snapshot, error };
}
