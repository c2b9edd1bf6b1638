import { open } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import { SatwatchError } from '../../errors.js';
import { weightAt, withH5 } from '../keras/h5.js';
import type { LayerJson } from '../keras/layers.js';
import { loadKeras } from '../keras/load.js';
import { parseConfig } from '../keras/parseConfig.js';
import { byPath, type Weight } from '../keras/weights.js';
import type { Format } from './format.js';

/** What `model.save('….keras')` writes: a zip of config.json, metadata.json and model.weights.h5. */
export const kerasFormat: Format = {
  name: 'Keras .keras',
  matches: (name, inside) => inside === null && /\.keras$/i.test(name),

  async parts(path) {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      // The zip's directory, written last, with no comment behind it.
      const tail = Buffer.alloc(Math.min(size, 22));
      await file.read(tail, 0, tail.length, size - tail.length);
      return tail.readUInt32BE(0) === 0x504b0506
        ? { files: [''] }
        : { lacks: `no end of the zip after ${size} bytes` };
    } catch (error) {
      if (error instanceof RangeError) return { lacks: 'it is empty' };
      throw error;
    } finally {
      await file.close();
    }
  },

  async load(contents, { tf }) {
    const files = unzipped(contents.get('')!);
    for (const name of parts)
      if (!files[name])
        throw new SatwatchError(
          'CHECKPOINT_UNREADABLE',
          `it has no ${name} inside; save the whole model: model.save(path)`,
          name,
        );
    const [model, metadata] = parts
      .slice(0, 2)
      .map((name) => parseConfig(Buffer.from(files[name]).toString('utf8'), name));
    const weights = await withH5(files['model.weights.h5'], (file) => {
      const found = new Map<string, Weight>();
      for (const path of file.paths().filter((path) => /^\/?layers\/.*\/vars\/\d+$/.test(path))) {
        const weight = weightAt(file, path);
        if (weight) found.set(path.replace(/^\//, ''), weight);
      }
      return found;
    });
    return loadKeras(
      tf,
      model as LayerJson,
      metadata.keras_version,
      byPath((path) => weights.get(path)),
    );
  },
};

const parts = ['config.json', 'metadata.json', 'model.weights.h5'];

function unzipped(bytes: Buffer): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, { filter: ({ name }) => parts.includes(name) });
  } catch (cause) {
    throw new SatwatchError(
      'CHECKPOINT_UNREADABLE',
      'no .keras file (a zip), or a damaged one; save the model again',
      undefined,
      { cause },
    );
  }
}
