export { enableWasmTraining, withInputGradients } from './enableWasmTraining.js';
export { type LoadedBackend, loadBackend } from './loadBackend.js';
export type { Tf } from './types.js';
