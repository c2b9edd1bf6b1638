/** 'satwatch/dashboard': the page over a store. Loads Express, never TensorFlow.js. */
export { createDashboard, type DashboardOptions } from './server/app.js';
export { defaultPort, type RunningDashboard, type StartOptions, startDashboard } from './server/start.js';
