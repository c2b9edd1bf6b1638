import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { SatwatchError } from '../../errors.js';
import { confined } from '../confined.js';
import type { LayerJson } from '../keras/layers.js';
import { loadKeras } from '../keras/load.js';
import { refuseMiscomputed } from '../keras/miscomputed.js';
import { byName, byPath, disposeModel, type Weight } from '../keras/weights.js';
import type { Format, LoadContext, LoadedModel } from './format.js';

const main = 'model.json';

interface ModelJson extends tfjs.io.ModelArtifacts {
  format?: string;
  modelTopology: Record<string, any>;
  weightsManifest?: { paths: string[]; weights: tfjs.io.WeightsManifestEntry[] }[];
}

/** A LayersModel or a GraphModel of TensorFlow.js: `model.json` and the weight files that it names. */
export const tfjsFormat: Format = {
  name: 'TensorFlow.js',
  matches: (_, inside) => inside?.includes(main) ?? false,

  async parts(path) {
    const model = parse(await readFile(join(path, main), 'utf8'));
    if (!model) return { lacks: `${main} is no whole JSON` };
    const files = [main];
    for (const { paths, weights } of manifestOf(model)) {
      let bytes = 0;
      for (const file of paths) {
        confined(path, file);
        const found = await stat(join(path, file)).catch(() => null);
        if (!found?.isFile()) return { lacks: `${file} is not there` };
        bytes += found.size;
        files.push(file);
      }
      const expected = byteSize(weights);
      if (expected !== undefined && bytes !== expected)
        return { lacks: `${paths.join(', ')}: ${bytes} of ${expected} bytes` };
    }
    return { files };
  },

  async load(contents, { tf }) {
    const model = parse(contents.get(main)!.toString('utf8'))!;
    const manifest = manifestOf(model);
    const weightSpecs = manifest.flatMap(({ weights }) => weights);
    const shards = manifest.flatMap(({ paths }) => paths.map((file) => contents.get(file)!));
    const weightData = joined(shards);
    const topology = model.modelTopology;
    if (!topology || weightSpecs.length === 0)
      throw new SatwatchError(
        'CHECKPOINT_UNREADABLE',
        `${main} holds no ${topology ? 'weights' : 'model'}`,
        main,
      );
    if (model.format === 'graph-model' || topology.node)
      return loaded(tf.loadGraphModel(tf.io.fromMemory({ ...model, weightSpecs, weightData })));
    const keras = topology.model_config ?? topology;
    if (isKeras3(keras)) return loadKeras3(tf, keras, topology.keras_version, { weightSpecs, weightData });
    const layers = await loaded(
      tf.loadLayersModel(tf.io.fromMemory({ modelTopology: topology, weightSpecs, weightData })),
    );
    try {
      // What was trained in TensorFlow.js is what TensorFlow.js computes.
      if (/^keras/i.test(model.generatedBy ?? '')) refuseMiscomputed(layers);
      return layers;
    } catch (error) {
      disposeModel(layers);
      throw error;
    }
  },
};

/** @throws SatwatchError CHECKPOINT_UNREADABLE in place of TensorFlow.js's own errors */
function loaded<T>(model: Promise<T>): Promise<T> {
  return model.catch((cause) => {
    const [words] = String(cause?.message ?? cause).split('\n');
    throw new SatwatchError(
      'CHECKPOINT_UNREADABLE',
      `TensorFlow.js cannot load the model: ${words.replace(/\.$/, '')}. Save it again; layers of your own class cannot be read`,
      main,
      { cause },
    );
  });
}

/** Of a folder's files: a model that some program has written beside others. */
export async function loadTfjsFolder(path: string, context: LoadContext): Promise<LoadedModel> {
  const parts = await tfjsFormat.parts(path);
  if ('lacks' in parts) throw new SatwatchError('CHECKPOINT_UNREADABLE', `${dirname(path)}: ${parts.lacks}`);
  const contents = await Promise.all(
    parts.files.map(async (file): Promise<[string, Buffer]> => [file, await readFile(join(path, file))]),
  );
  return tfjsFormat.load(new Map(contents), context);
}

function parse(text: string): ModelJson | undefined {
  try {
    const value = JSON.parse(text);
    return value && typeof value === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** @throws SatwatchError CHECKPOINT_UNREADABLE where it is none */
function manifestOf({ weightsManifest = [] }: ModelJson): NonNullable<ModelJson['weightsManifest']> {
  const whole =
    Array.isArray(weightsManifest) &&
    weightsManifest.every(
      (group) =>
        Array.isArray(group?.paths) &&
        group.paths.every((path) => typeof path === 'string') &&
        Array.isArray(group.weights) &&
        group.weights.every((weight) => Array.isArray(weight?.shape)),
    );
  if (whole) return weightsManifest;
  throw new SatwatchError(
    'CHECKPOINT_UNREADABLE',
    `${main}: weightsManifest is no list of { paths, weights }; save the model again`,
    'weightsManifest',
  );
}

/** In memory of their own: a Buffer may share its. */
function joined(buffers: readonly Buffer[]): ArrayBuffer {
  const bytes = new Uint8Array(buffers.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const buffer of buffers) {
    bytes.set(buffer, at);
    at += buffer.length;
  }
  return bytes.buffer;
}

const sizes: Record<string, number> = {
  float32: 4,
  int32: 4,
  bool: 1,
  uint8: 1,
  uint16: 2,
  float16: 2,
  complex64: 8,
};

/**
 * Of a group of weights; undefined where it holds texts, whose size nothing tells beforehand.
 * @throws SatwatchError CHECKPOINT_UNREADABLE where numbers are of a type that TensorFlow.js has not
 */
function byteSize(weights: tfjs.io.WeightsManifestEntry[]): number | undefined {
  let bytes = 0;
  for (const { name, dtype, shape, quantization } of weights) {
    if (dtype === 'string') return undefined;
    const type = quantization?.dtype ?? dtype;
    if (!Object.hasOwn(sizes, type))
      throw new SatwatchError(
        'CHECKPOINT_UNREADABLE',
        `${main}: the weight '${name}' has numbers of the type ${type}, which TensorFlow.js has not; save it in float32`,
        name,
      );
    bytes += sizes[type] * shape.reduce((product, side) => product * side, 1);
  }
  return bytes;
}

/** The converter writes the JSON of Keras 3 as it is, which `tf.loadLayersModel` does not read. */
function isKeras3(model: LayerJson): boolean {
  return JSON.stringify(model?.config ?? {}).includes('"batch_shape"');
}

async function loadKeras3(
  tf: LoadContext['tf'],
  model: LayerJson,
  version: string | undefined,
  { weightSpecs, weightData }: { weightSpecs: tfjs.io.WeightsManifestEntry[]; weightData: ArrayBuffer },
): Promise<LoadedModel> {
  const tensors = tf.io.decodeWeights(weightData, weightSpecs);
  const weights = new Map<string, Weight>();
  for (const [name, tensor] of Object.entries(tensors)) {
    weights.set(name, { name, shape: tensor.shape, values: Float32Array.from(await tensor.data()) });
    tensor.dispose();
  }
  const paths = [...weights.keys()].some((name) => name.startsWith('layers/'));
  const source = paths
    ? byPath((path) => weights.get(path))
    : byName(() => ({ weights: [...weights.values()], mixed: true }));
  return loadKeras(tf, model, version ?? '3', source);
}
