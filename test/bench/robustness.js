// How much satwatch survives, at length: `node test/bench/robustness.js [kills|locks|memory|api]`, all four without a
// word; needs a build. Prints a table, and exits with 1 where anything failed. docs/robustness.md has the results.
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const row = (what, value) => console.log(`  ${what.padEnd(62)} ${value}`);
const megabytes = (value) => `${value.toFixed(1)} MB`;

const studies = {
  async kills(folder) {
    const { killTrainings } = await load('kills');
    const report = await killTrainings({ folder, kills: 20, epochs: 20 });
    row('killed at random moments', report.kills);
    row('killed between an observation and the checkpoint beside it', report.worst);
    row('of these, before the first observation', report.early);
    row('files damaged', report.damaged);
    row('observations said to be committed / lost', `${report.committed} / ${report.lost}`);
    row('runs compared with an uninterrupted one / different', `${report.runs} / ${report.different}`);
    row('rows compared', report.rows);
    row("observations without the training's metrics, which died", report.withoutMetrics);
    return report.failures;
  },

  async locks(folder) {
    const { shareOneFile } = await load('locks');
    const report = await shareOneFile({ folder, epochs: 40 });
    row('observations of two trainings at once / expected', `${report.observations} / ${report.expected}`);
    row('passes over the whole file by two readers', report.reads);
    row('events of the page / observations they told of', `${report.events} / ${report.told}`);
    row('requests to the page meanwhile', report.requests);
    row('errors anywhere, SQLITE_BUSY included', report.failures.length);
    return report.failures;
  },

  async memory(folder) {
    const { trainTwice } = await load('memory');
    const report = await trainTwice({ folder, epochs: 300, train: 64, probe: 40 });
    const both = (of) => `${of(report.watched)} | ${of(report.unwatched)}`;
    const trend = ({ last, per100, error }) =>
      `${megabytes(last)}, ${per100 >= 0 ? '+' : ''}${per100.toFixed(2)} ± ${error.toFixed(2)}`;
    row('', 'watched | unwatched');
    row(
      'tensors after the first epoch, after the last',
      both(({ tensors }) => tensors.join(', ')),
    );
    row('epochs in which the watched one gained more tensors', report.gained);
    row(
      'resident set: at the end, MB per 100 epochs',
      both(({ rss }) => trend(rss)),
    );
    row(
      "JavaScript's heap, the same",
      both(({ heap }) => trend(heap)),
    );
    row(
      "WASM's memory, the same",
      both(({ wasm }) => trend(wasm)),
    );
    return report.failures;
  },

  async api(folder) {
    const { askAnything } = await load('api');
    const report = await askAnything({ folder, requests: 10_000 });
    row('requests', `${report.requests} (seed ${report.seed})`);
    const { closed = 0, ...statuses } = report.statuses;
    for (const [status, count] of Object.entries(statuses)) row(`answered ${status}`, count);
    row('CONNECT, which Node closes without an answer', closed);
    row('slowest answer', `${report.slowest.toFixed(0)} ms`);
    row('heap of both servers, after a tenth and after all', report.memory.heap.map(megabytes).join(', '));
    row('resident set of both, the same', report.memory.rss.map(megabytes).join(', '));
    for (const [route, { aimed, found }] of Object.entries(report.routes))
      row(`aimed at ${route} / answered 2xx`, `${aimed} / ${found}`);
    return report.failures;
  },
};

const load = async (name) =>
  (await runnerImport(fileURLToPath(new URL(`../robustness/${name}.ts`, import.meta.url)))).module;
const only = process.argv.slice(2);
const unknown = only.find((name) => !(name in studies));
if (unknown) throw new Error(`no study '${unknown}'; there are: ${Object.keys(studies).join(', ')}`);
let failed = 0;
for (const name of only.length ? only : Object.keys(studies)) {
  const folder = mkdtempSync(join(tmpdir(), 'satwatch-robustness-'));
  const started = performance.now();
  try {
    console.log(`\n${name}  (load average ${loadavg()[0].toFixed(2)})`);
    const failures = await studies[name](folder);
    row('took', `${((performance.now() - started) / 1000).toFixed(0)} s`);
    for (const failure of failures) console.log(`  FAILED ${failure}`);
    failed += failures.length;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
process.exit(failed ? 1 : 0);
