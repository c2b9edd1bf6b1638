import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './task.js';

const root = join(import.meta.dirname, '..');
const folder = temporaryFolder();
const project = join(folder, 'project');

/**
 * `npm pack`, unpacked into an empty project. Its dependencies are linked from here instead of installed: better-sqlite3
 * takes a minute to compile, and what is under test is the package, not npm.
 */
beforeAll(() => {
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
  });
  const [{ filename }] = JSON.parse(packed) as { filename: string }[];
  const modules = join(project, 'node_modules');
  const home = join(modules, 'satwatch');
  mkdirSync(home, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, filename), '--strip-components=1', '-C', home]);
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name.startsWith('.') || name === 'satwatch') continue;
    symlinkSync(join(root, 'node_modules', name), join(modules, name), 'dir');
  }
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'mine', type: 'module', private: true }),
  );
}, 120_000);

const node = (code: string) =>
  spawnSync(process.execPath, ['--input-type=module', '-e', code], { cwd: project, encoding: 'utf8' });
const cli = (...args: string[]) =>
  spawnSync(process.execPath, ['node_modules/satwatch/dist/src/cli/main.js', ...args], {
    cwd: project,
    encoding: 'utf8',
  });

describe('the packed package in an empty project', () => {
  it('carries what it needs and nothing of its workshop', () => {
    const home = join(project, 'node_modules/satwatch');
    for (const file of [
      'LICENSE',
      'README.md',
      'dist/src/index.d.ts',
      'dist/callbacks/index.d.ts',
      'dist/dashboard/index.d.ts',
      'dist/dashboard/client/index.html',
    ])
      expect(existsSync(join(home, file)), file).toBe(true);
    expect(readdirSync(home).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'docs', 'package.json']);
  });

  it("watches a training with the user's own tfjs, and neither loads Express nor a backend of its own", () => {
    const { status, stdout, stderr } = node(`
      import * as tf from '@tensorflow/tfjs';
      import { satCallback, createProbeSet, maskFromBitmap, openStore } from 'satwatch';
      import { satCallback as same } from 'satwatch/callbacks';
      const images = Array.from({ length: 4 }, (_, i) => ({
        id: 'i' + i, label: i % 2, pixels: new Uint8Array(16 * 3).fill(50 + 20 * i),
        segments: [{ name: 'left', mask: maskFromBitmap(Array.from({ length: 16 }, (_, p) => p % 4 < 2), 4, 4) }, { name: 'right', mask: maskFromBitmap(Array.from({ length: 16 }, (_, p) => p % 4 >= 2), 4, 4) }],
      }));
      const probe = createProbeSet({ width: 4, height: 4, channels: 3, classNames: ['a', 'b'], roles: { left: 'suspect' }, images });
      const model = tf.sequential({ layers: [tf.layers.flatten({ inputShape: [4, 4, 3] }), tf.layers.dense({ units: 2, activation: 'softmax' })] });
      model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
      await model.fit(tf.zeros([4, 4, 4, 3]), tf.oneHot(tf.tensor1d([0, 1, 0, 1], 'int32'), 2), { epochs: 2, verbose: 0,
        callbacks: [satCallback(tf, { probe, store: 'mine.sqlite', run: 'a', inputRange: [0, 1] })] });
      console.log(JSON.stringify({ epochs: openStore('mine.sqlite', { readonly: true }).metrics('a').map(m => m.epoch), same: same === satCallback }));
    `);
    expect(stderr).toMatch(/satwatch: watching 'a'/);
    expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toEqual({ epochs: [0, 1, 2], same: true });
    expect(status).toBe(0);
  });

  it('loads no TensorFlow.js and no Express until somebody asks for them', () => {
    const loaded = (entry: string) => {
      const { stdout } = node(`
        import Module from 'node:module';
        await import('${entry}');
        console.log(Object.keys(Module._cache).filter((path) => /node_modules.(express|@tensorflow)./.test(path)).length);
      `);
      return Number(stdout);
    };
    expect(loaded('satwatch')).toBe(0);
    expect(loaded('satwatch/callbacks')).toBe(0);
    expect(loaded('satwatch/dashboard')).toBeGreaterThan(0);
  });

  it('works as a command', () => {
    const list = cli('runs', 'mine.sqlite');
    expect(list.stdout).toMatch(/a +done +2 +3/);
    expect(list.status).toBe(0);
    const one = cli('runs', 'mine.sqlite', 'a', '--json');
    expect(JSON.parse(one.stdout)).toMatchObject({ run: { name: 'a' }, segments: [{ n: 4 }, { n: 4 }] });
    const text = cli('runs', 'mine.sqlite', 'last');
    expect(text.stdout).toMatch(/segment +role +rank/);
    const wrong = cli('runs', 'mine.sqlite', 'b');
    expect(wrong.stderr).toMatch(/no run 'b'/);
    expect(wrong.status).toBe(2);
    expect(cli('rnus').status).toBe(2);
    expect(cli('runs', 'nowhere.sqlite').stderr).toMatch(/nowhere\.sqlite: no such file/);
    expect(cli('--version').stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
