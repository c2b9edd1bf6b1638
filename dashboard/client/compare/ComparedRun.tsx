import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { RunInfo } from '../../wire.js';
import { CursorContext } from '../charts/context.js';
import { CursorGroup } from '../charts/cursor.js';
import { EpochChart } from '../charts/EpochChart.js';
import type { EpochLink } from '../charts/epochLink.js';
import type { Connection } from '../data/live.js';
import type { RunView, Snapshot } from '../data/snapshot.js';
import * as format from '../format.js';
import type { Listen } from '../parts/App.js';
import { marksOf } from '../parts/Charts.js';
import { useMedia, useNow } from '../parts/hooks.js';
import { MethodName } from '../parts/MethodName.js';
import { rankModel } from '../parts/rankModel.js';
import { State } from '../parts/State.js';
import { stateOf } from '../parts/state.js';
import { useSnapshot } from '../parts/useSnapshot.js';
import type { Axes } from './CompareView.js';

interface Props {
  id: number;
  info: RunInfo | undefined;
  view: RunView;
  /** Segments that are drawn, where the run has them. */
  names: string[];
  axes: Axes;
  /** Of the first run. */
  probeSet: string | undefined;
  highlight: string | null;
  link: EpochLink;
  listen: Listen;
  connection: Connection;
  clock: number;
  onSnapshot(id: number, snapshot: Snapshot): void;
  onHover(name: string | null): void;
  onPin(name: string): void;
  onRemove(): void;
}

/** One run among others: its method, and its mean ranks over epochs. */
export function ComparedRun(props: Props) {
  const { id, info, view, names, axes, probeSet, highlight, link, onSnapshot } = props;
  const { snapshot, error } = useSnapshot(id, view, props.listen, props.connection);
  const now = useNow() + props.clock;
  const narrow = useMedia('(max-width: 640px)');
  const group = useMemo(() => new CursorGroup(), []);
  const epochs = useRef<number[]>([]);
  epochs.current = snapshot?.epochs ?? [];
  useEffect(() => link.join(group, () => epochs.current), [link, group]);
  useEffect(() => {
    if (snapshot) onSnapshot(id, snapshot);
  }, [snapshot]);
  const marks = useMemo(() => (snapshot ? marksOf(snapshot) : []), [snapshot]);

  const run = info ?? snapshot?.detail.run;
  const shown = snapshot?.segments.filter(({ name }) => names.includes(name)) ?? [];
  const missing = snapshot ? names.length - shown.length : 0;
  return (
    <CursorContext.Provider value={group}>
      <section class="compared-run" data-run={id} aria-labelledby={`compared-${id}`}>
        <div class="compared-head">
          <h2 id={`compared-${id}`}>{run ? <MethodName run={run} /> : `run ${id}`}</h2>
          <button
            type="button"
            class="quiet"
            aria-label={`Remove ${run?.name ?? `run ${id}`}`}
            onClick={props.onRemove}
          >
            Remove
          </button>
        </div>
        {run && (
          <p class="compared-facts">
            <a href={`#/run/${id}`}>{run.name}</a>
            <State state={stateOf(run, now)} />
            {run.epoch !== null && <span>epoch {format.epoch(run.epoch)}</span>}
            {snapshot && probeSet !== undefined && snapshot.detail.probe.id !== probeSet && (
              <span class="other-probe">another probe set</span>
            )}
            {missing > 0 && (
              <span>
                without {missing} {missing === 1 ? 'segment' : 'segments'}
              </span>
            )}
          </p>
        )}
        {error && (
          <p class="notice" role="alert">
            {error}
          </p>
        )}
        {snapshot && (
          <EpochChart
            name="rank"
            title={<span class="hidden">Mean rank of the segments under {run?.name}</span>}
            summary={`Mean rank of ${shown.length} segments; the values are in the table below.`}
            empty={snapshot.epochs.length ? undefined : 'Not measured yet.'}
            model={{
              ...rankModel({
                shared: { epochs: snapshot.epochs, domain: axes.domain, marks },
                snapshot,
                shown,
                measure: 'rank',
                highlight,
                height: narrow ? 250 : 300,
                range: axes.range,
              }),
              flags: true,
              axis: true,
            }}
            hover={props.onHover}
            pin={props.onPin}
          />
        )}
      </section>
    </CursorContext.Provider>
  );
}
