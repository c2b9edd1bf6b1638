import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const cli = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

export interface Running {
  child: ChildProcess;
  readonly out: string;
  readonly err: string;
  code: Promise<number | null>;
  /** Resolves when so many matches are printed; rejects when the process ends without. */
  printed(pattern: RegExp, times?: number): Promise<void>;
}

/** `satwatch ARGS` in a process of its own, ended with the test. */
export function satwatch(args: string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [cli, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const output = { out: '', err: '' };
  child.stdout!.on('data', (chunk) => {
    output.out += chunk;
  });
  child.stderr!.on('data', (chunk) => {
    output.err += chunk;
  });
  const code = once(child, 'close').then(([code]) => code as number | null);
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    child,
    code,
    get out() {
      return output.out;
    },
    get err() {
      return output.err;
    },
    async printed(pattern, times = 1) {
      const global = new RegExp(pattern.source, 'gm');
      while ([...output.out.matchAll(global)].length < times) {
        if (child.exitCode !== null)
          throw new Error(`ended without ${times} × ${pattern}:\n${output.out}${output.err}`);
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
  };
}
