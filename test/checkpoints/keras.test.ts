import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { strToU8, zipSync } from 'fflate';
import { attribute } from 'satwatch';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Format, formats, type LoadedModel } from '../../src/checkpoints/formats/index.js';
import { disposeModel } from '../../src/checkpoints/keras/weights.js';
import { backend } from '../tf.js';
import { changedKeras } from './files.js';

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

const changed = (name: string, change: (config: any) => void) =>
  new Map([['', changedKeras(join(reference, name), change)]]);
const keras = () => formatOf('x.keras');
/** How far a model is from Keras' own predictions. */
async function predicted(model: LoadedModel, name = 'functional-3.keras'): Promise<number> {
  const rows = tf.tidy(() => ((model as tfjs.LayersModel).predict(images) as tfjs.Tensor).dataSync());
  disposeModel(model);
  return Math.max(...expected[name].flat().map((value, i) => Math.abs(value - rows[i])));
}
/** The first call of the first layer of a class. */
const called = (config: any, name: string) =>
  config.config.layers.find((one: any) => one.class_name === name).inbound_nodes[0];
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

  it('may have inputs and outputs by name, and a Sequential may be a list', async () => {
    const ends = changed('functional-3.keras', (c) => {
      c.config.input_layers = { picture: c.config.input_layers };
      c.config.output_layers = { class: c.config.output_layers };
    });
    expect(await predicted(await keras().load(ends, context()))).toBeLessThan(2e-6);
    const list = changed('sequential-3.keras', (c) => {
      c.config = c.config.layers;
    });
    const model = await keras().load(list, context());
    expect(await predicted(model, 'sequential-3.keras')).toBeLessThan(2e-6);
  });

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
      'a dilated depthwise convolution, which TensorFlow.js computes as if it were none',
      'functional-3.keras',
      (c) => {
        layer(c, 'DepthwiseConv2D').dilation_rate = [2, 2];
      },
      /\(DepthwiseConv2D\): dilation_rate = \[2,2\] is not in TensorFlow\.js\. Save it as a SavedModel/,
    ],
    [
      'a batch normalisation over another axis than the last',
      'functional-3.keras',
      (c) => {
        layer(c, 'BatchNormalization').axis = 1;
      },
      /\(BatchNormalization\): axis = 1 of 4 is not the last one.*Save it as a SavedModel/,
    ],
    [
      'a batch normalisation over several axes',
      'sequential-3.keras',
      (c) => {
        layer(c, 'BatchNormalization').axis = [1, 3];
      },
      /\(BatchNormalization\): axis = \[1,3\] is not in TensorFlow\.js/,
    ],
    [
      'calls of one layer that TensorFlow.js would number otherwise',
      'functional-3.keras',
      (c) => {
        const [node] = c.config.layers.find((one: any) => one.class_name === 'ZeroPadding2D').inbound_nodes;
        const later = structuredClone(node);
        later.args[0].config.keras_history[0] = layer(c, 'Conv2D').name;
        c.config.layers
          .find((one: any) => one.class_name === 'ZeroPadding2D')
          .inbound_nodes.splice(0, 1, later, node);
        called(c, 'Conv2D').args[0].config.keras_history[1] = 1;
      },
      /\(ZeroPadding2D\): TensorFlow\.js would mix up its calls/,
    ],
    [
      'a call with a mask',
      'functional-3.keras',
      (c) => {
        const node = called(c, 'ZeroPadding2D');
        node.kwargs = { mask: node.args[0] };
      },
      /a call with a mask is not in TensorFlow\.js/,
    ],
    [
      'a model without layers',
      'sequential-3.keras',
      (c) => {
        c.config.layers[0] = null;
      },
      /the model has no list of layers.*save the model again/,
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

  it.each([
    ['float16', '20 0f00 02000000 0000 1000 0a 05 00 0a 0f000000'],
    ['bfloat16', '20 0f00 02000000 0000 1000 07 08 00 07 7f000000'],
  ])('weights in %s', async (name, type) => {
    // HDF5's description of a float32 (File Format Specification 3.0, IV.A.2.d), and what stands in its place.
    const [from, to] = ['20 1f00 04000000 0000 2000 17 08 00 17 7f000000', type].map((hex) =>
      Buffer.from(hex.replaceAll(' ', ''), 'hex'),
    );
    const bytes = readFileSync(join(reference, 'sequential-3.h5'));
    for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) to.copy(bytes, at);
    await expect(formatOf('x.h5').load(new Map([['', bytes]]), context())).rejects.toThrow(
      new RegExp(`numbers of .*${name} cannot be read; save the weights in float32`),
    );
  });

  it('files that are no such thing', async () => {
    const none = new Map([['', Buffer.from('no model at all, but long enough to look like something')]]);
    await expect(formatOf('x.h5').load(none, context())).rejects.toThrow(
      /^no HDF5 file, or a damaged one; save the model again$/,
    );
    await expect(keras().load(none, context())).rejects.toThrow(/^no \.keras file.*save the model again$/);
    const damaged = readFileSync(join(reference, 'sequential-3.h5'));
    damaged.fill(0, 200, 4000);
    await expect(formatOf('x.h5').load(new Map([['', damaged]]), context())).rejects.toThrow(
      /^no HDF5 file, or a damaged one/,
    );
    const empty = new Map([['', Buffer.from(zipSync({ 'config.json': strToU8('{}') }))]]);
    await expect(keras().load(empty, context())).rejects.toThrow(/no metadata\.json/);
  });
});
