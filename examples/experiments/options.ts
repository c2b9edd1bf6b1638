import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

/** What the experiments have in common on the command line. */
export function commonOptions(defaults: { out: string; seeds?: number; half?: string }) {
  const { values } = parseArgs({
    options: {
      cache: { type: 'string', default: 'experiments-cache' },
      out: { type: 'string', default: defaults.out },
      workers: { type: 'string', default: String(availableParallelism()) },
      seeds: { type: 'string', default: String(defaults.seeds ?? 1) },
      half: { type: 'string', default: defaults.half },
      quick: { type: 'boolean', default: false },
    },
  });
  const whole = (name: 'workers' | 'seeds') => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 1)
      throw new Error(`--${name} ${values[name]}: expected a whole number from 1`);
    return value;
  };
  return { ...values, workers: whole('workers'), seeds: whole('seeds') };
}

/** What was typed, without the folders. */
export const command = () =>
  ['node', ...process.argv.slice(1).map((part) => part.split('/').at(-1))].join(' ');

export const say = (line: string) => process.stderr.write(`${line}\n`);
