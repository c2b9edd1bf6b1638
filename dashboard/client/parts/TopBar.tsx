import type { Connection } from '../data/live.js';
import { Bell } from './Bell.js';

const words: Record<Connection, string> = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Connection lost, trying again',
};

interface Props {
  store: string | undefined;
  connection: Connection;
  isNotifying: boolean;
  onNotifying(isOn: boolean): void;
  menu: boolean;
  onMenu: (() => void) | undefined;
}

export function TopBar({ store, connection, isNotifying, onNotifying, menu, onMenu }: Props) {
  return (
    <header class="topbar">
      {onMenu && (
        <button type="button" class="menu" aria-expanded={menu} aria-controls="runs" onClick={onMenu}>
          Runs
        </button>
      )}
      <span class="wordmark">
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M1.5 12.5 5.5 8l3.2 2.2L14.5 3" />
        </svg>
        satwatch
      </span>
      {store && (
        <span class="store" title={store}>
          {store.split(/[\\/]/).at(-1)}
        </span>
      )}
      <span class={`connection ${connection}`} role="status">
        <span class="dot" aria-hidden="true" />
        {words[connection]}
      </span>
      <Bell isOn={isNotifying} onChange={onNotifying} />
    </header>
  );
}
