import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { attribute, saliencyMethods } from 'satwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../models.js';
import { backend } from '../tf.js';
import { floats, largestDifference } from './maps.js';

/** Largest deviation of each method on each model, over the map's largest value. */
const deviations: Record<string, Record<string, number>> = {};
// Written where SATWATCH_AGREEMENT says: docs/attribution.md has its table from it.
afterAll(() => {
  const file = process.env.SATWATCH_AGREEMENT;
  if (file) writeFileSync(file, `${JSON.stringify({ backend: tf.getBackend(), deviations }, null, 2)}\n`);
});

const reference = join(import.meta.dirname, '../reference/attribution');
const models = ['cnn-plain', 'cnn-softmax', 'cnn-bn-stride', 'residual', 'binary-sigmoid'];

let tf: typeof tfjs;
beforeAll(async () => {
  tf = await backend();
});

const upsamplings: Record<string, string> = {
  none: 'none',
  'bilinear, half-pixel centers': 'bilinear',
  'bilinear, align corners': 'bilinear-align-corners',
};

/** The options of satwatch for what the reference says was computed; null where satwatch has no such variant. */
function optionsOf(folder: string, entry: any): Record<string, unknown> | null {
  const { options } = entry;
  const tensor = ({ file, shape }: any) => tf.tensor(floats(join(folder, file)), shape);
  const baseline = typeof options.baseline === 'object' ? tensor(options.baseline) : options.baseline;
  switch (entry.method) {
    case 'smoothgrad':
    case 'smoothgrad-squared':
    case 'vargrad':
      return { noise: tensor(options.noise) };
    case 'expected-gradients':
      return { baselines: tensor(options.baselines), alphas: options.alphas };
    case 'grad-cam':
    case 'grad-cam-plus-plus':
      return { layer: options.layer, upsample: upsamplings[options.upsample], relu: options.relu };
    case 'occlusion':
      return { window: options.window.slice(0, 2), stride: options.stride.slice(0, 2), baseline };
    case 'deep-lift':
      return { baseline };
    case 'lrp-epsilon':
      return { epsilon: options.epsilon };
    case 'lrp-gamma':
      return { gamma: options.gamma };
    case 'epsilon-alpha2-beta1-box':
      return { low: 0, high: 1 };
    case 'deep-taylor':
      if (options.averagePooling === 'proportional' || options.firstLayer === 'w^2') return null;
      return { low: options.low, high: options.high };
    case 'integrated-gradients':
      return { baseline, rule: options.rule, steps: options.steps };
    default:
      return {};
  }
}

describe.each(models)('maps of %s equal those of Captum, zennit and iNNvestigate', (name) => {
  const folder = join(reference, name);
  const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
  // DeepLIFT's winners in a constant baseline are ties that rounding breaks: not reproducible, by the reference itself.
  const entries = (expected.entries as any[]).filter(({ tieSensitive }) => !tieSensitive);

  it.each(entries.filter(({ method }) => saliencyMethods[method]))('$id', async (entry) => {
    const model = await loadModel(tf, folder);
    const x = tf.tensor4d(floats(join(folder, 'images.f32')), [4, ...expected.input] as any);
    const own = optionsOf(folder, entry);
    if (!own) return;
    const options = {
      ...own,
      method: entry.method,
      target: entry.target.includes('class 1') ? [1, 1, 1, 1] : expected.labels,
      score: entry.target === 'logit-difference' ? ('margin' as const) : ('logit' as const),
    };
    const before = tf.memory().numTensors;
    const map = attribute(tf, model, x, options);
    expect(tf.memory().numTensors).toBe(before + 1);
    const tolerance = 1e-4 * entry.maxAbs;
    const { file, shape } = entry.sum ?? entry.map;
    expect(map.shape).toEqual(shape);
    const difference = largestDifference(await map.data(), floats(join(folder, file)));
    expect(difference).toBeLessThan(tolerance);
    deviations[entry.method] ??= {};
    deviations[entry.method][name] = Math.max(deviations[entry.method][name] ?? 0, difference / entry.maxAbs);
    if (!entry.sum || !existsSync(join(folder, entry.map.file))) return;
    const kept = attribute(tf, model, x, { ...options, channels: 'keep' });
    expect(largestDifference(await kept.data(), floats(join(folder, entry.map.file)))).toBeLessThan(
      tolerance,
    );
  });
});
