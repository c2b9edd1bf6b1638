import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { zipSync } from 'fflate';

/**
 * What `satwatch native` handles and `npm test` cannot download: a package with tfjs-node's layout around a small
 * addon, and a wheel with a small library of TensorFlow's name in it. pip, the compiler, npm and Node are the real ones.
 */

const root = join(import.meta.dirname, '../..');
export const cli = join(root, 'dist/src/cli/main.js');

export interface Scratch {
  folder: string;
  /** A file below the folder. */
  write(path: string, text: string): void;
  remove(): void;
}

export function scratch(): Scratch {
  const folder = mkdtempSync(join(tmpdir(), 'satwatch-native-'));
  return {
    folder,
    write(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A project with the package, whose install script is given; it needs tfjs, and takes satwatch's. */
export function projectWithPackage(install: string, { version = '4.22.0', manifest = {} } = {}): Scratch {
  const project = scratch();
  const home = 'node_modules/@tensorflow/tfjs-node';
  project.write('package.json', JSON.stringify({ name: 'mine', private: true, ...manifest }));
  project.write(
    `${home}/package.json`,
    JSON.stringify({ name: '@tensorflow/tfjs-node', version, scripts: { install } }),
  );
  project.write(
    `${home}/index.js`,
    `const tf = require('@tensorflow/tfjs');
     const binding = require('./lib/napi-v8/tfjs_binding.node');
     tf.env().set('PROD', true);
     tf.setBackend('cpu');
     const version = { ...tf.version, 'tfjs-node': '4.22.0' };
     module.exports = { ...tf, version, backend: () => ({ binding, isUsingGpuDevice: false }) };`,
  );
  project.write(
    `${home}/binding/tfjs_binding.cc`,
    `#include <node_api.h>
     #include "tensorflow/c/c_api.h"
     static napi_value init(napi_env env, napi_value exports) {
       napi_value version;
       napi_create_string_utf8(env, TF_Version(), NAPI_AUTO_LENGTH, &version);
       napi_set_named_property(env, exports, "TF_Version", version);
       return exports;
     }
     NAPI_MODULE(tfjs_binding, init)`,
  );
  symlinkSync(
    join(root, 'node_modules/@tensorflow/tfjs'),
    join(project.folder, 'node_modules/@tensorflow/tfjs'),
  );
  return project;
}

const wheelName =
  process.arch === 'arm64'
    ? 'tensorflow_cpu_aws-2.15.1-cp311-cp311-manylinux_2_17_aarch64.manylinux2014_aarch64.whl'
    : 'tensorflow_cpu-2.15.1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl';

/** A folder of wheels for pip, with one in it: whole, without its library, or with a byte of the library changed. */
export function wheels(state: 'whole' | 'empty' | 'damaged'): Scratch {
  const place = scratch();
  const info = wheelName.split('-').slice(0, 2).join('-');
  const text = (words: string) => new TextEncoder().encode(words);
  const members: Record<string, Uint8Array> = {
    'tensorflow/include/tensorflow/c/c_api.h': text('extern "C" const char* TF_Version(void);'),
    [`${info}.dist-info/METADATA`]: text(
      `Metadata-Version: 2.1\nName: ${info.split('-')[0].replaceAll('_', '-')}\nVersion: 2.15.1\n`,
    ),
    [`${info}.dist-info/WHEEL`]: text('Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp311-cp311-any\n'),
    [`${info}.dist-info/RECORD`]: text(''),
  };
  if (state !== 'empty')
    for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'])
      members[`tensorflow/${name}`] = compiledLibrary(place, name);
  const zip = zipSync(members, { level: 0 });
  if (state === 'damaged') {
    // Inside of a member: the wheel's list of files stays whole, the checksum does not fit any more.
    const name = Buffer.from(zip).indexOf('libtensorflow_cc.so.2');
    zip[name + 1000] ^= 0xff;
  }
  mkdirSync(join(place.folder, 'wheels'));
  writeFileSync(join(place.folder, 'wheels', wheelName), zip);
  return place;
}

function compiledLibrary({ folder }: Scratch, name: string): Uint8Array {
  const [source, target] = [join(folder, 'library.cc'), join(folder, name)];
  writeFileSync(source, 'extern "C" const char* TF_Version(void) { return "2.15.1 (stand-in)"; }');
  execFileSync('g++', ['-shared', '-fPIC', `-Wl,-soname,${name}`, source, '-o', target]);
  return readFileSync(target);
}

/** The path of a Python that has pip, or undefined. */
export const python = ['python3', 'python']
  .map((name) => spawnSync(name, ['-c', 'import pip, sys; print(sys.executable)'], { encoding: 'utf8' }))
  .find(({ status }) => status === 0)
  ?.stdout.trim();

/** A PATH on which only these programs are, beside what runs npm. */
export function pathWith(place: Scratch, ...names: ('python3' | 'g++' | 'strip')[]): string {
  const folder = join(place.folder, 'bin');
  mkdirSync(folder);
  const real = (name: string) =>
    execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
  const programs = { node: process.execPath, npm: real('npm'), sh: '/bin/sh', sleep: real('sleep') };
  for (const name of names) Object.assign(programs, { [name]: name === 'python3' ? python : real(name) });
  for (const [name, path] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\nexec '${path}' "$@"\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}
