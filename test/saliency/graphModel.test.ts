import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { attribute, createMonitor, openStore } from 'satwatch';
import { beforeAll, describe, expect, it } from 'vitest';
import { probe, side, temporaryFolder } from '../task.js';
import { backend } from '../tf.js';

let tf: typeof tfjs;
beforeAll(async () => {
  tf = await backend();
});

const classes = 2;
const folder = temporaryFolder();

/** A linear classifier as a converter writes it: reshape, matmul, bias, `last`, identity. */
async function graph(
  pixels: number,
  weights: Float32Array,
  last: 'Softmax' | 'Sigmoid' | 'none',
  shape: number[],
): Promise<tfjs.GraphModel> {
  const float = { dtype: { type: 'DT_FLOAT' } };
  const size = (...dims: number[]) => ({ shape: { shape: { dim: dims.map((d) => ({ size: String(d) })) } } });
  const T = { T: { type: 'DT_FLOAT' } };
  const constant = (name: string, type: string) => ({
    name,
    op: 'Const',
    input: [],
    attr: { dtype: { type } },
  });
  const node = [
    { name: 'images', op: 'Placeholder', input: [], attr: { ...float, ...size(-1, ...shape) } },
    constant('flat', 'DT_INT32'),
    constant('weights', 'DT_FLOAT'),
    constant('bias', 'DT_FLOAT'),
    { name: 'rows', op: 'Reshape', input: ['images', 'flat'], attr: T },
    {
      name: 'product',
      op: 'MatMul',
      input: ['rows', 'weights'],
      attr: { ...T, transpose_a: { b: false }, transpose_b: { b: false } },
    },
    { name: 'logits', op: 'BiasAdd', input: ['product', 'bias'], attr: T },
    ...(last === 'none' ? [] : [{ name: 'end', op: last, input: ['logits'], attr: T }]),
    { name: 'Identity', op: 'Identity', input: [last === 'none' ? 'logits' : 'end'], attr: T },
  ];
  const data = new Uint8Array(8 + weights.byteLength + classes * 4);
  data.set(new Uint8Array(Int32Array.of(-1, pixels).buffer), 0);
  data.set(new Uint8Array(weights.buffer), 8);
  return tf.loadGraphModel(
    tf.io.fromMemory({
      format: 'graph-model',
      modelTopology: { node, versions: { producer: 1 } },
      weightSpecs: [
        { name: 'flat', shape: [2], dtype: 'int32' },
        { name: 'weights', shape: [pixels, classes], dtype: 'float32' },
        { name: 'bias', shape: [classes], dtype: 'float32' },
      ],
      weightData: data.buffer,
    }),
  );
}

describe('a GraphModel', () => {
  const weights = Float32Array.from({ length: 48 * classes }, (_, i) => Math.sin(i));

  it.each(['Softmax', 'Sigmoid', 'none'] as const)(
    'ending in %s is explained by its logits',
    async (last) => {
      const model = await graph(48, weights, last, [4, 4, 3]);
      const x = tf.randomUniform([2, 4, 4, 3], 0, 1, 'float32', 1) as tfjs.Tensor4D;
      const map = attribute(tf, model, x, {
        method: 'gradient',
        target: [0, 1],
        channels: 'keep',
      }).dataSync();
      for (let i = 0; i < 2; i++)
        for (let p = 0; p < 48; p++) expect(map[i * 48 + p]).toBeCloseTo(weights[p * classes + i], 5);
    },
  );

  it('is watched like any model, and stands as a frozen base before one', async () => {
    const pixels = side * side * 3;
    const model = await graph(
      pixels,
      Float32Array.from({ length: pixels * classes }, (_, i) => Math.cos(i) / 50),
      'Softmax',
      [side, side, 3],
    );
    const base = await graph(
      pixels,
      Float32Array.from({ length: pixels * classes }, (_, i) => Math.cos(i) / 50),
      'none',
      [side, side, 3],
    );
    const head = tf.sequential({
      layers: [
        tf.layers.dense({
          inputShape: [classes],
          units: 2,
          activation: 'softmax',
          kernelInitializer: 'identity',
        }),
      ],
    });
    const store = join(folder, 'graph.sqlite');
    const common = {
      probe: probe(),
      store,
      inputRange: [0, 1] as [number, number],
      verbose: false,
      channels: [],
    };
    for (const [run, watched, features] of [
      ['whole', model, undefined],
      ['head', head, (images: tfjs.Tensor4D) => base.predict(images) as tfjs.Tensor],
    ] as const) {
      const monitor = await createMonitor(tf, { ...common, run, features });
      await monitor.observe(watched, { epoch: 0 });
      await monitor.close();
    }
    const read = openStore(store, { readonly: true });
    const rows = (run: string) => read.trajectories(run).map((row) => [row.segment, row.meanRank]);
    expect(rows('whole')).toHaveLength(3);
    expect(rows('head')).toEqual(rows('whole'));
    expect(read.run('whole').model).toMatchObject({ kind: 'GraphModel' });
    read.close();
  });

  it('is checked against the probe set', async () => {
    const model = await graph(48, weights, 'Softmax', [4, 4, 3]);
    const monitor = await createMonitor(tf, {
      probe: probe(),
      store: join(folder, 'no.sqlite'),
      inputRange: [0, 1],
      verbose: false,
    });
    await expect(monitor.observe(model, { epoch: 0 })).rejects.toMatchObject({ code: 'MODEL_INPUT' });
  });
});
