import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { SatwatchError, suggest } from '../errors.js';
import { mendUtil } from '../native/mendUtil.js';
import { addonPath } from '../native/packages.js';
import { enableFastTraining } from './fastGradients.js';
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
 * `preferred`, or else the environment's `SATWATCH_BACKEND`, asks for one of them alone: 'tfjs-node-gpu', 'tfjs-node' or
 * 'wasm'. Any other name is a `BAD_OPTION` error, and one that does not load a `BACKEND` error with the reason.
 */
export async function loadBackend(preferred?: string): Promise<LoadedBackend> {
  const forced = preferred ?? (process.env.SATWATCH_BACKEND || undefined);
  const by = preferred === undefined ? ' by SATWATCH_BACKEND' : '';
  const choices = [...native, 'wasm'];
  if (forced !== undefined && !choices.includes(forced))
    throw new SatwatchError(
      'BAD_OPTION',
      `unknown backend '${forced}'${by && `, asked for${by}`}; ${suggest(forced, choices)}`,
      forced,
    );
  const failures: Failure[] = [];
  for (const name of forced === undefined ? native : native.filter((name) => name === forced)) {
    const result = await loadNative(name, forced === undefined ? ' is installed' : `, asked for${by}`);
    if ('tf' in result) return result;
    failures.push(result);
  }
  if (forced !== undefined && forced !== 'wasm')
    throw new SatwatchError(
      'BACKEND',
      `the backend ${failures[0].why}, and was asked for${by}; ${remedy(forced)} in your project installs or mends it, or leave the choice of a backend to satwatch`,
      forced,
    );
  const tf = await loadWasm();
  return { tf, backend: 'wasm', why: `backend wasm (${forced ? `asked for${by}` : reasons(failures)})` };
}

interface Failure {
  name: string;
  absent: boolean;
  why: string;
}

/** That the import resolves does not mean that it works: a missing library or another Node fails later. */
async function loadNative(name: string, why: string): Promise<LoadedBackend | Failure> {
  const specifier = `@tensorflow/${name}`;
  try {
    mendUtil();
    // Without what TensorFlow tells of the processor at every start; warnings and errors stay.
    process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
    const loaded = await importNative(specifier);
    const tf = (loaded.default ?? loaded) as Tf;
    await tf.ready();
    tf.tidy(() => tf.add(tf.zeros([2]), 1).dataSync());
    enableFastTraining(tf);
    const backend = tf.getBackend();
    return { tf, backend, why: `backend ${backend} (${name} ${tf.version['tfjs-core']}${why})` };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const absent =
      code === 'ERR_MODULE_NOT_FOUND' && message.startsWith(`Cannot find package '${specifier}'`);
    const why = absent ? 'is not installed' : `does not load: ${message.split('\n')[0]}`;
    return { name, absent, why: `${name} ${why}` };
  }
}

const remedy = (name: string) => `\`npx satwatch native${name === 'tfjs-node-gpu' ? ' --gpu' : ''}\``;

/**
 * As satwatch finds it, else as the project does that it is run in: satwatch may be installed elsewhere (`npx`, `-g`).
 * From there only where its addon is there too: a half loaded second tfjs would fill the screen when WASM's comes.
 */
async function importNative(specifier: string): Promise<any> {
  try {
    return await import(specifier);
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    const mine = createRequire(join(process.cwd(), 'package.json'));
    const there = mine.resolve
      .paths(specifier)
      ?.some((modules) => existsSync(addonPath(join(modules, specifier))));
    if (!absent || !there) throw error;
    return mine(specifier);
  }
}

/** What stands in the way of something faster; a GPU package that was never installed is no news. */
function reasons(failures: Failure[]): string {
  const broken = failures.filter(({ absent }) => !absent);
  const told = broken.length ? broken : failures.slice(-1);
  const verb = broken.length ? 'mends' : 'installs';
  return `${told.map(({ why }) => why).join('; ')}; ${remedy(told[0].name)} ${verb} it`;
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
  enableFastTraining(tf);
  return tf;
}
