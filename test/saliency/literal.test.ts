import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../models.js';
import { backend } from '../tf.js';
import { literalMethods } from './literal/methods.js';
import { read } from './literal/read.js';
import { floats, largestDifference } from './maps.js';
import { referenceModels } from './reference.js';

// The literal program, which other tests here compare with, against the maps that Python libraries computed. Here it
// agrees to float64's rounding (Deep Taylor to 3e-6 of the largest value: iNNvestigate is float32).

let tf: typeof tfjs;
beforeAll(async () => {
  tf = await backend();
});

/** Other variants of Deep Taylor than satwatch's, and the slowest quadrature. */
const leftOut = /proportional-average|wsquare|midpoint64/;

describe.each(referenceModels)('the literal program on %s', (name) => {
  const folder = join(import.meta.dirname, '../reference/attribution', name);
  const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
  const [h, w, c] = expected.input;
  const entries = expected.entries.filter(
    (entry: any) => literalMethods[entry.method] && !leftOut.test(entry.id) && fileOf(entry, folder),
  );

  it.each(entries as any[])('$id', async (entry) => {
    const net = read(await loadModel(tf, folder));
    const images = Array.from(floats(join(folder, 'images.f32')));
    const maps: number[] = expected.labels.flatMap((label: number, i: number) => {
      const question = {
        net,
        image: images.slice(i * h * w * c, (i + 1) * h * w * c),
        // What is stored of Deep Taylor explains class 1 where there is one unit.
        target: entry.method === 'deep-taylor' && name === 'binary-sigmoid' ? 1 : label,
        score: entry.target === 'logit' ? ('logit' as const) : ('margin' as const),
        options: optionsOf(entry, folder),
      };
      return literalMethods[entry.method](question).map;
    });
    const stored = floats(fileOf(entry, folder)!);
    const found = stored.length < maps.length ? summed(maps, c) : maps;
    expect(largestDifference(found, stored)).toBeLessThan(1e-5 * entry.maxAbs);
  });
});

/** The map by channels where the repository has it, else its sum, else none. */
function fileOf({ map, sum }: any, folder: string): string | undefined {
  return [map, sum].map((one) => one && join(folder, one.file)).find((path) => path && existsSync(path));
}

function summed(values: number[], c: number): number[] {
  return Array.from({ length: values.length / c }, (_, i) =>
    values.slice(i * c, (i + 1) * c).reduce((a, b) => a + b, 0),
  );
}

/** The manifest's options in the form that the methods take. */
function optionsOf({ method, options }: any, folder: string): any {
  const own = { ...options };
  if (own.baseline?.file) own.baseline = Array.from(floats(join(folder, own.baseline.file)));
  if (/^(input-x-gradient|integrated-gradients)$/.test(method)) own.baseline ??= 0;
  if (method === 'epsilon-alpha2-beta1-box') Object.assign(own, { low: 0, high: 1 });
  if (/half-pixel/.test(own.upsample)) own.upsample = 'bilinear';
  if (/align corners/.test(own.upsample)) own.upsample = 'bilinear-align-corners';
  return own;
}
