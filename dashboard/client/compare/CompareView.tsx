import { useCallback, useMemo, useState } from 'preact/hooks';
import type { RunInfo } from '../../wire.js';
import { EpochLink } from '../charts/epochLink.js';
import type { Connection } from '../data/live.js';
import type { Snapshot } from '../data/snapshot.js';
import type { Listen } from '../parts/App.js';
import { domainOf } from '../parts/Charts.js';
import { Controls } from '../parts/Controls.js';
import { RunChoice } from '../parts/RunChoice.js';
import { rankRange } from '../parts/rankModel.js';
import { arrange, defaultSegment } from '../parts/selection.js';
import { mostCompared, type Navigation, type Route } from '../route.js';
import { ComparedRun } from './ComparedRun.js';
import { RanksTable } from './RanksTable.js';

interface Props {
  /** The first is the one whose order of segments all follow. */
  ids: number[];
  runs: RunInfo[];
  route: Route;
  navigation: Navigation;
  listen: Listen;
  connection: Connection;
  clock: number;
}

/** Runs side by side: the same segments on the same axes, a chart a run under the name of its method. */
export function CompareView({ ids, runs, route, navigation, listen, connection, clock }: Props) {
  const [known, setKnown] = useState<ReadonlyMap<number, Snapshot>>(new Map());
  const [hover, setHover] = useState<string | null>(null);
  const [all, setAll] = useState(false);
  const link = useMemo(() => new EpochLink(), []);
  const { change } = navigation;
  const keep = useCallback(
    (id: number, snapshot: Snapshot) => setKnown((old) => new Map(old).set(id, snapshot)),
    [],
  );

  const snapshots = ids.flatMap((id) => known.get(id) ?? []);
  const [first] = snapshots;
  const names = first ? namesOf(snapshots, all, route.segment) : [];
  const total = new Set(snapshots.flatMap(({ segments }) => segments.map(({ name }) => name))).size;
  const pinned = names.includes(route.segment ?? '') ? route.segment : null;
  const highlight =
    hover ??
    pinned ??
    (first
      ? defaultSegment(
          first,
          first.segments.filter(({ name }) => names.includes(name)),
        )
      : null);
  const pin = (name: string) => change({ segment: name === pinned ? null : name });
  const axes = useMemo(() => axesOf(snapshots, names), [known, ids.join(), names.join()]);
  const others = runs.filter(({ id }) => !ids.includes(id));
  const show = (shown: number[]) => {
    const [run, ...compare] = shown;
    change({ run, compare });
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const epochs = link.epochs();
    const at = link.epoch === null ? -1 : epochs.indexOf(link.epoch);
    const to = {
      ArrowLeft: at < 0 ? epochs.length - 1 : at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: epochs.length - 1,
    }[event.key];
    if (event.key === 'Escape') link.show(null);
    else if (to !== undefined && epochs.length)
      link.show(epochs[Math.min(epochs.length - 1, Math.max(0, to))]);
    else return;
    event.preventDefault();
  };

  return (
    <article class="compare">
      <header class="compare-header">
        <h1>{ids.length} runs side by side</h1>
        {others.length > 0 && ids.length < mostCompared && (
          <RunChoice action="Add a run" runs={others} onChoose={(other) => show([...ids, other])} />
        )}
      </header>
      {first && <Controls probe={first.detail.probe} route={route} change={change} />}
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset groups inputs, these are charts */}
      <div
        // Two by two rather than three and one.
        class={`compared-runs${ids.length % 2 || ids.length > 4 ? '' : ' paired'}`}
        role="group"
        aria-label="Mean ranks over epochs, a chart a run; the left and right arrow keys move the cursor in all"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the cursor is moved by keys here
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        {ids.map((id) => (
          <ComparedRun
            key={id}
            id={id}
            info={runs.find((run) => run.id === id)}
            view={route}
            names={names}
            axes={axes}
            probeSet={first?.detail.probe.id}
            highlight={highlight}
            link={link}
            listen={listen}
            connection={connection}
            clock={clock}
            onSnapshot={keep}
            onHover={setHover}
            onPin={pin}
            onRemove={() => show(ids.filter((other) => other !== id))}
          />
        ))}
      </div>
      {first && (
        <RanksTable
          snapshots={snapshots}
          names={names}
          total={total}
          all={all}
          onAll={setAll}
          link={link}
          highlight={highlight}
          pinned={pinned}
          onHover={setHover}
          onPin={pin}
        />
      )}
    </article>
  );
}

/** The first run's segments in its order, then those that only the others have. */
function namesOf(snapshots: Snapshot[], all: boolean, pinned: string | null): string[] {
  const lists = snapshots.map((snapshot) =>
    arrange(snapshot, { all, pinned, limits: [] }).shown.map(({ name }) => name),
  );
  const own = new Set(snapshots[0].segments.map(({ name }) => name));
  const others = lists.slice(1).flatMap((list) => list.filter((name) => !own.has(name)));
  return [...new Set([...lists[0], ...others])];
}

/** The axes that all charts share. */
export interface Axes {
  domain: [number, number];
  range: [number, number];
}

function axesOf(snapshots: Snapshot[], names: string[]): Axes {
  const domains = snapshots.map(domainOf);
  const ranges = snapshots.map(({ segments, detail }) =>
    rankRange(
      segments.filter(({ name }) => names.includes(name)),
      detail.thresholds,
    ),
  );
  return {
    domain: [Math.min(0, ...domains.map(([from]) => from)), Math.max(1, ...domains.map(([, to]) => to))],
    range: [Math.min(0.75, ...ranges.map(([low]) => low)), Math.max(2.5, ...ranges.map(([, high]) => high))],
  };
}
