import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../models.js';
import { backend } from '../tf.js';
import { literalMethods } from './literal/methods.js';
import { read } from './literal/read.js';

// The literal program, which the other tests here compare with, against the maps that Python libraries computed.

const reference = process.env.REFERENCE ?? join(import.meta.dirname, '../reference/attribution');
const models = ['cnn-plain', 'cnn-softmax', 'cnn-bn-stride', 'residual', 'binary-sigmoid'];

let tf: typeof tfjs;
beforeAll(async () => {
  tf = await backend();
});

function floats(path: string): number[] {
  const bytes = readFileSync(path);
  return [...new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))];
}

/** Other variants of Deep Taylor than satwatch's. */
const leftOut = /proportional-average|wsquare/;

describe.each(models)('the literal program on %s', (name) => {
  const folder = join(reference, name);
  const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
  const [h, w, c] = expected.input;
  const images = floats(join(folder, 'images.f32'));
  const entries = expected.entries.filter(
    ({ id, method, map, sum }: any) =>
      literalMethods[method] && !leftOut.test(id) && existsSync(join(folder, map?.file ?? sum?.file ?? sum)),
  );

  it.each(entries as any[])('$id', async (entry) => {
    const model = await loadModel(tf, folder);
    const net = read(model);
    const own = optionsOf(entry, folder);
    const maps = expected.labels.map((label: number, i: number) => {
      const question = {
        net,
        image: images.slice(i * h * w * c, (i + 1) * h * w * c),
        target:
          entry.method === 'deep-taylor' && expected.classes === 2 && name === 'binary-sigmoid' ? 1 : label,
        score: entry.target === 'logit-difference' ? ('margin' as const) : ('logit' as const),
        options: own,
      };
      return literalMethods[entry.method](question).map;
    });
    const file = entry.map?.file ?? entry.sum?.file ?? entry.sum;
    const stored = floats(join(folder, file));
    const found: number[] = maps.flat();
    const summed = stored.length < found.length ? sums(found, c) : found;
    expect(stored.length).toBe(summed.length);
    const worst = summed.reduce((most, value, i) => Math.max(most, Math.abs(value - stored[i])), 0);
    if (process.env.SAY) console.log(`${name} ${entry.id}: ${(worst / entry.maxAbs).toExponential(1)}`);
    expect(worst).toBeLessThan(1e-5 * entry.maxAbs);
  });
});

function sums(values: number[], c: number): number[] {
  return Array.from({ length: values.length / c }, (_, i) =>
    values.slice(i * c, (i + 1) * c).reduce((a, b) => a + b, 0),
  );
}

/** The manifest's options in the form that the methods take. */
function optionsOf({ method, options }: any, folder: string): any {
  const own = { ...options };
  if (own.baseline?.file) own.baseline = floats(join(folder, own.baseline.file));
  if (/^(input-x-gradient|integrated-gradients)$/.test(method)) own.baseline ??= 0;
  if (method === 'epsilon-alpha2-beta1-box') Object.assign(own, { low: 0, high: 1 });
  if (own.upsample === 'bilinear, half-pixel centers') own.upsample = 'bilinear';
  if (own.upsample === 'bilinear, align corners') own.upsample = 'bilinear-align-corners';
  return own;
}
