import type { RunInfo } from '../../wire.js';
import type { Snapshot } from '../data/snapshot.js';
import * as format from '../format.js';
import { useNow } from './hooks.js';
import { MethodName } from './MethodName.js';
import { RunChoice } from './RunChoice.js';
import { State } from './State.js';
import { stateOf } from './state.js';

interface Props {
  run: RunInfo;
  snapshot: Snapshot;
  clock: number;
  /** Runs that it can be compared with. */
  others: RunInfo[];
  onCompare(run: number): void;
}

/** The run's name, how far it is, how old what is shown is, and what watching it costs. */
export function RunHeader({ run, snapshot, clock, others, onCompare }: Props) {
  const now = useNow() + clock;
  const state = stateOf(run, now);
  const { observations, detail } = snapshot;
  const newest = observations.at(-1);
  const planned = detail.run.config.epochs;
  const shares = observations.flatMap(({ share }) => (share === null ? [] : [share]));
  const invalid = newest?.invalidImages ?? 0;
  const images = detail.probe.classes.reduce((sum, c) => sum + c.images, 0);
  return (
    <header class="run-header">
      <div class="run-title">
        <h1 title={run.name}>{run.name}</h1>
        <State state={state} />
        {state === 'stale' && (
          <span class="aside">no sign of life for {format.age(now - Date.parse(run.heartbeatAt))}</span>
        )}
        {others.length > 0 && <RunChoice action="Compare with" runs={others} onChoose={onCompare} />}
        {newest && (
          <a class="quiet" href={`api/runs/${run.id}/report.html`} target="_blank" rel="noopener">
            Report
          </a>
        )}
      </div>
      <dl class="facts">
        <div class="method-fact">
          <dt>Method</dt>
          <dd data-fact="method">
            <MethodName run={detail.run} />
          </dd>
        </div>
        <div>
          <dt>Epoch</dt>
          <dd data-fact="epoch">
            {newest ? format.epoch(newest.epoch) : '–'}
            {typeof planned === 'number' && <span class="of"> of {planned}</span>}
          </dd>
        </div>
        <div>
          <dt>{run.endedAt ? 'Ended' : 'Data'}</dt>
          <dd data-fact="age">
            {run.endedAt
              ? `${format.age(now - Date.parse(run.endedAt))} ago`
              : newest
                ? `${format.age(now - Date.parse(newest.time))} old`
                : 'none yet'}
          </dd>
        </div>
        <div>
          <dt>Watching takes</dt>
          <dd data-fact="share">
            {shares.length ? format.percent(shares.reduce((a, b) => a + b, 0) / shares.length) : '–'}
            {shares.length > 0 && <span class="of"> of the time</span>}
          </dd>
        </div>
        <div>
          <dt>Probe set</dt>
          <dd data-fact="probe">
            {images} <span class="of">images</span>
            {invalid > 0 && <span class="invalid">, {invalid} invalid</span>}
          </dd>
        </div>
      </dl>
      {run.error && <p class="notice">{run.error}</p>}
    </header>
  );
}
