export { createMonitor, Monitor, type Observation } from './monitor.js';
export type { MonitorOptions } from './options.js';
export type { ObserveOptions } from './place.js';
