import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { FixtureOptions } from './fixture.js';

/** A path for a store in a folder of its own, gone after the test. */
export function storePath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'satwatch-dashboard-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'runs.sqlite');
}

export /** A request with headers that fetch does not let one set. */
function raw(url: string, headers: Record<string, string>): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode!, body }));
    })
      .on('error', reject)
      .end();
  });
}

export interface OtherProcess {
  /** `observe EPOCH`, `heartbeat` or `finish`; resolves when it is committed. */
  say(command: string): Promise<void>;
}

/** A process of its own that writes the store, as a training does. */
export async function otherProcess(
  path: string,
  options: Partial<FixtureOptions> & { from?: number; to?: number } = {},
): Promise<OtherProcess> {
  const script = fileURLToPath(new URL('./child.js', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [script, path, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    if (child.exitCode !== null) return;
    child.stdin!.end();
    await new Promise((resolve) => child.once('exit', resolve));
  });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const answer = async (expected: string) => {
    const { value, done } = await lines.next();
    if (done || !String(value).startsWith(expected)) throw new Error(`the writer said '${value}'`);
  };
  await answer('ready');
  return {
    async say(command) {
      child.stdin!.write(`${command}\n`);
      await answer(command);
    },
  };
}
