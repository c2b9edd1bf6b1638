import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { About, ChangesEvent, RunInfo, RunsPage } from '../../wire.js';
import { CompareView } from '../compare/CompareView.js';
import { get } from '../data/api.js';
import { type Connection, follow } from '../data/live.js';
import { canNotify, notify } from '../notify.js';
import { useRemembered } from '../remember.js';
import { useRoute } from '../route.js';
import { NoRuns } from './Empty.js';
import { RunList } from './RunList.js';
import { RunView } from './RunView.js';
import { TopBar } from './TopBar.js';

/** How many runs the list shows before it is asked for more. */
const pageSize = 50;

/** Tells the run that is shown what was committed; `null` stands for "all of it is new". */
export type Listen = (listener: (event: ChangesEvent | null) => void) => () => void;

export function App() {
  const [about, setAbout] = useState<About>();
  const [page, setPage] = useState<RunsPage>();
  const [limit, setLimit] = useState(pageSize);
  const [connection, setConnection] = useState<Connection>('connecting');
  const [error, setError] = useState<string>();
  // Ages are by the server's clock: this machine's may be another.
  const [clock, setClock] = useState(0);
  const [menu, setMenu] = useState(false);
  const [route, navigation] = useRoute();
  const [isNotifying, setNotifying] = useNotifying();
  // What listeners made earlier have to know of now.
  const told = useRef<{ runs: RunInfo[]; isNotifying: boolean }>({ runs: [], isNotifying: false });
  const listeners = useMemo(() => new Set<(event: ChangesEvent | null) => void>(), []);

  useEffect(() => {
    let stop = () => {};
    let closed = false;
    const list = () =>
      get<RunsPage>('runs', { limit }).then((next) => {
        setPage(next);
        setError(undefined);
        return next;
      });
    const start = (): void => {
      Promise.all([get<About>('about'), list()])
        .then(([info, first]) => {
          if (closed) return;
          setAbout(info);
          stop = follow(first.seq, {
            changes(event, since) {
              setClock(event.now - Date.now());
              // The run that is looked at first: a browser opens few connections at a time.
              for (const listener of listeners) listener(event);
              list().catch(() => {});
              if (told.current.isNotifying)
                notify(
                  event,
                  since,
                  (run) => told.current.runs.find(({ id }) => id === run)?.name ?? `run ${run}`,
                ).catch(() => {});
            },
            heartbeat({ now, runs }) {
              setClock(now - Date.now());
              setPage((old) => old && { ...old, runs: merge(old.runs, runs) });
            },
            reset() {
              list().catch(() => {});
              for (const listener of listeners) listener(null);
            },
            connection: setConnection,
          });
        })
        .catch((failure: Error) => {
          if (closed) return;
          setError(failure.message);
          setConnection('lost');
          setTimeout(start, 1000);
        });
    };
    start();
    return () => {
      closed = true;
      stop();
    };
  }, [limit, listeners]);

  const runs = page?.runs ?? [];
  told.current = { runs, isNotifying };
  const current = route.run ?? runs[0]?.id;
  const listen: Listen = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };

  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to the run
      </button>
      <TopBar
        store={about?.store}
        connection={connection}
        isNotifying={isNotifying}
        onNotifying={setNotifying}
        menu={menu}
        onMenu={runs.length > 0 ? () => setMenu(!menu) : undefined}
      />
      <div class={`layout${runs.length ? '' : ' alone'}`}>
        {runs.length > 0 && (
          <RunList
            runs={runs}
            total={page?.total ?? 0}
            current={current}
            clock={clock}
            open={menu}
            onChoose={() => setMenu(false)}
            onMore={() => setLimit(limit + pageSize)}
          />
        )}
        <main id="main" tabIndex={-1}>
          {error && (
            <p class="notice" role="alert">
              {error}
            </p>
          )}
          {page && current === undefined && <NoRuns store={about?.store ?? ''} />}
          {current !== undefined && route.compare.length > 0 && (
            <CompareView
              ids={[current, ...route.compare]}
              runs={runs}
              route={route}
              navigation={navigation}
              listen={listen}
              connection={connection}
              clock={clock}
            />
          )}
          {current !== undefined && route.compare.length === 0 && (
            <RunView
              key={current}
              id={current}
              info={runs.find(({ id }) => id === current)}
              runs={runs}
              route={route}
              navigation={navigation}
              listen={listen}
              clock={clock}
              connection={connection}
            />
          )}
        </main>
      </div>
    </>
  );
}

/** Whether alerts are shown as notifications; remembered, and void where the permission has been taken back. */
function useNotifying(): [boolean, (isOn: boolean) => void] {
  const [isOn, setOn] = useRemembered('notify', false, (value) => typeof value === 'boolean');
  return [isOn && canNotify && Notification.permission === 'granted', setOn];
}

function merge<T extends { id: number }>(runs: T[], signs: (Partial<T> & { id: number })[]): T[] {
  return runs.map((run) => ({ ...run, ...signs.find(({ id }) => id === run.id) }));
}
