import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { refuseMachine } from '../../src/native/machine.js';
import { cli, pathWith, projectWithPackage, python, type Scratch, scratch, wheels } from './standIns.js';

const needless = 'The WASM backend needs none of this';
const scratches: Scratch[] = [];
const keep = (place: Scratch) => {
  scratches.push(place);
  return place;
};
afterEach(() => {
  for (const place of scratches.splice(0)) place.remove();
});
const whole = python === undefined ? undefined : wheels('whole');
afterAll(() => whole?.remove());

interface Result {
  code: number;
  out: string;
  err: string;
}

/** `satwatch native ARGS` in the project, with a cache of its own unless one is given. */
async function native(project: Scratch, args: string[], env: Record<string, string> = {}): Promise<Result> {
  const { SATWATCH_BACKEND: _, CXX: __, ...outer } = process.env;
  const child = spawn(process.execPath, [cli, 'native', ...args], {
    cwd: project.folder,
    env: { ...outer, SATWATCH_CACHE: join(project.folder, 'cache'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return finish(child);
}

async function finish(child: ChildProcess): Promise<Result> {
  let [out, err] = ['', ''];
  child.stdout!.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr!.on('data', (chunk) => {
    err += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, out, err };
}

/** pip looks at this folder alone. */
const from = (place: Scratch) => ({ PIP_NO_INDEX: '1', PIP_FIND_LINKS: join(place.folder, 'wheels') });
const cacheOf = (project: Scratch) => {
  const folder = join(project.folder, 'cache');
  return existsSync(folder) ? readdirSync(folder) : [];
};

describe.skipIf(process.platform !== 'linux' || python === undefined)(
  'satwatch native, by the wheel (needs Linux and pip)',
  () => {
    const offline = "echo 'Error: getaddrinfo ENOTFOUND' >&2; exit 1";

    it('downloads, links, compiles, checks; is instant afterwards; and is mended after --clean', async () => {
      const project = keep(projectWithPackage(offline));
      const first = await native(project, ['--json'], from(whole!));
      expect(first.code, first.err).toBe(0);
      const result = JSON.parse(first.out);
      expect(result).toMatchObject({
        package: 'tfjs-node',
        route: 'wheel',
        already: false,
        declared: false,
        facts: { package: '4.22.0', tensorflow: '2.15.1 (stand-in)', gpu: false },
        cache: { path: join(project.folder, 'cache') },
      });
      expect(first.err).toContain('its own installer did not do: Error: getaddrinfo ENOTFOUND');
      expect(first.err).toContain('downloading tensorflow-cpu');
      expect(cacheOf(project)).toHaveLength(1);
      const deps = join(project.folder, 'node_modules/@tensorflow/tfjs-node/deps/lib');
      expect(lstatSync(join(deps, 'libtensorflow_cc.so.2')).isSymbolicLink()).toBe(true);

      const second = await native(project, [], { PIP_NO_INDEX: '1', PATH: pathWith(project) });
      expect(second.code, second.err).toBe(0);
      expect(second.out).toContain('is installed and works');
      expect(second.out).toContain(`cache ${join(project.folder, 'cache')}`);
      expect(second.out).toContain('package.json is unchanged');

      // A stamp of another Node: checked anew, and still known to come by the wheel.
      const stamp = join(project.folder, 'node_modules/@tensorflow/tfjs-node/.satwatch.json');
      writeFileSync(stamp, readFileSync(stamp, 'utf8').replace(process.version, 'v1.2.3'));
      const other = await native(project, ['--json'], { PIP_NO_INDEX: '1', PATH: '/nowhere' });
      expect(JSON.parse(other.out)).toMatchObject({ route: 'wheel', already: true });
      expect(readFileSync(stamp, 'utf8')).toContain(process.version);

      // What npm ci does: the package comes anew, the cache stays. Neither pip nor a compiler is needed then.
      rmSync(join(project.folder, 'node_modules/@tensorflow/tfjs-node/deps'), { recursive: true });
      rmSync(join(project.folder, 'node_modules/@tensorflow/tfjs-node/lib'), { recursive: true });
      rmSync(join(project.folder, 'bin'), { recursive: true });
      const third = await native(project, [], { PATH: pathWith(project) });
      expect(third.code, third.err).toBe(0);
      expect(third.out).toContain('a convolution with its gradients checked');
      expect(third.out).not.toContain('compiling');
      expect(third.out).not.toContain('own installer');

      project.write('cache/mine.txt', 'not of satwatch');
      const clean = await native(project, ['--clean']);
      expect(clean.code).toBe(0);
      expect(clean.out).toMatch(/cache: \d+ MB freed\n.*no longer load it: `npx satwatch native` in each/);
      expect(cacheOf(project)).toEqual(['mine.txt']);
      const checked = await native(project, ['--check', '--json']);
      expect(checked.code, checked.err).toBe(0);
      const check = JSON.parse(checked.out);
      expect(check.natives).toMatchObject([
        { package: 'tfjs-node-gpu', installed: null, works: false },
        { package: 'tfjs-node', installed: '4.22.0', works: false },
      ]);
      expect(check.natives[1].problem).toMatch(/libtensorflow.*`npx satwatch native` mends it/);
      const mended = await native(project, ['--json'], from(whole!));
      expect(JSON.parse(mended.out)).toMatchObject({ already: false, route: 'wheel' });
    }, 240_000);

    it('leaves one whole library where two projects install at once', async () => {
      const projects = [keep(projectWithPackage(offline)), keep(projectWithPackage(offline))];
      const env = { ...from(whole!), SATWATCH_CACHE: join(projects[0].folder, 'cache') };
      const results = await Promise.all(projects.map((project) => native(project, ['--json'], env)));
      for (const { code, err } of results) expect(code, err).toBe(0);
      expect(cacheOf(projects[0])).toHaveLength(1);
      const again = await Promise.all(projects.map((project) => native(project, ['--json'], env)));
      for (const { out } of again) expect(JSON.parse(out)).toMatchObject({ already: true });
    }, 120_000);

    it('tells a broken download, and leaves nothing of it', async () => {
      for (const state of ['damaged', 'cut'] as const) {
        const project = keep(projectWithPackage(offline));
        const place = keep(wheels('damaged'));
        if (state === 'cut') {
          const [name] = readdirSync(join(place.folder, 'wheels'));
          const bytes = readFileSync(join(place.folder, 'wheels', name), 'latin1');
          place.write(`wheels/${name}`, bytes.slice(0, 2000));
        }
        const { code, err } = await native(project, [], from(place));
        expect(code, err).toBe(2);
        expect(err).toMatch(/broken, and was removed/);
        expect(err).toContain(needless);
        expect(cacheOf(project)).toEqual([]);
      }
    });

    it('tells a wheel that holds no library, and an index that has no wheel', async () => {
      const project = keep(projectWithPackage(offline));
      const empty = await native(project, [], from(keep(wheels('empty'))));
      expect(empty.code).toBe(2);
      expect(empty.err).toMatch(/holds no libtensorflow_cc\.so\.2; it was removed\. The WASM backend/);
      const none = await native(project, [], from(project));
      expect(none.code).toBe(2);
      expect(none.err).toMatch(/pip could not download tensorflow-cpu.*No matching distribution/);
      expect(none.err).toContain(needless);
      expect(cacheOf(project)).toEqual([]);
    });

    it('tells that there is no compiler, and what to install; the download is kept for the next try', async () => {
      const project = keep(projectWithPackage(offline));
      const PATH = pathWith(project, 'python3');
      const { code, err } = await native(project, [], { ...from(whole!), PATH });
      expect(code, err).toBe(2);
      expect(err).toMatch(/no C\+\+ compiler was found.*apt install g\+\+/);
      expect(err).toContain(needless);
      expect(cacheOf(project)).toHaveLength(1);
    });

    it('passes on what the compiler says of sources that it cannot compile', async () => {
      const project = keep(projectWithPackage(offline));
      project.write('node_modules/@tensorflow/tfjs-node/binding/tfjs_binding.cc', '#error "not this one"\n');
      const { code, err } = await native(project, [], from(whole!));
      expect(code, err).toBe(2);
      expect(err).toMatch(/could not compile the binding: .*not this one/);
    });

    it('tells a binding that computes wrongly, or not at all', async () => {
      const project = keep(projectWithPackage(offline));
      const home = join(project.folder, 'node_modules/@tensorflow/tfjs-node');
      const index = readFileSync(join(home, 'index.js'), 'utf8');
      const wrong = index.replace(
        '{ ...tf, version',
        '{ ...tf, conv2d: (x, w) => tf.conv2d(x, w, 1, "valid").add(1), version',
      );
      project.write('node_modules/@tensorflow/tfjs-node/index.js', wrong);
      const { code, err } = await native(project, [], from(whole!));
      expect(code, err).toBe(2);
      expect(err).toContain('a convolution gave 38 48 68 78, expected 37 47 67 77');
      expect(err).toContain(needless);
    });

    it('refuses a disk without room before it downloads', async ({ skip }) => {
      const project = keep(projectWithPackage(offline));
      const place = join(project.folder, 'small');
      mkdirSync(place);
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place], { stdio: 'pipe' });
      } catch {
        return skip('only root can mount a small file system');
      }
      try {
        const { code, err, out } = await native(project, [], { ...from(whole!), SATWATCH_CACHE: place });
        expect(code, err).toBe(2);
        expect(err).toMatch(/1 MB are free at .*small, and 1,\d00 MB are needed: .*SATWATCH_CACHE/);
        expect(err).toContain(needless);
        expect(out).not.toContain('downloading');
      } finally {
        execFileSync('umount', [place]);
      }
    });
  },
);

describe.skipIf(process.platform !== 'linux')('satwatch native', () => {
  it("takes the package's own installer where that does it", async () => {
    // Needs no compiler: what the script brings is an addon of another package of ours.
    const addon = join(
      import.meta.dirname,
      '../../node_modules/better-sqlite3/build/Release/better_sqlite3.node',
    );
    const project = keep(
      projectWithPackage(
        `mkdir -p lib/napi-v8 deps/lib && cp '${addon}' lib/napi-v8/tfjs_binding.node && : > deps/lib/libtensorflow_framework.so.2`,
      ),
    );
    const first = await native(project, ['--json']);
    expect(first.code, first.err).toBe(0);
    expect(JSON.parse(first.out)).toMatchObject({ route: 'own', already: false, cache: { bytes: 0 } });
    const second = await native(project, ['--json'], { PATH: '/nowhere' });
    expect(JSON.parse(second.out)).toMatchObject({ route: 'own', already: true });
  });

  it('ends an installer that hangs, and all that it has started', async () => {
    const project = keep(projectWithPackage('sleep 987 & sleep 987; true'));
    const PATH = pathWith(project);
    const { code, out, err } = await native(project, [], { PATH, SATWATCH_PATIENCE: '1' });
    expect(code, err).toBe(2);
    expect(out).toContain('its own installer did not do: no progress for 1 s, given up');
    const left = readdirSync('/proc').filter((pid) => {
      try {
        return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('sleep\x00987\x00');
      } catch {
        return false;
      }
    });
    expect(left).toEqual([]);
  });

  it('tells that there is no pip, and what to install', async () => {
    const project = keep(projectWithPackage('exit 1'));
    const { code, err } = await native(project, [], { PATH: pathWith(project, 'g++') });
    expect(code, err).toBe(2);
    expect(err).toMatch(/no pip was found.*apt install python3-pip/);
    expect(err).toContain(needless);
    expect(cacheOf(project)).toEqual([]);
  });

  it.each([
    ['version', "'v18.20.4'", /Node v18\.20\.4 is too old: expected 20\.19 or newer/],
    ['report', '{ getReport: () => ({ header: {} }) }', /no glibc \(Alpine/],
  ])('refuses a machine with another %s', async (property, value, words) => {
    const project = keep(projectWithPackage('exit 1'));
    const code = `Object.defineProperty(process, '${property}', { value: ${value} })`;
    const import_ = `--import=data:text/javascript,${encodeURIComponent(code)}`;
    const result = await native(project, [], { NODE_OPTIONS: import_ });
    expect(result.code).toBe(2);
    expect(result.err).toMatch(words);
    expect(result.err).toContain(needless);
  });

  it.each([
    [{ platform: 'freebsd', arch: 'x64' }, /no TensorFlow library for freebsd x64; expected Linux/],
    [{ platform: 'linux', arch: 'riscv64' }, /no TensorFlow library for linux riscv64/],
    [{ platform: 'win32', arch: 'arm64' }, /no TensorFlow library for win32 arm64/],
    [{ platform: 'linux', arch: 'arm64' }, undefined],
    [{ platform: 'darwin', arch: 'arm64' }, undefined],
  ])('has an answer for %o, where other dependencies may not even load', (machine, words) => {
    const look = () => refuseMachine({ node: 'v22.1.0', glibc: '2.36', ...machine });
    if (words) expect(look).toThrow(words);
    else expect(look).not.toThrow();
  });

  it('refuses a folder without a project', async () => {
    const { code, err } = await native(keep(scratch()), []);
    expect(code, err).toBe(2);
    expect(err).toMatch(/no package\.json in .* or above.*npm init/);
    expect(err).toContain(needless);
  });

  it('leaves projects alone that npm would damage', async () => {
    const pnpm = keep(scratch());
    pnpm.write('package.json', '{}');
    pnpm.write('pnpm-lock.yaml', '');
    expect((await native(pnpm, [])).err).toMatch(
      /kept by pnpm.*add @tensorflow\/tfjs-node@4\.22\.0 with pnpm/,
    );

    const unlisted = keep(scratch());
    unlisted.write('package.json', '{}');
    unlisted.write('node_modules/satwatch/package.json', '{}');
    expect((await native(unlisted, [])).err).toMatch(/npm would remove it; run `npm install satwatch`/);

    const fresh = keep(scratch());
    fresh.write('package.json', '{ "dependencies": { "left": "1.0.0" } }');
    expect((await native(fresh, [])).err).toMatch(
      /left of .*package\.json is not installed; run `npm install`/,
    );

    const listed = keep(scratch());
    const names = '{ "left": "1.0.0", "@tensorflow/tfjs-node": "4.22.0" }';
    listed.write('package.json', `{ "dependencies": ${names} }`);
    expect((await native(listed, [])).err).toMatch(
      /: left of .*where that fails by @tensorflow\/tfjs-node, take it out/,
    );

    const manifest = { dependencies: { '@tensorflow/tfjs-node': '^4.10.0' } };
    const older = keep(projectWithPackage('exit 1', { version: '4.21.0', manifest }));
    expect((await native(older, [])).err).toMatch(
      /4\.21\.0 is installed.*works with 4\.22\.0 exactly.*--save-exact/,
    );
  });

  it('tells a registry that does not answer', async () => {
    const project = keep(scratch());
    project.write('package.json', '{}');
    const env = {
      npm_config_registry: 'http://127.0.0.1:9',
      npm_config_fetch_retries: '0',
      npm_config_cache: join(project.folder, 'npm'),
    };
    const { code, err } = await native(project, [], env);
    expect(code, err).toBe(2);
    expect(err).toMatch(/npm could not install @tensorflow\/tfjs-node@4\.22\.0: .*ECONNREFUSED/);
    expect(err).toContain(needless);
  });

  it('cleans a cache that is not there', async () => {
    const project = keep(scratch());
    const { code, out } = await native(project, ['--clean', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ path: join(project.folder, 'cache'), freed: 0 });
    expect((await native(project, ['--clean', '--check'])).err).toMatch(/--check and --clean: got both/);
  });
});
