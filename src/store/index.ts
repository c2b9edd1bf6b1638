export type { BlobLayout, StoredProbeSet } from './layout.js';
export {
  type Changes,
  openStore,
  type RunEvent,
  type RunInfo,
  type RunRef,
  Store,
  staleAfter,
} from './store.js';
export {
  type AggregatedRow,
  type AlertChanges,
  type NewAlert,
  type NewObservation,
  type RunStart,
  RunWriter,
} from './writer.js';
