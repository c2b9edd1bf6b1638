import { existsSync } from 'node:fs';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { Channel, ChannelLike } from '../alerts/channel.js';
import { consoleChannel } from '../alerts/channels/console.js';
import { checkLevel, defaultRules, type Rule } from '../alerts/index.js';
import { refuseUnknownOptions, SatwatchError } from '../errors.js';
import { isKept } from '../probe/index.js';
import { type HeadOptions, methodNamed, type SaliencyMethod, type Score, scores } from '../saliency/index.js';
import { type RunRef, Store } from '../store/index.js';
import type { ProbeSet } from '../types.js';

export interface MonitorOptions extends HeadOptions {
  /** The probe set, or the folder with a `probe.json` it is read from; a folder takes its size from the model. */
  probe: ProbeSet | string;
  /** The store, or its file, made where it does not exist. */
  store: Store | string;
  /** The run's name; without it a new unique one is made. */
  run?: string;
  /** Go on with a run of that name. */
  resume?: boolean;
  /** How the training scales pixel bytes: 0 → low, 255 → high. This or `preprocess` is required for 8-bit pictures. */
  inputRange?: [low: number, high: number];
  /** A function of a float tensor [n,h,w,c] of 0..255 → the model's range, same shape. */
  preprocess?: (images: Tensor4D) => Tensor;
  /** A saliency method by name, or with its own options: `{ name: 'integrated-gradients', steps: 32 }`. */
  method?: string | ({ name: string } & Record<string, unknown>);
  /** The class explained: each image's 'label' (default), the 'predicted' one, or a class index for all. */
  target?: 'label' | 'predicted' | number;
  /** Default 'margin', which tells shortcuts apart better than the label's logit alone; 'logit' for Deep Taylor. */
  score?: Score;
  /** Observe every so many epochs (default 1), or also inside an epoch, every `batches` batches. */
  every?: number | { batches: number };
  /** Rules beside the default ones; one of a default rule's name stands in its place. */
  rules?: Rule[];
  /**
   * Finished clean runs in the same store to compare with, by name or id: of the same task and architecture with other
   * seeds. The rule 'reference' joins the default ones, and the page draws their band.
   */
  reference?: RunRef | RunRef[];
  /** Where alerts go; default: the console. */
  channels?: ChannelLike[];
  /** The reliance test's budget in forward passes (images) an observation; 0 turns it off. */
  reliance?: { budget?: number };
  /**
   * Which attribution maps the store keeps, in 8 bit: those behind 'alerts' (default), 'none', or also all maps of every
   * so many observations (1: of each).
   */
  keepMaps?: 'none' | 'alerts' | number;
  /** Serve the page from a process of its own, which outlives the training. */
  dashboard?: boolean | { port?: number };
  /** Epochs the training is expected to have (the callback knows): the page and the report say 'of' so many. */
  epochs?: number;
  /** Seed of the chance rank's shifts and the reliance test's pairs. */
  seed?: number;
  /** Lines on standard error: start, failures, share of time. Default true. */
  verbose?: boolean;
}

const optionNames = [
  'probe',
  'store',
  'run',
  'resume',
  'inputRange',
  'preprocess',
  'features',
  'forward',
  'output',
  'method',
  'target',
  'score',
  'every',
  'rules',
  'reference',
  'channels',
  'reliance',
  'keepMaps',
  'dashboard',
  'epochs',
  'seed',
  'verbose',
];

/** The options checked and completed; what the rest of the monitor reads. */
export interface Config {
  probe: ProbeSet | string;
  store: Store | string;
  run: string | undefined;
  resume: boolean;
  inputRange: [number, number] | undefined;
  preprocess: MonitorOptions['preprocess'];
  head: HeadOptions;
  method: SaliencyMethod;
  methodOptions: Record<string, unknown>;
  target: 'label' | 'predicted' | number;
  score: Score;
  everyEpochs: number;
  everyBatches: number | undefined;
  rules: Rule[];
  reference: readonly RunRef[];
  channels: Channel[];
  budget: number | undefined;
  keepMaps: 'none' | 'alerts' | number;
  dashboard: false | { port?: number };
  epochs: number | undefined;
  seed: number;
  verbose: boolean;
}

