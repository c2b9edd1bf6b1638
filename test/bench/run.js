// Runs the benchmarks of this folder, one process each, so that none warms or clutters the next:
//
//   npm run bench -- [WORD …] [--save] [--quick]
//
// A word picks those with it in their name. The flags are those of frame.js; `--save` also fills docs/performance.md.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';

const here = import.meta.dirname;
const flags = process.argv.slice(2).filter((word) => word.startsWith('--'));
const only = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const benches = readdirSync(here)
  .filter((file) => file.endsWith('.bench.js') && (!only.length || only.some((word) => file.includes(word))))
  .sort();
let failed = 0;
for (const file of benches) {
  console.log(`\n${file}  (load average ${loadavg()[0].toFixed(2)})`);
  const framed = readFileSync(join(here, file), 'utf8').includes("'./frame.js'");
  const { status } = spawnSync(process.execPath, [join(here, file), ...(framed ? flags : [])], {
    stdio: 'inherit',
  });
  if (status !== 0) failed++;
}
if (flags.includes('--save')) await import('./report.js');
process.exitCode = failed ? 1 : 0;
