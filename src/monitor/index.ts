export { createMonitor, Monitor, type Observation, type ObserveOptions } from './monitor.js';
export type { MonitorOptions } from './options.js';