/** @throws SatwatchError UNKNOWN_OPTION, BAD_OPTION, UNKNOWN_METHOD, PROBE_NOT_FOUND, INPUT_RANGE_MISSING */
export function checkOptions(options: MonitorOptions): Readonly<Config> {
  if (typeof options !== 'object' || options === null)
    bad(
      'options',
      options,
      "an object such as { probe: 'probe/', store: 'runs.sqlite', inputRange: [0, 1] }",
    );
  refuseUnknownOptions('satwatch', options, optionNames);
  const { probe, store, inputRange, preprocess, every = 1 } = options;
  if (typeof probe !== 'string' && !Array.isArray(probe?.images))
    bad('probe', probe, 'a folder with a probe.json, or a ProbeSet from createProbeSet or loadProbeSet');
  if (typeof probe === 'string' && !existsSync(probe))
    throw new SatwatchError('PROBE_NOT_FOUND', `probe: no such folder or file: ${probe}`, probe);
  if (typeof store !== 'string' && !(store instanceof Store))
    bad('store', store, 'a file name, or a store from openStore');
  if (inputRange !== undefined && !isRange(inputRange))
    bad('inputRange', inputRange, 'two different numbers [low, high], such as [0, 1]');
  if (preprocess !== undefined && typeof preprocess !== 'function')
    bad('preprocess', preprocess, 'a function of a tensor');
  if (inputRange && preprocess) bad('preprocess', 'both inputRange and preprocess', 'one of them');
  const bytes =
    typeof probe === 'string' ||
    probe.images.some((image) => !isKept(image) || image.pixels instanceof Uint8Array);
  if (bytes && !inputRange && !preprocess)
    throw new SatwatchError(
      'INPUT_RANGE_MISSING',
      'inputRange or preprocess: neither came, and the probe pictures are 8-bit; say how the training scales pixels: inputRange: [0, 1], [-1, 1] or [0, 255], or preprocess: images => …',
      'inputRange',
    );
  if (options.run !== undefined && !(typeof options.run === 'string' && options.run.trim() !== ''))
    bad('run', JSON.stringify(options.run), "a name, such as 'horses-1'");
  if (options.resume !== undefined && typeof options.resume !== 'boolean')
    bad('resume', JSON.stringify(options.resume), 'true or false');
  if (options.seed !== undefined && !Number.isSafeInteger(options.seed))
    bad('seed', options.seed, 'a whole number');
  const batches = typeof every === 'object' ? every?.batches : undefined;
  if (typeof every === 'object' && every !== null) refuseUnknownOptions('every', every, ['batches']);
  if (!Number.isInteger(batches ?? every) || Number(batches ?? every) < 1)
    bad('every', JSON.stringify(every), 'a whole number of epochs from 1, or { batches: n }');
  const { name, ...given }: { name: string } & Record<string, unknown> =
    typeof options.method === 'string'
      ? { name: options.method }
      : (options.method ?? { name: 'input-x-gradient' });
  const method = methodNamed(name);
  refuseUnknownOptions(`method '${name}'`, given, Object.keys(method.options));
  for (const option of method.perImage ?? [])
    if (typeof given[option] === 'object')
      bad(
        `method '${name}', ${option}`,
        'a value for each image',
        method.bySegments
          ? "none: the probe images' own are taken"
          : 'one for all: the images come in batches',
      );
  const methodOptions = { ...method.options, ...boundsOf(method, inputRange), ...given };
  method.check?.(methodOptions);
  const { target = 'label', score = defaultScore(method) } = options;
  if (target !== 'label' && target !== 'predicted' && !(Number.isInteger(target) && target >= 0))
    bad('target', target, "'label', 'predicted' or a class index");
  const explained = method.scores ?? scores;
  if (!explained.includes(score)) bad('score', score, `${explained.join(', ')}, which '${name}' explains`);
  if (options.reliance) refuseUnknownOptions('reliance', options.reliance, ['budget']);
  const budget = options.reliance?.budget;
  if (budget !== undefined && !(budget >= 0))
    bad('reliance.budget', budget, 'a number of forward passes from 0');
  const rules = options.rules ?? [];
  if (!Array.isArray(rules) || rules.some((rule) => typeof rule?.evaluate !== 'function'))
    bad('rules', rules, 'a list of rules such as rules.rankThreshold({ segment, rank })');
  const reference = [options.reference ?? []].flat();
  if (reference.some((run) => typeof run !== 'string' && !Number.isInteger(run)))
    bad('reference', options.reference, "names or ids of finished runs, such as ['clean-1', 'clean-2']");
  if (reference.length === 0 && rules.some(({ name }) => name === 'reference'))
    bad(
      'reference',
      'none for rules.reference',
      "the runs to compare with: reference: ['clean-1', 'clean-2']",
    );
  const others = defaultRules({ hasReferences: reference.length > 0 });
  const { keepMaps = 'alerts' } = options;
  if (
    !['none', 'alerts'].includes(keepMaps as string) &&
    !(Number.isInteger(keepMaps) && Number(keepMaps) >= 1)
  )
    bad('keepMaps', keepMaps, "'none', 'alerts' or a whole number of observations from 1");
  const { dashboard = false, channels = [consoleChannel()] } = options;
  if (!Array.isArray(channels)) bad('channels', typeof channels, 'a list, such as [channels.console()]');
  if (typeof dashboard !== 'boolean' && (typeof dashboard !== 'object' || dashboard === null))
    bad('dashboard', JSON.stringify(dashboard), 'true, false or { port }');
  if (typeof dashboard === 'object') refuseUnknownOptions('dashboard', dashboard, ['port']);
  return Object.freeze({
    probe,
    store,
    run: options.run,
    resume: options.resume ?? false,
    inputRange,
    preprocess,
    head: { features: options.features, forward: options.forward, output: options.output },
    method,
    methodOptions,
    target,
    score,
    everyEpochs: typeof every === 'number' ? every : 1,
    everyBatches: batches,
    rules: [...others.filter((rule) => !rules.some((own) => own.name === rule.name)), ...rules],
    reference,
    channels: distinct(channels.map(toChannel)),
    budget,
    keepMaps,
    dashboard: dashboard === true ? {} : dashboard,
    epochs: options.epochs,
    seed: options.seed ?? 1,
    verbose: options.verbose ?? true,
  });
}

