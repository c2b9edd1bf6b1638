import type { CommandModule } from 'yargs';
import { SatwatchError } from '../errors.js';
import { openStore, type RunInfo } from '../store/index.js';
import type { Alert, Level } from '../types.js';
import { chosenRun } from './chosenRun.js';

interface Arguments {
  store: string;
  run?: string;
  'fail-on': Level;
  json: boolean;
}

const levels: readonly Level[] = ['warning', 'alarm', 'severe'];

export const checkCommand: CommandModule<object, Arguments> = {
  command: 'check <store> [run]',
  describe: 'Exit with code 1 where a run has raised alerts: a gate for CI',
  builder: (cli) =>
    cli
      .positional('store', { type: 'string', demandOption: true, describe: 'The SQLite file' })
      .positional('run', { type: 'string', describe: "A run's name; default: 'last'" })
      .option('fail-on', {
        choices: levels,
        default: 'alarm' as const,
        requiresArg: true,
        describe: 'The least level that counts; an alert that has ended counts too',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON document instead of text' }),
  handler({ store: path, run: wanted, 'fail-on': least, json }) {
    const store = openStore(path, { readonly: true });
    try {
      const run = chosenRun(store, path, wanted);
      if (run.observations === 0)
        throw new SatwatchError(
          'RUN_UNKNOWN',
          `run '${run.name}' has no observations: there is nothing to check`,
          run.name,
        );
      const alerts = store.alerts(run.id);
      const found = alerts.filter(({ level }) => levels.indexOf(level) >= levels.indexOf(least));
      if (json) print(JSON.stringify({ run, failOn: least, found, others: alerts.length - found.length }));
      else summarise(run, least, found, alerts.length - found.length);
      process.exitCode = found.length > 0 ? 1 : 0;
    } finally {
      store.close();
    }
  },
};

function summarise(run: RunInfo, least: Level, found: readonly Alert[], others: number): void {
  const { name, state, observations, epoch } = run;
  const going = {
    running: ', still running',
    stale: ', without a sign of life',
    failed: ', which failed',
    done: '',
  };
  print(`run '${name}': ${observations} observations, the last at epoch ${epoch}${going[state]}`);
  for (const alert of found) {
    const { peak, peakEpoch, quantity, by } = alert.evidence as {
      peak?: number | null;
      peakEpoch?: number;
      quantity?: string;
      by?: string;
    };
    const end = alert.resolvedEpoch === null ? 'stands' : `ended at epoch ${alert.resolvedEpoch}, and counts`;
    const value = (x: number) =>
      alert.rule === 'reliance' || quantity === 'effect'
        ? `${(100 * x).toFixed(0)} points${by === 'top' ? ' on average' : ''}`
        : String(Number(x.toPrecision(3)));
    const worst = typeof peak === 'number' ? `; at its worst ${value(peak)} at epoch ${peakEpoch}` : '';
    print(`${alert.level.toUpperCase()} epoch ${alert.epoch} (${end}${worst}): ${alert.message}`);
  }
  const plural = (n: number, word: string) => `${n} ${word}${n === 1 ? '' : 's'}`;
  const below = others > 0 ? `; ${plural(others, 'alert')} below it` : '';
  print(
    found.length > 0
      ? `FOUND: ${plural(found.length, 'alert')} of level ${least} or above${below}`
      : `nothing found: no alert of level ${least} or above${below}`,
  );
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
