import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';

/** The backend that the tests run on: WASM, plain JavaScript (cpu), or the native one that SATWATCH_BACKEND names. */
export async function backend(): Promise<typeof tf> {
  const name = process.env.SATWATCH_BACKEND ?? 'wasm';
  if (name === 'wasm') return wasm();
  if (name === 'cpu') {
    tf.env().set('PROD', true); // no banner
    await tf.setBackend('cpu');
    return tf;
  }
  // It is not there to compile against: installed by `npm run native`.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1'; // no banner
  const native: typeof tf = createRequire(import.meta.url)(`@tensorflow/${name}`);
  await native.ready();
  if (native.getBackend() !== 'tensorflow') throw new Error(`${name} runs on ${native.getBackend()}`);
  return native;
}

/** tfjs's stock WASM backend, nothing of ours registered. */
export async function wasm(): Promise<typeof tf> {
  tf.env().set('PROD', true); // no banner
  setWasmPaths(join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')), sep));
  await tf.setBackend('wasm');
  await tf.ready();
  return tf;
}
