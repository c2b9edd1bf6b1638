import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { attribute } from 'satwatch';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Format, formats, type LoadedModel } from '../../src/checkpoints/formats/index.js';
import { disposeModel } from '../../src/checkpoints/keras/weights.js';
import { backend } from '../tf.js';

const reference = join(import.meta.dirname, '../reference/keras');
const expected: Record<string, number[][]> = JSON.parse(
  readFileSync(join(reference, 'expected.json'), 'utf8'),
);
const floats = (file: string) => new Float32Array(new Uint8Array(readFileSync(join(reference, file))).buffer);

let tf: typeof tfjs;
let images: tfjs.Tensor4D;
beforeAll(async () => {
  tf = await backend();
  images = tf.tensor4d(floats('images.f32'), [4, 12, 12, 3]);
});

const formatOf = (name: string): Format =>
  formats.find((format) =>
    format.matches(name, /\./.test(name) ? null : readdirSync(join(reference, name))),
  )!;
const context = () => ({ tf, converter: 'none', signal: new AbortController().signal });

async function load(name: string): Promise<LoadedModel> {
  const format = formatOf(name);
  const path = join(reference, name);
  const parts = await format.parts(path);
  if ('lacks' in parts) throw new Error(parts.lacks);
  const contents = new Map(parts.files.map((file) => [file, readFileSync(join(path, file))]));
  return format.load(contents, context());
}

/** The config.json of a `.keras` file changed, the rest as it was. */
function changed(name: string, change: (config: any) => void): Map<string, Buffer> {
  const files = unzipSync(readFileSync(join(reference, name)));
  const config = JSON.parse(strFromU8(files['config.json']));
  change(config);
  files['config.json'] = strToU8(JSON.stringify(config));
  return new Map([['', Buffer.from(zipSync(files))]]);
}
const keras = () => formatOf('x.keras');
const layer = (config: any, name: string) =>
  config.config.layers.find((one: any) => one.class_name === name).config;

describe('models written by Keras', () => {
  it.each(Object.keys(expected))('%s predicts as Keras does', async (name) => {
    const before = tf.memory().numTensors;
    const model = (await load(name)) as tfjs.LayersModel;
    const predicted = tf.tidy(() => (model.predict(images) as tfjs.Tensor).arraySync()) as number[][];
    predicted.forEach((row, i) => {
      row.forEach((value, j) => {
        expect(Math.abs(value - expected[name][i][j])).toBeLessThan(2e-6);
      });
    });
    disposeModel(model);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each(['converted-from-h5', 'converted-from-keras', 'graph'])(
    '%s (tensorflowjs_converter 4.22 of transfer-3) too',
    async (name) => {
      const model = (await load(name)) as tfjs.LayersModel;
      const predicted = tf.tidy(() => (model.predict(images) as tfjs.Tensor).dataSync());
      expected['transfer-3.keras'].flat().forEach((value, i) => {
        expect(Math.abs(predicted[i] - value)).toBeLessThan(2e-6);
      });
      disposeModel(model);
    },
  );

  it('let gradients flow through every layer', async () => {
    for (const name of ['sequential-3.keras', 'functional-3.keras', 'transfer-3.h5', 'graph']) {
      const model = await load(name);
      const map = attribute(tf, model, images, { method: 'gradient', target: 'predicted' });
      expect(Math.max(...map.abs().dataSync()), name).toBeGreaterThan(0);
      map.dispose();
      disposeModel(model);
    }
  });
});

describe('what cannot be read is said', () => {
  it('weights only', async () => {
    await expect(load('only.weights.h5')).rejects.toThrow(/holds no model \(weights only\?\).*model\.save/);
  });

  it.each<[string, string, (config: any) => void, RegExp]>([
    [
      'a layer that TensorFlow.js lacks',
      'sequential-3.keras',
      (c) => {
        c.config.layers.find((one: any) => one.class_name === 'Conv2D').class_name = 'ConvLSTM2D';
      },
      /layer 'conv2d\w*' \(ConvLSTM2D\): cannot be read in TensorFlow\.js\. Save it as a SavedModel/,
    ],
    [
      'an option',
      'sequential-3.keras',
      (c) => {
        layer(c, 'Conv2D').groups = 2;
      },
      /groups = 2 is not in TensorFlow\.js/,
    ],
    [
      'an activation',
      'sequential-3.keras',
      (c) => {
        layer(c, 'Conv2D').activation = 'hard_sigmoid';
      },
      /the activation 'hard_sigmoid'/,
    ],
    [
      'channels first',
      'functional-3.keras',
      (c) => {
        layer(c, 'DepthwiseConv2D').data_format = 'channels_first';
      },
      /data_format = "channels_first"/,
    ],
    [
      'an operation',
      'functional-3.keras',
      (c) => {
        c.config.layers.find((one: any) => one.class_name === 'TrueDivide').class_name = 'Power';
      },
      /\(Power\): cannot be read/,
    ],
    [
      'a custom layer of a known name',
      'sequential-3.keras',
      (c) => {
        c.config.layers.find((one: any) => one.class_name === 'Conv2D').module = 'mine.layers';
      },
      /\(Conv2D\): cannot be read/,
    ],
    [
      'a model of one’s own class',
      'sequential-3.keras',
      (c) => {
        c.class_name = 'MyModel';
      },
      /the model is a MyModel; only Sequential and Functional/,
    ],
    [
      'other shapes than the weights’',
      'sequential-3.keras',
      (c) => {
        layer(c, 'Dense').units = 9;
      },
      /layer 'dense\w*': its weights are \[\d+,8\] \[8\], expected \[\d+,9\] \[9\]/,
    ],
  ])('%s', async (_, name, change, message) => {
    await expect(keras().load(changed(name, change), context())).rejects.toThrow(message);
  });

  it('files that are no such thing', async () => {
    const none = new Map([['', Buffer.from('no model at all, but long enough to look like something')]]);
    for (const name of ['x.h5', 'x.keras'])
      await expect(formatOf(name).load(none, context())).rejects.toThrow();
    const empty = new Map([['', Buffer.from(zipSync({ 'config.json': strToU8('{}') }))]]);
    await expect(keras().load(empty, context())).rejects.toThrow(/no metadata\.json/);
  });
});
