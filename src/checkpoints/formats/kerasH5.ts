import { open } from 'node:fs/promises';
import { SatwatchError } from '../../errors.js';
import { type File, groupAt, text, texts, weightAt, withH5 } from '../keras/h5.js';
import { loadKeras } from '../keras/load.js';
import { parseConfig } from '../keras/parseConfig.js';
import { byName, type Weight } from '../keras/weights.js';
import type { Format } from './format.js';

/** What `model.save('….h5')` writes, with Keras 2 or 3. */
export const kerasH5Format: Format = {
  name: 'Keras .h5',
  matches: (name, inside) => inside === null && /\.(h5|hdf5)$/i.test(name),

  async parts(path) {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const head = Buffer.alloc(64);
      await file.read(head, 0, head.length, 0);
      const expected = endOfFile(head);
      return expected === undefined || size >= expected
        ? { files: [''] }
        : { lacks: `${size} of ${expected} bytes` };
    } finally {
      await file.close();
    }
  },

  async load(contents, { tf }) {
    const { model, version, weights } = await withH5(contents.get('')!, read);
    return loadKeras(
      tf,
      model,
      version,
      byName((layer) => ({ weights: weights.get(layer) ?? [], mixed: false })),
    );
  },
};

function read(file: File) {
  const model = text(file, 'model_config');
  const group = groupAt(file, 'model_weights');
  if (!model || !group)
    throw new SatwatchError(
      'CHECKPOINT_UNREADABLE',
      'it holds no model (weights only?); save the whole model: model.save(path), or ModelCheckpoint(save_weights_only=False)',
      'model_config',
    );
  const weights = texts(group, 'layer_names').map((name): [string, Weight[]] => {
    const layer = groupAt(group, name);
    return [name, layer ? texts(layer, 'weight_names').flatMap((path) => weightAt(layer, path) ?? []) : []];
  });
  return {
    model: parseConfig(model, 'model_config'),
    version: text(file, 'keras_version'),
    weights: new Map(weights),
  };
}

/**
 * The length that an HDF5 file has when it is whole, from its superblock; undefined where that cannot be told
 * (HDF5 File Format Specification 3.0, section II.A).
 */
function endOfFile(head: Buffer): number | undefined {
  if (head.toString('latin1', 0, 8) !== '\x89HDF\r\n\x1a\n') return undefined;
  const version = head[8];
  const offsetSize = version < 2 ? head[13] : head[9];
  const at = version === 0 ? 40 : version === 1 ? 44 : 28;
  return version <= 3 && offsetSize === 8 ? Number(head.readBigUInt64LE(at)) : undefined;
}
