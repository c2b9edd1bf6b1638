import type { RunInfo } from '../../wire.js';

const glyphs: Record<RunInfo['state'], string> = { running: '●', stale: '◌', done: '✓', failed: '✕' };

/** A run's state as a word; colour and sign only repeat it. */
export function State({ state }: { state: RunInfo['state'] }) {
  return (
    <span class={`state ${state}`}>
      <span aria-hidden="true">{glyphs[state]}</span> {state}
    </span>
  );
}
