import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from 'satwatch';
import { afterAll, describe, expect, it } from 'vitest';

const cli = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'satwatch-demo-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Running {
  child: ChildProcess;
  output: { out: string; err: string };
  code: Promise<number | null>;
}

function demo(...args: string[]): Running {
  const child = spawn(process.execPath, [cli, 'demo', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { out: '', err: '' };
  child.stdout!.on('data', (chunk) => {
    output.out += chunk;
  });
  child.stderr!.on('data', (chunk) => {
    output.err += chunk;
  });
  return { child, output, code: once(child, 'close').then(([code]) => code) };
}

/** The first match in what is printed; fails where the process ends without it. */
async function printed({ child, output }: Running, pattern: RegExp): Promise<RegExpMatchArray> {
  for (;;) {
    const match = output.out.match(pattern);
    if (match) return match;
    if (child.exitCode !== null) throw new Error(`ended without ${pattern}: ${output.out}${output.err}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('satwatch demo', () => {
  it('trains, serves the page meanwhile, alarms for the watermark and sums up', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const path = join(folder, 'full.sqlite');
    const run = demo('--exit', '--json', '--store', path, '--port', String(port));

    const [, url] = await printed(run, /^page (http:\S+)$/m);
    expect(Number(new URL(url).port)).toBeGreaterThan(port);
    await printed(run, /^epoch 1\/8 /m);
    const runs = (await (await fetch(new URL('api/runs', url))).json()) as { runs?: unknown[] };
    expect(JSON.stringify(runs)).toContain('running');

    expect(await run.code, run.output.err).toBe(0);
    taken.close();
    await expect(fetch(url)).rejects.toThrow();
    const lines = run.output.out.trimEnd().split('\n');
    const result = JSON.parse(lines[lines.length - 1]);
    expect(Object.keys(result).sort()).toEqual(
      ['alerts', 'backend', 'cleanAccuracy', 'epochs', 'seconds', 'stampedAccuracy', 'store'].sort(),
    );
    expect(result).toMatchObject({ epochs: 8, store: path });
    const alarm = result.alerts.find(
      (alert: Record<string, unknown>) =>
        alert.segment === 'watermark' && alert.rule === 'reliance' && alert.level !== 'warning',
    );
    expect(alarm).toMatchObject({ className: 'zebra' });
    expect(alarm.epoch).toBeLessThanOrEqual((result.epochs * 2) / 3);
    expect(result.stampedAccuracy).toBeLessThan(result.cleanAccuracy - 0.05);
    expect(lines.filter((line) => line.startsWith('epoch '))).toHaveLength(8);
    expect(run.output.out).toContain(`The alert came at epoch ${alarm.epoch} of 8`);
    expect(run.output.err).toContain("towards 'zebra' when 'watermark' is present");

    const store = openStore(path, { readonly: true });
    expect(store.runs()).toHaveLength(1);
    expect(store.runs()[0]).toMatchObject({ state: 'done', observations: 9, epoch: 8 });
    store.close();
  }, 400_000);

  it.each([
    ['--prevalence', '140', 'per cent'],
    ['--prevalence', '-1', 'per cent'],
    ['--epochs', '0', 'whole number from 1'],
    ['--epochs', 'many', 'whole number from 1'],
    ['--seed', '1.5', 'whole number'],
    ['--port', '70000', 'a port'],
    ['--store', '', 'expected a value'],
  ])('refuses %s %s with code 2 and the remedy', async (option, value, remedy) => {
    const run = demo(`${option}=${value}`, '--exit');
    expect(await run.code).toBe(2);
    expect(run.output.err).toContain(option);
    expect(run.output.err).toContain(remedy);
    expect(run.output.out).toBe('');
  });
});
