export { enableWasmTraining, withInputGradients } from './enableWasmTraining.js';
export { loadBackend } from './loadBackend.js';
