import type { CommandModule } from 'yargs';
import { loadBackend } from '../backend/index.js';
import { watchCheckpoints } from '../checkpoints/index.js';
import { SatwatchError } from '../errors.js';
import { backendOption } from './backendOption.js';
import { checkInputRange, inputRangeOption } from './inputRangeOption.js';
import { WatchDisplay } from './watchDisplay.js';

interface Arguments {
  folder: string;
  probe: string;
  store: string;
  'input-range': number[];
  run?: string;
  once: boolean;
  metrics?: string;
  exec?: string;
  method?: string;
  reference?: string[];
  backend?: string;
  converter?: string;
  json: boolean;
}

export const watchCommand: CommandModule<object, Arguments> = {
  command: 'watch <folder>',
  describe: 'Measure every checkpoint that a training writes into a folder',
  builder: (cli) =>
    cli
      .positional('folder', { type: 'string', demandOption: true, describe: 'Where checkpoints are written' })
      .option('probe', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'Folder of the probe set',
      })
      .option('store', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'SQLite file for the run',
      })
      .option('input-range', inputRangeOption)
      .option('run', {
        type: 'string',
        requiresArg: true,
        describe: 'Name of the run; default: that of the folder',
      })
      .option('once', { type: 'boolean', default: false, describe: 'Measure what is there, then end' })
      .option('metrics', {
        type: 'string',
        requiresArg: true,
        describe: 'Log of the training, CSV or JSON lines; default: the only one in the folder',
      })
      .option('exec', {
        type: 'string',
        requiresArg: true,
        describe: 'Command to run on an alert, which it gets as JSON',
      })
      .option('method', {
        type: 'string',
        requiresArg: true,
        describe: 'Saliency method; default: input-x-gradient',
      })
      .option('reference', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'A finished clean run in the store to compare with; give it once for each',
      })
      .option('backend', backendOption)
      .option('converter', {
        type: 'string',
        requiresArg: true,
        describe: 'Command that converts SavedModels; default: tensorflowjs_converter',
      })
      .option('json', { type: 'boolean', default: false, describe: 'A JSON object a line' }),
  async handler({ 'input-range': range, backend: wanted, json, ...options }) {
    const inputRange = checkInputRange(range);
    const display = new WatchDisplay(json, options.once);
    const { tf, why } = await loadBackend(wanted);
    display.line(why);
    const end = endOnSignal();
    const { run, measured, known } = await watchCheckpoints(tf, {
      folder: options.folder,
      probe: options.probe,
      store: options.store,
      run: options.run,
      inputRange,
      method: options.method,
      reference: options.reference,
      once: options.once,
      exec: options.exec,
      metrics: options.metrics,
      converter: options.converter,
      signal: end,
      on: (event) => display.event(event),
    });
    // A script that goes on with `satwatch check` must not take half of the work for the whole.
    if (options.once && end.aborted) process.exitCode = 130;
    else if (options.once && measured + known === 0)
      throw new SatwatchError(
        'CHECKPOINTS_NOT_FOUND',
        `nothing in ${options.folder} could be measured; expected TensorFlow.js models, .keras, .h5 or SavedModel files`,
        options.folder,
      );
    display.end(run, measured, known, options.store);
  },
};

/** Aborts at the first Ctrl-C, so that what is being measured is stored; the second one ends the process. */
function endOnSignal(): AbortSignal {
  const end = new AbortController();
  const stop = (code: number) => {
    if (end.signal.aborted) process.exit(code);
    end.abort();
  };
  process.on('SIGINT', () => stop(130));
  process.on('SIGTERM', () => stop(143));
  return end.signal;
}
