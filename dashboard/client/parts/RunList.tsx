import type { RunInfo } from '../../wire.js';
import * as format from '../format.js';
import { methodOf } from '../method.js';
import { useNow } from './hooks.js';
import { State } from './State.js';
import { stateOf } from './state.js';

interface Props {
  runs: RunInfo[];
  total: number;
  current: number | undefined;
  clock: number;
  open: boolean;
  onChoose(): void;
  onMore(): void;
}

export function RunList({ runs, total, current, clock, open, onChoose, onMore }: Props) {
  const now = useNow() + clock;
  const methods = new Set(runs.map((run) => methodOf(run)?.name));
  return (
    <nav id="runs" class={`runs${open ? ' open' : ''}`} aria-label="Runs">
      <h2>Runs</h2>
      <ul>
        {runs.map((run) => (
          <li key={run.id}>
            <a
              href={`#/run/${run.id}`}
              aria-current={run.id === current ? 'page' : undefined}
              onClick={onChoose}
            >
              <span class="run-name" title={run.name}>
                {run.name}
              </span>
              <span class="run-facts">
                <State state={stateOf(run, now)} />
                <span>{run.epoch === null ? 'not measured yet' : `epoch ${format.epoch(run.epoch)}`}</span>
                {methods.size > 1 && <span>{methodOf(run)?.name}</span>}
                {run.openAlerts > 0 && (
                  <span class="run-alerts">
                    {run.openAlerts} {run.openAlerts === 1 ? 'alert' : 'alerts'}
                  </span>
                )}
              </span>
            </a>
          </li>
        ))}
      </ul>
      {total > runs.length && (
        <button type="button" class="quiet" onClick={onMore}>
          Show more of {total} runs
        </button>
      )}
    </nav>
  );
}
