import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import {
  aggregateSats,
  attribute,
  computeSat,
  enableFastTraining,
  loadProbeSet,
  type ProbeSet,
  saliencyMethods,
  saveProbeSet,
} from 'satwatch';
import { friedman, kendallTau } from 'satwatch/stats';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { compareMethods } from '../../src/methods/index.js';
import { type Candidate, recommend } from '../../src/methods/recommend.js';
import { saliencyMethods as registry } from '../../src/saliency/index.js';
import { satwatch } from '../checkpoints/cli.js';
import { filesOf, writeFiles } from '../checkpoints/files.js';
import { markedTraining, net, probe, temporaryFolder } from '../task.js';
import { backend } from '../tf.js';

let tf: typeof tfjs;
let model: tfjs.LayersModel;
let set: ProbeSet;
const folder = temporaryFolder();
const [modelPath, probePath] = [join(folder, 'model'), join(folder, 'probe')];
const reference = join(import.meta.dirname, '../reference/keras');
const pictures = 16;

beforeAll(async () => {
  tf = await backend();
  enableFastTraining(tf);
  model = net(tf);
  const { xs, ys } = markedTraining(tf);
  await model.fit(xs, ys, { epochs: 4, verbose: 0 });
  writeFiles(modelPath, await filesOf(tf, model));
  await saveProbeSet(probe(pictures), probePath);
  set = await loadProbeSet(probePath);
});

const methods = async (...args: string[]) => {
  const run = satwatch(['methods', ...args]);
  return { code: await run.code, out: run.out, err: run.err };
};
const here = (...more: string[]) => methods(modelPath, probePath, '--input-range', '0', '1', ...more);
const asJson = async (...args: string[]) => {
  const { code, out, err } = await methods(...args, '--json');
  expect(code, err).toBe(0);
  return JSON.parse(out);
};

