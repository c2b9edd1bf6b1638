export type { StoredProbeSet } from './layout.js';
export {
  openStore,
  type RunEvent,
  type RunInfo,
  type RunRef,
  Store,
} from './store.js';
export {
  type AggregatedRow,
  type AlertChanges,
  type NewAlert,
  RunWriter,
} from './writer.js';
