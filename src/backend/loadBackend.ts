import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { SatwatchError } from '../errors.js';
import { enableWasmTraining } from './enableWasmTraining.js';
import type { Tf } from './types.js';

export interface LoadedBackend {
  tf: Tf;
  backend: string;
  /** One line: which backend runs, and why. */
  why: string;
}

const native = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

/** The fastest backend that loads, native first; the embedded WASM one, made able to train, otherwise. */
export async function loadBackend(): Promise<LoadedBackend> {
  const reasons: string[] = [];
  for (const name of native) {
    try {
      const tf = (await import(name)) as Tf;
      await tf.ready();
      return {
        tf,
        backend: tf.getBackend(),
        why: `backend ${tf.getBackend()} (${name} ${tf.version['tfjs-core']})`,
      };
    } catch (error) {
      // "The import resolves" does not mean "it works": a missing library or another Node fails here too.
      const { code, message } = error as NodeJS.ErrnoException;
      const absent = code === 'ERR_MODULE_NOT_FOUND' && message.includes(name);
      reasons.push(
        `${name.split('/')[1]} ${absent ? 'is not installed' : `does not load: ${message.split('\n')[0]}`}`,
      );
    }
  }
  const tf = await import('@tensorflow/tfjs');
  tf.env().set('PROD', true); // without tfjs's "install tfjs-node" banner
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')), sep));
  if (!(await tf.setBackend('wasm')))
    throw new SatwatchError(
      'BACKEND',
      'the WASM backend of @tensorflow/tfjs-backend-wasm does not start; reinstall satwatch',
      'wasm',
    );
  await tf.ready();
  enableWasmTraining(tf);
  return { tf, backend: 'wasm', why: `backend wasm (${reasons.join('; ')})` };
}
