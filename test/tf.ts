import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';

/** tfjs as a user sets it up: the stock WASM backend, nothing of ours registered. */
export async function wasm(): Promise<typeof tf> {
  tf.env().set('PROD', true); // no banner
  setWasmPaths(join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')), sep));
  await tf.setBackend('wasm');
  await tf.ready();
  return tf;
}
