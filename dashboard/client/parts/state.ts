import type { RunInfo } from '../../wire.js';

/** As long as the store's own limit: a run without a sign of life for longer is stale, ms. */
const staleAfter = 120_000;

/** A run goes stale while the page is open without any event: that is what stale means. */
export function stateOf({ state, heartbeatAt }: RunInfo, now: number): RunInfo['state'] {
  if (state !== 'running' && state !== 'stale') return state;
  return now - Date.parse(heartbeatAt) > staleAfter ? 'stale' : 'running';
}
