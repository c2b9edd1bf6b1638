import type { Fact } from './evidence.js';
import { capital, count, epoch, listed, minute, percent, plural, quoted, short } from './format.js';
import type { RunReport } from './readReport.js';
import { oneLine } from './text.js';

/** How the run was measured: all that another needs to measure it again, as far as the store knows. */
export function measured({ run, probe, last, segments, cost }: RunReport): Fact[] {
  const { config, model } = run;
  const { parameters, layers } = model;
  const each = probe.classes.map(({ name, images }) => `${quoted(name)} ${images}`);
  return [
    ['Method', withOptions(config.method, config.methodOptions)],
    ['Score and target', `${shown(config.score)} of ${targetWords(config.target)}`],
    ['Pixels', pixels(config)],
    [
      'Probe set',
      `${plural(probe.images, 'image')} of ${probe.width} × ${probe.height} pixels, ${plural(segments.length, 'segment')}; ${each.length > 12 ? plural(each.length, 'class').replace('classs', 'classes') : listed(each)}`,
    ],
    ['Probe set id', probe.id],
    [
      'Aggregation',
      'relative: local ranks of |mean attribution| inside an image, 1 the largest, averaged over the images that show the segment',
    ],
    ['Observed', everyWords(config)],
    ['Rules', Array.isArray(config.rules) ? listed(config.rules.map(ruleWords)) : shown(config.rules)],
    ...(Array.isArray(config.reference) && config.reference.length
      ? [['Reference runs', listed(config.reference.map((name) => quoted(String(name))))] as Fact]
      : []),
    ...(typeof config.budget === 'number'
      ? [['Reliance budget', `${count(config.budget)} forward passes an observation`] as Fact]
      : []),
    ['Seed', shown(config.seed)],
    ['Backend', oneLine(run.backend)],
    [
      'Model',
      [
        typeof parameters === 'number' ? `${count(parameters)} parameters` : null,
        Array.isArray(layers)
          ? layers.map(shown).join(', ')
          : typeof layers === 'number'
            ? plural(layers, 'layer')
            : null,
        config.features === true ? 'behind a base (features)' : null,
        config.forward === true ? 'called by a function (forward)' : null,
        config.output == null ? null : `output ${shown(config.output)}`,
      ]
        .filter((words) => words !== null)
        .join('; ') || 'not recorded',
    ],
    [
      'Versions',
      Object.entries(run.versions)
        .map(([name, version]) => oneLine(`${name} ${version}`))
        .join(', '),
    ],
    [
      'Time',
      `started ${minute(run.startedAt)}, ${run.endedAt ? `ended ${minute(run.endedAt)}` : `last observation ${minute(last.time)}`}`,
    ],
    [
      'Watching took',
      `${short(cost.seconds)} s an observation in the median${cost.share === null ? '' : `, ${percent(cost.share)} of the time`}`,
    ],
  ];
}

function withOptions(name: unknown, options: unknown): string {
  const set =
    options !== null && typeof options === 'object'
      ? Object.entries(options).filter(([, value]) => value !== null && value !== undefined)
      : [];
  return `${shown(name)}${set.length ? ` (${set.map(([key, value]) => `${key} ${shown(value)}`).join(', ')})` : ''}`;
}

function targetWords(target: unknown): string {
  if (target === 'label') return "each image's own class";
  if (target === 'predicted') return 'the predicted class';
  return typeof target === 'number' ? `class ${target}` : shown(target);
}

function pixels({ inputRange, preprocess }: Record<string, unknown>): string {
  if (Array.isArray(inputRange)) return `0 to 255 become ${inputRange.map(short).join(' to ')}`;
  return typeof preprocess === 'string'
    ? `preprocessed by ${shown(preprocess)}`
    : 'as the probe set holds them';
}

function everyWords({ everyEpochs, everyBatches }: Record<string, unknown>): string {
  if (typeof everyBatches === 'number')
    return `every ${plural(everyBatches, 'batch').replace('batchs', 'batches')}`;
  return typeof everyEpochs === 'number' && everyEpochs > 1 ? `every ${everyEpochs} epochs` : 'every epoch';
}

function ruleWords(rule: unknown): string {
  if (rule === null || typeof rule !== 'object') return shown(rule);
  const { name, ...options } = rule as Record<string, unknown>;
  return withOptions(name, options);
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'not recorded';
  const text = oneLine(typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)));
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

/** What happened beside the epochs; the start is told above. */
export function happened({ events }: RunReport): string[] {
  const told = events.filter(({ kind }) => kind !== 'start');
  const words = told
    .slice(-mostEvents)
    .map(
      ({ epoch: at, kind, message }) =>
        `${capital(oneLine(kind))}${at === null ? '' : `, epoch ${epoch(at)}`}: ${oneLine(message)}`,
    );
  return told.length > mostEvents
    ? [`${told.length - mostEvents} earlier events are left out.`, ...words]
    : words;
}

const mostEvents = 30;
