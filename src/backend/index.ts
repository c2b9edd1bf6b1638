export { enableFastTraining, enableWasmTraining, withInputGradients } from './fastGradients.js';
export { loadBackend } from './loadBackend.js';
