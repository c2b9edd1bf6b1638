import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

/** What the experiments have in common on the command line; `--seeds` and `--half` where there is a default for them. */
export function commonOptions(defaults: { seeds?: number; half?: string }) {
  const { values } = parseArgs({
    options: {
      cache: { type: 'string', default: 'experiments-cache' },
      out: {
        type: 'string',
        default: process.argv.includes('--quick') ? 'experiments-quick' : 'docs/experiments',
      },
      workers: { type: 'string', default: String(availableParallelism()) },
      seeds: { type: 'string', default: defaults.seeds === undefined ? undefined : String(defaults.seeds) },
      data: { type: 'string' },
      half: { type: 'string', default: defaults.half },
      quick: { type: 'boolean', default: false },
    },
  });
  for (const name of ['seeds', 'half'] as const)
    if (defaults[name] === undefined && values[name] !== undefined)
      throw new Error(`--${name}: this program has no such option`);
  const whole = (name: 'workers' | 'seeds') => {
    const value = Number(values[name] ?? 1);
    if (!Number.isInteger(value) || value < 1)
      throw new Error(`--${name} ${values[name]}: expected a whole number from 1`);
    return value;
  };
  return { ...values, workers: whole('workers'), seeds: whole('seeds') };
}

/** What to type for the same again: without the folders, and the number of workers. */
export function command(): string {
  const [, script, ...given] = process.argv;
  const [, program] = script.match(/([^/\\]+)\.js$/) ?? ['', script];
  const folders = /^--(cache|data|out|workers)(=|$)/;
  const kept = given.filter(
    (part, i) => !folders.test(part) && !/^--(cache|data|out|workers)$/.test(given[i - 1] ?? ''),
  );
  return ['node', `dist/examples/experiments/${program}.js`, ...kept].join(' ');
}

export const say = (line: string) => process.stderr.write(`${line}\n`);
