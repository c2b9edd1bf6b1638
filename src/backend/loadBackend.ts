import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { SatwatchError, suggest } from '../errors.js';
import { enableWasmTraining } from './enableWasmTraining.js';
import type { Tf } from './types.js';

export interface LoadedBackend {
  tf: Tf;
  backend: string;
  /** One line: which backend runs, and why. */
  why: string;
}

/** By preference. Names in variables: none of them needs to be installed, and none is at compile time. */
const native = ['tfjs-node-gpu', 'tfjs-node'];

/**
 * The fastest backend that loads, native first; the embedded WASM one, made able to train, otherwise.
 *
 * `preferred` asks for one of them alone: 'tfjs-node-gpu', 'tfjs-node' or 'wasm'. Any other name is a `BAD_OPTION`
 * error, and one that does not load a `BACKEND` error with the reason.
 */
export async function loadBackend(preferred?: string): Promise<LoadedBackend> {
  const choices = [...native, 'wasm'];
  if (preferred !== undefined && !choices.includes(preferred))
    throw new SatwatchError(
      'BAD_OPTION',
      `unknown backend '${preferred}'; ${suggest(preferred, choices)}`,
      preferred,
    );
  const failures: Failure[] = [];
  for (const name of preferred === undefined ? native : native.filter((name) => name === preferred)) {
    const result = await loadNative(name);
    if ('tf' in result) return result;
    failures.push(result);
  }
  if (preferred !== undefined && preferred !== 'wasm')
    throw new SatwatchError(
      'BACKEND',
      `the backend ${failures[0].why}; \`npm install @tensorflow/${preferred}\` in your project, or leave the choice of a backend to satwatch`,
      preferred,
    );
  const tf = await loadWasm();
  return { tf, backend: 'wasm', why: `backend wasm (${preferred ? 'asked for' : reasons(failures)})` };
}

interface Failure {
  absent: boolean;
  why: string;
}

/** That the import resolves does not mean that it works: a missing library or another Node fails later. */
async function loadNative(name: string): Promise<LoadedBackend | Failure> {
  const specifier = `@tensorflow/${name}`;
  try {
    const loaded = await import(specifier);
    const tf = (loaded.default ?? loaded) as Tf;
    await tf.ready();
    tf.tidy(() => tf.add(tf.zeros([2]), 1).dataSync());
    const backend = tf.getBackend();
    return { tf, backend, why: `backend ${backend} (${name} ${tf.version['tfjs-core']} is installed)` };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const absent =
      code === 'ERR_MODULE_NOT_FOUND' && message.startsWith(`Cannot find package '${specifier}'`);
    const why = absent ? 'is not installed' : `does not load: ${message.split('\n')[0]}`;
    return { absent, why: `${name} ${why}` };
  }
}

/** What stands in the way of something faster; a GPU package that was never installed is no news. */
function reasons(failures: Failure[]): string {
  const told = failures.filter(({ absent }) => !absent);
  return (told.length ? told : failures.slice(-1)).map(({ why }) => why).join('; ');
}

async function loadWasm(): Promise<Tf> {
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
  return tf;
}
