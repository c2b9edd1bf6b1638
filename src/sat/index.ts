export { aggregateSats } from './aggregateSats.js';
export { computeSat } from './computeSat.js';
export { rankTable } from './rankTable.js';
export { segmentMeans } from './segmentMeans.js';
