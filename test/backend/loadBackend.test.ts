import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadBackend } from '../../src/backend/index.js';
import type { SatwatchError } from '../../src/errors.js';

const root = join(import.meta.dirname, '../..');
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Runs lines of JavaScript in a project with satwatch's built backend, tfjs, and the given packages. */
function inProject(packages: Record<string, string>, lines: string[], more: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'satwatch-backend-'));
  folders.push(folder);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write('package.json', '{ "type": "module" }');
  for (const file of ['backend', 'native', 'errors.js'])
    cpSync(join(root, 'dist/src', file), join(folder, file), { recursive: true });
  for (const [name, code] of Object.entries(packages))
    write(`node_modules/@tensorflow/${name}/index.js`, code);
  mkdirSync(join(folder, 'node_modules/@tensorflow'), { recursive: true });
  for (const name of ['tfjs', 'tfjs-backend-wasm'])
    symlinkSync(join(root, 'node_modules/@tensorflow', name), join(folder, 'node_modules/@tensorflow', name));
  write('main.js', ["import { loadBackend } from './backend/index.js';", ...lines].join('\n'));
  const { SATWATCH_BACKEND: _, ...env } = process.env;
  return spawnSync(process.execPath, ['main.js'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...env, ...more },
  });
}

const say = [
  'const { tf, backend, why } = await loadBackend();',
  'console.log(backend, tf.getBackend(), why);',
];

describe('loadBackend', () => {
  it('falls back on WASM, able to train, and says why in one line; tfjs’s banner is silenced', () => {
    const { stdout, stderr, status } = inProject({}, [
      ...say,
      "const w = tf.grad((w) => tf.conv2d(tf.ones([1, 2, 2, 1]), w, 1, 'same'))(tf.ones([1, 1, 1, 1]));",
      'console.log(w.dataSync()[0]);',
    ]);
    expect(status, stderr).toBe(0);
    expect(stdout).toBe(
      'wasm wasm backend wasm (tfjs-node is not installed; `npx satwatch native` installs it)\n4\n',
    );
    expect(stderr).toBe('');
  });

  it('says so when a native package is there but does not load', () => {
    const broken = "throw new Error('libtensorflow.so.2: cannot open shared object file\\nand more');";
    const { stdout, stderr } = inProject({ 'tfjs-node': broken }, say);
    expect(stderr).toBe('');
    expect(stdout).toBe(
      'wasm wasm backend wasm (tfjs-node does not load: libtensorflow.so.2: cannot open shared object file; `npx satwatch native` mends it)\n',
    );
  });

  it('takes a native package that loads, the GPU one first', () => {
    // What these packages are to a caller: tfjs, with a backend of its own.
    const package_ =
      "const tf = require('@tensorflow/tfjs'); tf.env().set('PROD', true); tf.setBackend('cpu'); module.exports = tf;";
    const { stdout, stderr } = inProject({ 'tfjs-node': package_ }, say);
    expect(stderr).toBe('');
    expect(stdout).toBe('cpu cpu backend cpu (tfjs-node 4.22.0 is installed)\n');
    const both = inProject({ 'tfjs-node': package_, 'tfjs-node-gpu': package_ }, say);
    expect(both.stdout).toBe('cpu cpu backend cpu (tfjs-node-gpu 4.22.0 is installed)\n');
    const wasm = inProject({ 'tfjs-node': package_ }, [
      "const { backend, why } = await loadBackend('wasm');",
      'console.log(backend, why);',
    ]);
    expect(wasm.stdout).toBe('wasm backend wasm (asked for)\n');
  });

  it('refuses a backend that it does not know, naming the nearest', async () => {
    await expect(loadBackend('wsam')).rejects.toMatchObject({
      code: 'BAD_OPTION',
      subject: 'wsam',
      message: expect.stringContaining("did you mean 'wasm'?"),
    } satisfies Partial<SatwatchError>);
  });

  it('refuses a backend that was asked for and does not load, with the reason', () => {
    const { stdout } = inProject({}, [
      "const error = await loadBackend('tfjs-node').catch((error) => error);",
      'console.log(error.code, error.subject, error.message);',
    ]);
    expect(stdout).toContain(
      'BACKEND tfjs-node the backend tfjs-node is not installed, and was asked for; `npx satwatch native` in your project',
    );
  });

  it('takes the one that SATWATCH_BACKEND names, unless the caller names one', () => {
    const package_ =
      "const tf = require('@tensorflow/tfjs'); tf.env().set('PROD', true); tf.setBackend('cpu'); module.exports = tf;";
    const both = { 'tfjs-node': package_, 'tfjs-node-gpu': package_ };
    const named = inProject(both, say, { SATWATCH_BACKEND: 'tfjs-node' });
    expect(named.stdout).toBe('cpu cpu backend cpu (tfjs-node 4.22.0, asked for by SATWATCH_BACKEND)\n');
    const wasm = inProject(both, say, { SATWATCH_BACKEND: 'wasm' });
    expect(wasm.stdout).toBe('wasm wasm backend wasm (asked for by SATWATCH_BACKEND)\n');
    const stronger = inProject(
      both,
      ["const { why } = await loadBackend('tfjs-node-gpu');", 'console.log(why);'],
      { SATWATCH_BACKEND: 'wasm' },
    );
    expect(stronger.stdout).toBe('backend cpu (tfjs-node-gpu 4.22.0, asked for)\n');
    expect(inProject(both, say, { SATWATCH_BACKEND: '' }).stdout).toContain(
      'tfjs-node-gpu 4.22.0 is installed',
    );
    const refused = inProject({}, say, { SATWATCH_BACKEND: 'tfjs-node-gpu' });
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toContain(
      'asked for by SATWATCH_BACKEND; `npx satwatch native --gpu` in your project',
    );
  });

  it('finds the package of the project that it is run in, where satwatch itself is installed elsewhere', () => {
    const { stdout, stderr } = inProject({ 'tfjs-node': 'throw new Error("not this one");' }, [
      "import { mkdirSync, renameSync, writeFileSync } from 'node:fs';",
      "const home = 'project/node_modules/@tensorflow/tfjs-node';",
      "mkdirSync(home + '/lib/napi-v8', { recursive: true });",
      "writeFileSync(home + '/lib/napi-v8/tfjs_binding.node', '');",
      "writeFileSync(home + '/index.js', \"const tf = require('../../../../kept/tfjs'); tf.env().set('PROD', true); tf.setBackend('cpu'); module.exports = tf;\");",
      "mkdirSync('kept');",
      "renameSync('node_modules/@tensorflow/tfjs', 'kept/tfjs');",
      "renameSync('node_modules/@tensorflow/tfjs-node', 'kept/tfjs-node');",
      "process.chdir('project');",
      'const { why } = await loadBackend();',
      'console.log(why);',
    ]);
    expect(stderr).toBe('');
    expect(stdout).toBe('backend cpu (tfjs-node 4.22.0 is installed)\n');
  });
});
