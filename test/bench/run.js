// Runs every benchmark of this folder, one process each, so that none warms or clutters the next.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { loadavg } from 'node:os';

const only = process.argv.slice(2);
const benches = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.bench.js') && (!only.length || only.some((word) => file.includes(word))))
  .sort();
let failed = 0;
for (const file of benches) {
  console.log(`\n${file}  (load average ${loadavg()[0].toFixed(2)})`);
  const { status } = spawnSync(process.execPath, [`${import.meta.dirname}/${file}`], { stdio: 'inherit' });
  if (status !== 0) failed++;
}
process.exitCode = failed ? 1 : 0;
