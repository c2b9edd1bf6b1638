import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheEntry, cacheFolder } from './cache.js';
import { failure } from './failure.js';
import type { NativePackage } from './packages.js';
import { downloadWheels, findPython, unpackWheel } from './python.js';
import { run } from './run.js';
import { refuseFull } from './space.js';
import type { Voice } from './voice.js';
import { cudaEntry, cudaPlatforms, cudaRequirements, wheelFor } from './wheels.js';

/** Of the cache's folder of a library: what the binding is linked with. */
export const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** The wheels of CUDA 12.2 for 2.15.1, and with them unpacked. */
const cuda = { download: 1.9e9, room: 5e9 };

const mendSpace = 'free some, or move the cache with SATWATCH_CACHE=/another/folder';

export const isCached = (name: NativePackage) =>
  existsSync(join(cacheFolder(), wheelFor(name, process.arch).entry));

/** The cache's folder with TensorFlow's library and C headers, out of the Python wheel. */
export function library(name: NativePackage, voice: Voice): Promise<string> {
  const wheel = wheelFor(name, process.arch);
  return cacheEntry(wheel.entry, async (folder) => {
    refuseFull(cacheFolder(), wheel.room, mendSpace);
    const python = await findPython();
    const [file] = await downloadWheels(python, [`${wheel.name}==${wheel.version}`], {
      ...wheel,
      folder,
      total: wheel.download,
      voice,
    });
    voice.say('unpacking the library and its C headers');
    const flat = wheel.name.replaceAll('-', '_');
    await unpackWheel(python, file, folder, [
      ...libraries.map((library) => `tensorflow/${library}`),
      'tensorflow/include/tensorflow/c/',
      'tensorflow/include/tensorflow/core/platform/',
      'tensorflow/include/tsl/c/',
      'tensorflow/include/tsl/platform/',
      `${flat}.libs/`,
      `${flat}-${wheel.version}.dist-info/METADATA`,
    ]);
    for (const path of ['wheels', 'download']) rmSync(join(folder, path), { recursive: true });
    for (const library of libraries)
      if (!existsSync(join(folder, 'tensorflow', library)))
        throw failure(
          'download',
          `the wheel of ${wheel.name} ${wheel.version} holds no ${library}; it was removed`,
        );
    renameSync(join(folder, `${flat}-${wheel.version}.dist-info/METADATA`), join(folder, 'METADATA'));
    rmSync(join(folder, `${flat}-${wheel.version}.dist-info`), { recursive: true });
    // Symbols for debuggers: a quarter of the file. Where there is no `strip`, they stay.
    const stripped = libraries.map((library) => join(folder, 'tensorflow', library));
    await run('strip', stripped, { local: true });
  });
}

/** The cache's folder with CUDA's libraries, for the library of the GPU wheel. */
export function cudaLibraries(tensorflow: string, voice: Voice): Promise<string> {
  return cacheEntry(cudaEntry(process.arch), async (folder) => {
    refuseFull(cacheFolder(), cuda.room, mendSpace);
    const python = await findPython();
    const wanted = cudaRequirements(readFileSync(join(tensorflow, 'METADATA'), 'utf8'));
    const files = await downloadWheels(python, wanted, {
      platforms: cudaPlatforms,
      folder,
      total: cuda.download,
      voice,
    });
    mkdirSync(join(folder, 'nvidia'));
    for (const file of files) {
      voice.say(`unpacking ${file.split('/').at(-1)!.split('-')[0]}`);
      await unpackWheel(python, file, folder, ['nvidia/']);
      rmSync(file);
    }
    for (const path of ['wheels', 'download']) rmSync(join(folder, path), { recursive: true });
  });
}
