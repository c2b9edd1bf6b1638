import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failure } from './failure.js';
import { libraries } from './library.js';
import { addonPath, napi } from './packages.js';
import { lastWords, run } from './run.js';
import type { Voice } from './voice.js';

/** @throws SatwatchError where no C++ compiler answers */
async function findCompiler(): Promise<string> {
  for (const name of [process.env.CXX, 'g++', 'c++', 'clang++']) {
    if (!name) continue;
    const { code } = await run(name, ['--version']);
    if (code === 0) return name;
  }
  throw failure(
    'compiler',
    'the binding has to be compiled, and no C++ compiler was found (g++, c++, clang++, $CXX); install one (Debian, Ubuntu: `apt install g++`)',
  );
}

/**
 * Compiles the package's own sources against the cached library, once: the addon is kept beside the library and holds
 * no path of this machine, so it serves every project. Node's headers come from npm (node-api-headers), since many a
 * Node comes without.
 * @param home folder of the package, `tensorflow` the cache's folder of the library
 */
export async function buildAddon(home: string, tensorflow: string, voice: Voice): Promise<void> {
  const binding = join(home, 'binding');
  const sources = readdirSync(binding).sort();
  const hash = createHash('sha256');
  for (const name of sources) hash.update(name).update(readFileSync(join(binding, name)));
  const kept = join(tensorflow, `tfjs_binding-${hash.digest('hex').slice(0, 16)}.node`);
  if (!existsSync(kept)) await compile(binding, sources, tensorflow, kept, voice);
  const target = addonPath(home);
  rmSync(join(home, 'lib'), { recursive: true, force: true });
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(kept, `${target}.partial`);
  renameSync(`${target}.partial`, target);
}

async function compile(
  binding: string,
  sources: string[],
  tensorflow: string,
  target: string,
  voice: Voice,
): Promise<void> {
  const compiler = await findCompiler();
  voice.say(`compiling the binding with ${compiler}`);
  const node = fileURLToPath(import.meta.resolve('node-api-headers/include/node_api.h'));
  const partial = `${target}.partial-${process.pid}`;
  const args = [
    ...['-O2', '-std=c++17', '-fPIC', '-shared', `-DNAPI_VERSION=${napi}`, '-w'],
    ...[`-I${join(tensorflow, 'tensorflow/include')}`, `-I${dirname(node)}`],
    ...sources.filter((name) => name.endsWith('.cc')).map((name) => join(binding, name)),
    ...['-o', partial],
    ...libraries.map((library) => join(tensorflow, 'tensorflow', library)),
    // Found at run time by a path relative to the addon, in the package that it lies in.
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
  ];
  const outcome = await run(compiler, args, { local: true });
  if (outcome.code !== 0) {
    rmSync(partial, { force: true });
    throw failure(
      'compiler',
      `${compiler} could not compile the binding: ${lastWords(outcome)}; a compiler for C++17 is needed (g++ 8 or newer)`,
    );
  }
  renameSync(partial, target);
}
