import { existsSync } from 'node:fs';
import type { CommandModule } from 'yargs';
import { loadBackend } from '../backend/index.js';
import { loadModel } from '../checkpoints/index.js';
import { SatwatchError } from '../errors.js';
import { compareMethods } from '../methods/index.js';
import { modelInput } from '../monitor/model.js';
import { nativeDecoder } from '../monitor/pixels.js';
import { readProbeSet } from '../probe/index.js';
import { methodNamed, type Score } from '../saliency/index.js';
import { backendOption } from './backendOption.js';
import { checkInputRange, inputRangeOption } from './inputRangeOption.js';
import { methodsTable } from './methodsTable.js';

interface Arguments {
  model: string;
  probe: string;
  'input-range': number[];
  methods?: string;
  images: number;
  target: string;
  score: Score;
  output?: string;
  backend?: string;
  converter?: string;
  json: boolean;
}

export const methodsCommand: CommandModule<object, Arguments> = {
  command: 'methods <model> <probe>',
  describe: 'Compare saliency methods on a model, and recommend one',
  builder: (cli) =>
    cli
      .positional('model', {
        type: 'string',
        demandOption: true,
        describe: 'A TensorFlow.js folder, a .keras or .h5 file, or a SavedModel folder',
      })
      .positional('probe', {
        type: 'string',
        demandOption: true,
        describe: 'Folder of the probe set, with a probe.json',
      })
      .option('input-range', inputRangeOption)
      .option('methods', {
        type: 'string',
        describe: 'Their names, with commas; default: all that work here',
      })
      .option('images', { type: 'number', default: 32, describe: 'Probe pictures to look at' })
      .option('target', {
        type: 'string',
        default: 'label',
        describe: "The class explained: 'label', 'predicted' or a class index",
      })
      .option('score', {
        choices: ['margin', 'logit', 'probability'] as const,
        default: 'margin' as const,
        describe: 'What of it is explained',
      })
      .option('output', {
        type: 'string',
        describe: 'Name or place of the output with the class scores, where a model has several',
      })
      .option('backend', backendOption)
      .option('converter', {
        type: 'string',
        describe: 'Command that converts SavedModels; default: tensorflowjs_converter',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON document instead of text' }),
  async handler({ model: path, probe: source, 'input-range': range, json, ...options }) {
    const inputRange = checkInputRange(range);
    const methods = options.methods?.split(',').map((name) => name.trim());
    for (const name of methods ?? []) methodNamed(name);
    const { images } = options;
    if (!Number.isInteger(images) || images < 2)
      throw new SatwatchError(
        'BAD_OPTION',
        `--images: got ${images}, expected a whole number from 2`,
        'images',
      );
    const target = targetOf(options.target);
    if (!existsSync(source))
      throw new SatwatchError('PROBE_NOT_FOUND', `probe: no such folder or file: ${source}`, source);

    const { tf, backend, why } = await loadBackend(options.backend);
    const model = await loadModel(tf, path, { converter: options.converter });
    const { height, width, channels } = modelInput(model, {});
    const size = { height, width, channels: channels as 1 | 3 | undefined };
    const probe = await readProbeSet(source, size, nativeDecoder(tf));
    const display = new Progress(json);
    const compared = await compareMethods(tf, model, probe, {
      inputRange,
      methods,
      images,
      target,
      score: options.score,
      output: /^\d+$/.test(options.output ?? '') ? Number(options.output) : options.output,
      seed: 1,
      on: (what, method) => display.show(`${what}: ${method}`),
    });
    display.clear();
    process.stdout.write(
      json
        ? `${JSON.stringify({ model: path, probe: source, backend, ...compared })}\n`
        : `${why}\n\n${methodsTable(compared, probe, process.stdout.columns)}\n`,
    );
  },
};

function targetOf(given: string): 'label' | 'predicted' | number {
  if (given === 'label' || given === 'predicted') return given;
  if (/^\d+$/.test(given)) return Number(given);
  throw new SatwatchError(
    'BAD_OPTION',
    `--target: got '${given}', expected 'label', 'predicted' or a class index`,
    'target',
  );
}

/** One line on a terminal that says what is being done; nothing elsewhere. */
class Progress {
  private readonly shown: boolean;

  constructor(json: boolean) {
    this.shown = !json && Boolean(process.stdout.isTTY);
  }

  show(line: string): void {
    if (this.shown) process.stdout.write(`\r\x1b[K${line}`);
  }

  clear(): void {
    if (this.shown) process.stdout.write('\r\x1b[K');
  }
}