describe('satwatch methods', () => {
  it('ranks every method in a readable table, and recommends by what it found', async () => {
    const { code, out, err } = await here('--images', '8');
    expect(code, err).toBe(0);
    const count = Object.keys(saliencyMethods).length;
    expect(out).toContain(`\n${count} methods on 8 pictures with 3 segments (score margin, target label)\n`);
    for (const name of Object.keys(saliencyMethods))
      expect(out, name).toMatch(new RegExp(`^[→✗ ] ${name} +[\\d.]+ +[\\d.]+ `, 'm'));
    expect(out).toMatch(/Kendall's W over all methods: \.\d\d\./);
    expect(out).toMatch(/^ {2}gradient +\d\.\d \(\d\.\d\) +\d\.\d \(\d\.\d\) +\d\.\d \(\d\.\d\)$/m);
    expect(out).toMatch(/Take \S+: its ranks agree|None can be recommended: /);
    const taken = /Take (\S+):/.exec(out)?.[1];
    expect(/^→ (\S+)/m.exec(out)?.[1]).toBe(taken);
    expect(out).toMatch(/^expected-gradients was given baselines 8 probe pictures$/m);
    expect(out).toMatch(/^deep-taylor was given low 0, high 1$/m);
    expect(out).not.toMatch(/NaN|undefined|\r/);
  });

  it('recommends the cheapest of those that no picture tells apart', () => {
    const beyond = [0.5, 0.6, 0.4, 0.55];
    const candidate = (method: string, gradients: number, better = 0): Candidate => {
      const ablation = { tau: 0.6 + better, bySize: 0.1, beyond: 0.51 + better };
      const report = { method, gradients, ablation, score: 'margin', readsMasks: false, sanity: null };
      return {
        report: report as unknown as Candidate['report'],
        beyond: beyond.map((value) => value + better),
      };
    };
    const candidates = [candidate('dear', 16), candidate('cheap', 1), candidate('fair', 3)];
    expect(recommend(candidates, 'margin').method).toBe('cheap');
    expect(recommend([...candidates, candidate('best', 9, 0.2)], 'margin').method).toBe('best');
  });

  it('takes for the ends of a pixel those of the input range', async () => {
    const names = ['deep-taylor', 'epsilon-alpha2-beta1-box'];
    const own = ['--input-range', '-1', '1', '--images', '3', '--methods', names.join()];
    const { methods: found } = await asJson(modelPath, probePath, ...own);
    expect(found.map(({ method, given }: any) => [method, given]).sort()).toEqual(
      names.map((name) => [name, { low: -1, high: 1 }]),
    );
  });

  it('says of a model whose units are dead that there is nothing to compare', async () => {
    const dead = net(tf);
    dead.setWeights(dead.getWeights().map((weights) => tf.zerosLike(weights)));
    const path = join(folder, 'dead');
    writeFiles(path, await filesOf(tf, dead));
    const { code, out } = await methods(
      path,
      probePath,
      '--input-range',
      '0',
      '1',
      '--images',
      '3',
      '--methods',
      'gradient,occlusion',
    );
    expect(code).toBe(0);
    expect(out).toMatch(
      /None can be recommended: no picture has two segments whose filling moves the score.*dead/s,
    );
  });

  it('says as JSON what the library gives, method for method', async () => {
    const names = ['gradient', 'integrated-gradients', 'segment-ablation', 'deep-taylor'];
    const { backend, ...found } = await asJson(
      modelPath,
      probePath,
      '--input-range',
      '0',
      '1',
      '--images',
      '99',
      '--score',
      'logit',
      '--methods',
      names.join(', '),
    );
    expect([found.images, found.score, found.target, found.refused]).toEqual([
      pictures,
      'logit',
      'label',
      [],
    ]);
    expect(backend).toBe(tf.getBackend());
    const by = new Map<string, any>(found.methods.map((one: any) => [one.method, one]));
    expect([...by.keys()].sort()).toEqual([...names].sort());

    const labels = set.images.map(({ label }) => label);
    const values = Float32Array.from(
      set.images.flatMap(({ pixels }) => [...pixels]),
      (v) => v / 255,
    );
    const x = tf.tensor4d(values, [pictures, set.height, set.width, 3]);
    for (const method of ['gradient', 'integrated-gradients']) {
      const maps = attribute(tf, model, x, {
        method,
        target: labels,
        score: 'logit',
      }).arraySync() as number[][][];
      const sats = maps.map((map, i) => computeSat(map.flat(), set.images[i].segments));
      for (const { segment, n, meanRank } of aggregateSats(sats, 'relative', set.segmentNames)) {
        const row = by.get(method).ranks.find((one: any) => one.segment === segment);
        expect([row.n, row.meanRank], `${method} ${segment}`).toEqual([n, expect.closeTo(meanRank!, 6)]);
        expect(row.chanceRank).toBeGreaterThanOrEqual(1);
      }
    }
    // Agreement, from the ranks that are printed.
    const table = found.methods.map(({ ranks }: any) => ranks.map(({ meanRank }: any) => meanRank));
    expect(found.kendallW).toBeCloseTo(friedman(table).kendallW, 10);
    found.methods.forEach(({ agreement }: any, m: number) => {
      const taus = table.flatMap((row: number[], o: number) =>
        o === m ? [] : kendallTau(table[m], row).tau,
      );
      const mean = taus.reduce((sum: number, tau: number) => sum + tau, 0) / taus.length;
      expect(agreement).toBeCloseTo(mean, 10);
    });
    // The logits from the probabilities: differences of their logarithms, of two classes.
    const margin = (input: tfjs.Tensor) =>
      (model.predict(input) as tfjs.Tensor2D)
        .log()
        .arraySync()
        .map(([a, b]) => b - a);
    const sums = attribute(tf, model, x, { method: 'integrated-gradients', target: labels, score: 'margin' })
      .sum([1, 2])
      .arraySync() as number[];
    const [base] = margin(tf.zeros([1, set.height, set.width, 3]));
    const gaps = margin(x).map((value, i) => {
      const promised = (labels[i] ? 1 : -1) * (value - base);
      return Math.abs(sums[i] - promised) / Math.abs(promised);
    });
    const again = await asJson(
      modelPath,
      probePath,
      '--input-range',
      '0',
      '1',
      '--images',
      String(pictures),
      '--methods',
      'integrated-gradients',
    );
    gaps.sort((a, b) => a - b);
    expect(again.methods[0].completenessGap).toBeCloseTo((gaps[7] + gaps[8]) / 2, 3);
    expect(by.get('gradient').completenessGap).toBeNull();
    expect([again.kendallW, again.methods[0].agreement]).toEqual([null, null]);

    // The effects of filling, read off the maps of the method that fills: these segments do not overlap.
    const segments = set.images.map((image) => image.segments);
    const options = { method: 'segment-ablation', target: labels, score: 'logit' as const, segments };
    const effects = attribute(tf, model, x, options).arraySync() as number[][][];
    const gradients = attribute(tf, model, x, { method: 'gradient', target: labels, score: 'logit' });
    const taus = (gradients.arraySync() as number[][][]).map((map, i) => {
      const sat = computeSat(map.flat(), segments[i])!;
      const effect = computeSat(effects[i].flat(), segments[i])!.map(
        (row) => Math.abs(row.attribution) / row.area,
      );
      return kendallTau(
        sat.map(({ attribution }) => Math.abs(attribution)),
        effect,
      ).tau;
    });
    const { tau, bySize, beyond } = by.get('gradient').ablation;
    expect(tau).toBeCloseTo(taus.reduce((a, b) => a + b) / pictures, 6);
    expect(beyond).toBeCloseTo(tau - Math.max(0, bySize), 6);
    expect(by.get('segment-ablation').readsMasks).toBe(true);
    expect(found.recommendation.method).not.toBe('segment-ablation');
    expect(by.get('deep-taylor').given).toEqual({ low: 0, high: 1 });
    for (const { sanity, milliseconds, gradients } of by.values()) {
      expect(sanity.all).toBeGreaterThanOrEqual(-1);
      expect(sanity.all).toBeLessThan(1);
      expect(milliseconds).toBeGreaterThan(0);
      expect(gradients).toBeGreaterThan(0);
    }
    expect(found.kendallW).toBeGreaterThan(0);
    expect(found.kendallW).toBeLessThanOrEqual(1);
  });

  it('of a GraphModel: no sanity check, and who refuses says why', async () => {
    const { code, out, err } = await methods(join(reference, 'graph'), probePath, '--input-range', '0', '1');
    expect(code, err).toBe(0);
    expect(out).toMatch(/^. gradient +[\d.]+ +1 +n\/a +n\/a /m);
    const flat = out.replaceAll('\n', ' ');
    expect(flat).toMatch(/ not here: [^:]*\blrp-z, [^:]*: reads the layers of a LayersModel/);
    expect(flat).toContain('The sanity check is missing');
    expect(out).not.toMatch(/^. lrp-z /m);
  });

  it('reads Keras files, and explains one class for all where asked to', async () => {
    const found = await asJson(
      join(reference, 'transfer-3.keras'),
      probePath,
      '--input-range',
      '0',
      '1',
      '--methods',
      'input-x-gradient,lrp-epsilon',
      '--target',
      '1',
    );
    expect(found.target).toBe(1);
    expect(found.methods).toHaveLength(2);
  });

  it('asks which output has the class scores, and takes that', async () => {
    const input = tf.input({ shape: [set.height, set.width, 3] });
    const flat = tf.layers.flatten().apply(input) as tfjs.SymbolicTensor;
    const outputs = [5, 2].map(
      (units) => tf.layers.dense({ units, name: `of-${units}` }).apply(flat) as tfjs.SymbolicTensor,
    );
    const twofold = join(folder, 'twofold');
    writeFiles(twofold, await filesOf(tf, tf.model({ inputs: input, outputs })));
    const args = [twofold, probePath, '--input-range', '0', '1', '--methods', 'gradient,lrp-z'];
    const { code, err } = await methods(...args);
    expect([code, err]).toEqual([2, expect.stringMatching(/2 outputs.*of-5, of-2/)]);
    const found = await asJson(...args, '--output', 'of-2');
    expect(found.methods.map(({ method }: any) => method).sort()).toEqual(['gradient', 'lrp-z']);
  });

  it.each<[string, () => string[], RegExp]>([
    [
      'an unknown method',
      () => [modelPath, probePath, '--methods', 'gradient,lrp-zz'],
      /'lrp-zz'; did you mean 'lrp-z'/,
    ],
    ['no such model', () => ['none', probePath], /model: none is not there; give a TensorFlow.js folder/],
    ['what is no model', () => [probePath, probePath], /is no model that satwatch can read/],
    ['no such probe set', () => [modelPath, 'none'], /no such folder or file: none/],
    ['too few pictures', () => [modelPath, probePath, '--images', '1'], /--images: got 1/],
    ['a class that is none', () => [modelPath, probePath, '--target', '7'], /got class 7.*2 classes/],
    [
      'a target that is none',
      () => [modelPath, probePath, '--target', 'bright'],
      /'bright', expected 'label'/,
    ],
    [
      'a model of other classes',
      () => [join(reference, 'functional-3.keras'), probePath],
      /3 classes, the probe set 2/,
    ],
  ])('%s → code 2', async (_, args, message) => {
    const { code, err, out } = await methods(...args(), '--input-range', '0', '1');
    expect(code, out).toBe(2);
    expect(err).toMatch(message);
  });

  it('a range of one value, or none → code 2', async () => {
    const same = await methods(modelPath, probePath, '--input-range', '1', '1');
    expect([same.code, same.err]).toEqual([2, expect.stringMatching(/two different numbers/)]);
    const none = await methods(modelPath, probePath);
    expect([none.code, none.err]).toEqual([2, expect.stringMatching(/input-range/)]);
  });
});

describe('the sanity check', () => {
  afterEach(() => {
    delete registry.edges;
  });

  it('fails a method that looks at the picture alone, and leaves the weights as they were', async () => {
    registry.edges = {
      name: 'edges',
      options: {},
      gradients: () => 0.1,
      attribute: (_, images) => images.abs() as tfjs.Tensor4D,
    };
    const weights = () => model.getWeights().map((weight) => Buffer.from(weight.dataSync().slice().buffer));
    const before = weights();
    const tensors = tf.memory().numTensors;
    const found = await compareMethods(tf, model, set, {
      inputRange: [0, 1],
      methods: ['edges', 'gradient'],
      images: 12,
      target: 'label',
      score: 'margin',
      seed: 1,
    });
    expect(tf.memory().numTensors).toBe(tensors);
    expect(weights().every((bytes, i) => bytes.equals(before[i]))).toBe(true);
    const edges = found.methods.find(({ method }) => method === 'edges')!;
    expect([edges.sanity!.all, edges.sanity!.top]).toEqual([1, 1]);
    expect(found.methods.at(-1)!.method).toBe('edges');
    expect(found.recommendation.method).not.toBe('edges');
    expect(found.recommendation.reasons.join(' ')).toContain('stay with random weights: edges (1.00)');
  });
});
