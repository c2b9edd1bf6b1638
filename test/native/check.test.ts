import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cli, scratch } from './standIns.js';

const project = scratch();
project.write('package.json', '{}');
afterAll(() => project.remove());

function satwatch(args: string[], env: Record<string, string> = {}) {
  const { SATWATCH_BACKEND: _, ...outer } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd: project.folder,
    encoding: 'utf8',
    env: { ...outer, SATWATCH_CACHE: join(project.folder, 'cache'), ...env },
  });
  return { code: status, out: stdout, err: stderr };
}

describe('satwatch native --check', () => {
  it('says what runs, on what, and what could be done, as text and as JSON', () => {
    const { code, out, err } = satwatch(['native', '--check', '--json'], { SATWATCH_BACKEND: 'wasm' });
    expect(err).toBe('');
    expect(code).toBe(0);
    const found = JSON.parse(out);
    expect(found).toMatchObject({
      backend: 'wasm',
      why: 'backend wasm (asked for by SATWATCH_BACKEND)',
      project: project.folder,
      node: process.version,
      machine: `${process.platform} ${process.arch}`,
      natives: [
        { package: 'tfjs-node-gpu', installed: null, works: false, facts: null },
        { package: 'tfjs-node', installed: null, works: false, facts: null },
      ],
      wasm: { tfjs: '4.22.0', threads: 1, simd: true },
      cache: { path: join(project.folder, 'cache'), bytes: 0 },
    });
    expect(found.natives[0].problem).toContain('`npx satwatch native --gpu`');
    expect(found.advice).toHaveLength(1);
    const text = satwatch(['native', '--check'], { SATWATCH_BACKEND: 'wasm' });
    expect(text.out.split('\n')[0]).toBe(found.why);
    expect(text.out).toContain(`Node ${process.version}`);
    expect(text.out).toContain('wasm: tfjs 4.22.0, 1 thread, SIMD');
    expect(text.out).toContain(found.advice[0]);
  });

  it('refuses a forced backend that does not load', () => {
    const { code, err, out } = satwatch(['native', '--check'], { SATWATCH_BACKEND: 'tfjs-node-gpu' });
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(
      /tfjs-node-gpu is not installed, and was asked for by SATWATCH_BACKEND; `npx satwatch native --gpu`/,
    );
  });
});

describe('the choice of a backend', () => {
  const watch = ['watch', '.', '--probe', 'p', '--store', 's.sqlite', '--input-range', '0', '1', '--once'];
  it.each([
    ['demo', ['demo', '--exit', '--store', 'd.sqlite']],
    ['watch', watch],
  ])('%s refuses a forced backend that does not load or is unknown', (_, args) => {
    const forced = satwatch([...args, '--backend', 'tfjs-node-gpu']);
    expect(forced.code).toBe(2);
    expect(forced.err).toMatch(
      /tfjs-node-gpu is not installed, and was asked for; `npx satwatch native --gpu`/,
    );
    const unknown = satwatch(args, { SATWATCH_BACKEND: 'tfjs-nodes' });
    expect(unknown.code).toBe(2);
    expect(unknown.err).toMatch(
      /unknown backend 'tfjs-nodes', asked for by SATWATCH_BACKEND; did you mean 'tfjs-node'/,
    );
    // The option is stronger than the environment.
    const both = satwatch([...args, '--backend', 'wsam'], { SATWATCH_BACKEND: 'tfjs-node-gpu' });
    expect(both.err).toMatch(/unknown backend 'wsam'; did you mean 'wasm'/);
  });
});
