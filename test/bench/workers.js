// Processes beside a benchmark that take their turns among its arms: each answers a line of JSON with a line of JSON. A
// Python one gets a virtual environment, made once in the user's cache folder.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'satwatch-bench');

/** Starts a process that first says its versions. */
export async function startWorker(command, args, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'satwatch-bench-'));
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${args[0]} has ended`);
    return JSON.parse(value);
  };
  return {
    versions: await next(),
    /** `arrays` go into a file, one after the other, whose name is the question's `file`. */
    async ask(question, arrays = []) {
      const file = arrays.length ? join(folder, 'data') : undefined;
      if (file) {
        const bytes = arrays.map((all) => Buffer.from(all.buffer, all.byteOffset, all.byteLength));
        writeFileSync(file, Buffer.concat(bytes));
      }
      child.stdin.write(`${JSON.stringify({ ...question, file })}\n`);
      return next();
    },
    /** Ends it; the processor time it used, in ms. */
    async close() {
      const { cpu } = await this.ask({ end: 1 });
      child.stdin.end();
      rmSync(folder, { recursive: true, force: true });
      return cpu;
    },
  };
}

/**
 * A worker in Python with these packages. Undefined, with a line on standard error, where there is no Python with venv and
 * pip, or no such packages for it.
 */
export async function startPython(script, packages, { name = 'numpy', env } = {}) {
  let python;
  try {
    python = await environment(name, packages);
  } catch (error) {
    const reason = String(error.stderr || error.message).trim();
    console.error(`no Python with ${packages.join(', ')}: ${reason.split('\n').at(-1)}`);
    return undefined;
  }
  return startWorker(python, [join(import.meta.dirname, script)], env);
}

/** The Python of an environment that holds `packages`; made where it is not there yet. */
async function environment(name, packages) {
  const folder = join(cache, name);
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const done = join(folder, `done ${packages.join(' ')}`);
  if (existsSync(done)) return python;
  console.error(`making a Python environment with ${packages.join(', ')} in ${folder} …`);
  mkdirSync(cache, { recursive: true });
  await run('python3', ['-m', 'venv', folder]);
  await run(python, ['-m', 'pip', 'install', '--quiet', ...packages], { maxBuffer: 2 ** 26 });
  writeFileSync(done, '');
  return python;
}
