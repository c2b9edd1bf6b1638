import { useMemo, useState } from 'preact/hooks';
import type { Alert, RunInfo } from '../../wire.js';
import { CursorContext } from '../charts/context.js';
import { CursorGroup } from '../charts/cursor.js';
import type { Connection } from '../data/live.js';
import { AlertDialog, behind } from '../pictures/AlertDialog.js';
import { atOf, ObservationPictures } from '../pictures/ObservationPictures.js';
import { type Navigation, noPictures, type Route } from '../route.js';
import { AlertList } from './AlertList.js';
import type { Listen } from './App.js';
import { Charts } from './Charts.js';
import { Comparison } from './Comparison.js';
import { Controls } from './Controls.js';
import { RunHeader } from './RunHeader.js';
import { RunLog } from './RunLog.js';
import { SegmentTable } from './SegmentTable.js';
import { arrange, defaultSegment } from './selection.js';
import { useSnapshot } from './useSnapshot.js';

interface Props {
  id: number;
  info: RunInfo | undefined;
  /** Those of the store that are known here, for comparing. */
  runs: RunInfo[];
  route: Route;
  navigation: Navigation;
  listen: Listen;
  clock: number;
  connection: Connection;
}

export function RunView({ id, info, runs, route, navigation, listen, clock, connection }: Props) {
  const { snapshot, error } = useSnapshot(id, route, listen, connection);
  const [hover, setHover] = useState<string | null>(null);
  const [all, setAll] = useState(false);
  const group = useMemo(() => new CursorGroup(), []);
  const { change, open } = navigation;
  const { className, measure, segment } = route;

  const arranged = useMemo(
    () => snapshot && arrange(snapshot, { all, pinned: segment, limits: snapshot.detail.thresholds }),
    [snapshot, all, segment],
  );

  if (!snapshot || !arranged)
    return (
      <>
        {error ? (
          <p class="notice" role="alert">
            {error}
            {className !== null && (
              <button type="button" class="quiet" onClick={() => change({ className: null })}>
                Show all classes
              </button>
            )}
          </p>
        ) : (
          <p class="loading" role="status">
            Loading the run
          </p>
        )}
      </>
    );

  const known = (name: string | null) => snapshot.segments.some((s) => s.name === name);
  const pinned = known(segment) ? segment : null;
  const highlight = hover ?? pinned ?? defaultSegment(snapshot, arranged.shown);
  const pin = (name: string) => change({ segment: name === pinned ? null : name });
  const run = info ?? snapshot.detail.run;
  const openAlert = (alert: Alert) => open({ ...noPictures, alert: alert.id, segment: alert.segment });
  const alert = snapshot.alerts.find((candidate) => candidate.id === route.alert);

  return (
    <CursorContext.Provider value={group}>
      <article class="run">
        <RunHeader
          run={run}
          snapshot={snapshot}
          clock={clock}
          others={runs.filter((other) => other.id !== id)}
          onCompare={(other) => open({ ...noPictures, run: id, compare: [other] })}
        />
        {error && (
          <p class="notice" role="alert">
            {error}
          </p>
        )}
        <div class="columns">
          <AlertList
            snapshot={snapshot}
            onShow={(alert) => {
              change({ segment: alert.segment });
            }}
            onBehind={(alert) => open(behind(alert))}
            onPictures={openAlert}
          />
          <section class="trajectories" aria-label="Trajectories">
            <Controls probe={snapshot.detail.probe} route={route} change={change} />
            <Charts
              snapshot={snapshot}
              shown={arranged.shown}
              total={snapshot.segments.length}
              route={route}
              highlight={highlight}
              onHover={setHover}
              onPin={pin}
              onPictures={(name, index) =>
                open({ ...noPictures, segment: name, pictures: atOf(snapshot, index) })
              }
              onAlert={openAlert}
              onCost={(cost) => change({ cost })}
            />
          </section>
          <SegmentTable
            rows={arranged.shown}
            total={snapshot.segments.length}
            all={all}
            onAll={setAll}
            measure={measure}
            highlight={highlight}
            pinned={pinned}
            onHover={setHover}
            onPin={pin}
          />
        </div>
        <Comparison snapshot={snapshot} />
        <RunLog snapshot={snapshot} />
        {alert ? (
          <AlertDialog
            key={alert.id}
            snapshot={snapshot}
            alert={alert}
            place={route.place}
            navigation={navigation}
          />
        ) : (
          route.pictures && (
            <ObservationPictures
              snapshot={snapshot}
              route={{ ...route, pictures: route.pictures }}
              navigation={navigation}
            />
          )
        )}
      </article>
    </CursorContext.Provider>
  );
}
