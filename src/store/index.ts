export { quantise } from './blobs.js';
export type { StoredProbeSet } from './layout.js';
export { measuredOtherwise } from './measuredOtherwise.js';
export { Outbox, type Owed, type Recipient } from './outbox.js';
export {
  type At,
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
