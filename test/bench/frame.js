// What the benchmarks share: arms that take turns, medians and minima, the machine and how busy others kept it, a table,
// and with `--save` a JSON file in docs/bench, from which `node test/bench/report.js` fills docs/performance.md.
// `--quick` makes few rounds: to see that a benchmark runs, never for a figure.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const [save, quick] = ['--save', '--quick'].map((flag) => process.argv.includes(flag));

/** Above this many cores kept busy by other programs, on average, a result is marked "not quiet". */
const quietBelow = 0.1;

/** `full`, or with `--quick` the few that tell whether it runs. */
export const times = (full, few = Math.min(full, 3)) => (quick ? few : full);

/**
 * Runs the arms in turn, A B C A B C …, so that whatever slows the machine for a while slows all of them.
 * @returns for each arm its times, oldest first: { wall, cpu } in ms; `cpu` is the processor time of this process
 */
export async function interleave(arms, { rounds, warmUps = 2 }) {
  const samples = Object.fromEntries(Object.keys(arms).map((name) => [name, []]));
  for (let round = -warmUps; round < rounds; round++)
    for (const [name, body] of Object.entries(arms)) {
      const sample = await measure(() => body(round));
      if (round >= 0) samples[name].push(sample);
    }
  return samples;
}

/** The time of one call, ms of the clock and of the processor: the second hardly minds what else runs. */
export async function measure(body) {
  const [used, start] = [process.cpuUsage(), performance.now()];
  await body();
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(used);
  return { wall, cpu: (user + system) / 1000 };
}

/** The value below which the share `q` of the values lies. */
export function quantile(values, q) {
  return [...values].sort((a, b) => a - b)[Math.ceil(q * values.length) - 1] ?? Number.NaN;
}
export const median = (values) =>
  (quantile(values, 0.5) +
    -quantile(
      values.map((value) => -value),
      0.5,
    )) /
  2;

/** Collects the rows of a benchmark. `versions` are those that the figures depend on, Node's left out. */
export function openBench(name, options) {
  const { title, backend = null, versions = {} } = options;
  const { command = `npm run bench -- ${name.split('-')[0]} --save` } = options;
  const rows = [];
  const notes = [];
  const load = watchLoad();
  const add = (row) => rows.push({ ...row, ...judge(row) });

  return {
    /**
     * The figure that counts: how many times longer `arm` takes than `base`, which ran beside it. Both are times from
     * `interleave`; `per` is how many units of work one call does.
     * @param goal { most } or { least }: `least` is for how many times FASTER than `base` the arm is
     */
    ratio(what, arm, base, { goal, per = 1, unit = 'ms', clock = 'wall' } = {}) {
      const scale = unit === 'µs' ? 1000 : 1;
      const [of, over] = [arm, base].map((samples) => {
        const values = samples.map((sample) => (scale * (sample[clock] ?? sample)) / per);
        return { median: median(values), min: Math.min(...values), rounds: values.length };
      });
      const faster = goal?.least !== undefined;
      const divide = (key) => (faster ? over[key] / of[key] : of[key] / over[key]);
      add({
        what,
        value: divide('median'),
        min: divide('min'),
        unit: faster ? '× faster' : '×',
        goal,
        of,
        over,
        in: unit,
      });
    },
    /** A figure by itself. */
    figure(what, value, { unit = '', goal, min } = {}) {
      add({ what, value, min, unit, goal });
    },
    note(text) {
      notes.push(text);
    },
    /** Processor time of a child process that is part of the benchmark, in ms: it is not "others". */
    child(cpu) {
      load.child(cpu);
    },
    /** Prints the table; writes docs/bench/<name>.json where `--save` asks for it. */
    close() {
      const result = {
        name,
        title,
        date: new Date().toISOString(),
        command,
        quick,
        machine: machine(),
        node: process.versions.node,
        backend,
        versions,
        load: load.end(),
        rows,
        notes,
      };
      print(result);
      if (!save) return;
      const folder = join(root, 'docs/bench');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(result, rounded, 2)}\n`);
    },
  };
}

/** Versions of installed packages, by name. */
export function installed(...names) {
  return Object.fromEntries(
    names.map((name) => [
      name,
      JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version,
    ]),
  );
}

function judge({ value, goal }) {
  if (!goal) return {};
  return { met: goal.most !== undefined ? value <= goal.most : value >= goal.least };
}

/** What other programs used while this one ran, beside the usual load average, which counts this one in. */
function watchLoad() {
  const busy = () =>
    cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);
  const [started, before, own] = [performance.now(), busy(), process.cpuUsage()];
  const start = loadavg()[0];
  let children = 0;
  return {
    child(cpu) {
      children += cpu;
    },
    end() {
      const { user, system } = process.cpuUsage(own);
      const elsewhere = busy() - before - (user + system) / 1000 - children;
      const others = Math.max(0, elsewhere / (performance.now() - started));
      return { start, end: loadavg()[0], others, quiet: others <= quietBelow };
    },
  };
}

function machine() {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${process.platform} ${process.arch} ${release()}`,
  };
}

/** Three significant digits, and no exponent. */
export function shown(value) {
  if (value === undefined || value === null) return '';
  if (!Number.isFinite(value)) return String(value);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toFixed(Math.min(digits, 4));
}

export const goalText = (goal) =>
  !goal ? '' : goal.most !== undefined ? `≤ ${goal.most}` : `≥ ${goal.least}`;

/** One line on how busy others kept the machine. */
export const loadText = ({ start, end, others, quiet }) =>
  `load average ${start.toFixed(2)} at the start, ${end.toFixed(2)} at the end; other programs kept ${others.toFixed(2)} cores busy${quiet ? '' : ': NOT QUIET'}`;

/** The table of a result, as cells. */
export function tableOf({ rows }) {
  const timed = rows.some((row) => row.of);
  const head = ['', 'figure', 'of the minima', 'goal', ''];
  const body = rows.map(({ what, value, min, unit, goal, met }) => [
    what,
    `${shown(value)} ${unit}`.trim(),
    shown(min),
    goalText(goal),
    met === undefined ? '' : met ? 'met' : 'missed',
  ]);
  if (!timed) return { head, body };
  head.splice(3, 0, 'median', 'beside it');
  body.forEach((cells, i) => {
    const { of, over, in: unit } = rows[i];
    cells.splice(3, 0, of ? `${shown(of.median)} ${unit}` : '', over ? `${shown(over.median)} ${unit}` : '');
  });
  return { head, body };
}

function print(result) {
  const { title, machine: m, node, backend, load, notes } = result;
  const { head, body } = tableOf(result);
  const widths = head.map((_, c) => Math.max(...[head, ...body].map((cells) => cells[c].length)));
  const line = (cells) =>
    cells.map((cell, c) => (c ? cell.padStart(widths[c]) : cell.padEnd(widths[c]))).join('  ');
  console.log(title + (backend ? ` (backend ${backend})` : ''));
  for (const cells of [head, ...body]) console.log(`  ${line(cells).trimEnd()}`);
  for (const note of notes) console.log(`  ${note}`);
  console.log(
    `  ${m.cpu}, ${m.cores} cores, Node ${node}; ${loadText(load)}${result.quick ? '; --quick: no figure' : ''}`,
  );
}

/** Enough digits to compare by. */
function rounded(_, value) {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
}