/** Where a method takes pixels to lie in 0 … 1 unless told otherwise, the monitor knows better. */
function boundsOf({ options }: SaliencyMethod, range: [number, number] | undefined): Record<string, number> {
  if (!range || typeof options.low !== 'number') return {};
  return { low: Math.min(...range), high: Math.max(...range) };
}

/** The margin, where the method explains it. */
function defaultScore({ scores }: SaliencyMethod): Score {
  return !scores || scores.includes('margin') ? 'margin' : scores[0];
}

/** What of the config is stored with the run: plain values only. */
export function describeConfig(config: Config): Record<string, unknown> {
  return {
    method: config.method.name,
    methodOptions: plain(config.methodOptions),
    target: config.target,
    score: config.score,
    inputRange: config.inputRange ?? null,
    preprocess: config.preprocess ? String(config.preprocess) : null,
    features: config.head.features !== undefined,
    forward: config.head.forward !== undefined,
    output: config.head.output ?? null,
    everyEpochs: config.everyEpochs,
    everyBatches: config.everyBatches ?? null,
    rules: config.rules.map((rule) => ({ name: rule.name, ...rule.options })),
    channels: config.channels.map((channel) => channel.name),
    budget: config.budget === Number.POSITIVE_INFINITY ? 'unlimited' : (config.budget ?? null),
    keepMaps: config.keepMaps,
    seed: config.seed,
  };
}

/** Options as they can be stored: of a tensor or an array of images the shape alone. */
function plain(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => {
      if (typeof value !== 'object' || value === null) return [name, value];
      const shape = (value as Partial<Tensor>).shape ?? nesting(value);
      return [name, shape.length > 1 ? `[${shape}]` : value];
    }),
  );
}

function nesting(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...nesting(value[0])] : [];
}

function toChannel(channel: ChannelLike, index: number): Channel {
  if (typeof channel === 'function')
    return {
      name: channel.name || `function ${index + 1}`,
      deliver: async (alert, context) => {
        await channel(alert, context);
      },
    };
  if (typeof channel?.deliver !== 'function')
    bad('channels', channel, 'channels such as channels.console(), or functions of an alert');
  if (channel.level !== undefined) checkLevel(channel.name, channel.level);
  return channel;
}

/** What waits in the store for a channel is known by the channel's name. */
function distinct(channels: Channel[]): Channel[] {
  const names = channels.filter(({ retry }) => retry).map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    bad('channels', `two called '${twice}'`, "each its own, e.g. channels.webhook({ url, name: 'on call' })");
  return channels;
}

function isRange(range: unknown): boolean {
  return Array.isArray(range) && range.length === 2 && range.every(Number.isFinite) && range[0] !== range[1];
}

function bad(option: string, got: unknown, expected: string): never {
  throw new SatwatchError(
    'BAD_OPTION',
    `${option}: got ${got === undefined ? 'nothing' : String(got)}, expected ${expected}`,
    option,
  );
}
