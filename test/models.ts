import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';

/** A LayersModel from its folder; tfjs itself reads files only with tfjs-node. */
export async function loadModel(tf: typeof tfjs, folder: string): Promise<tfjs.LayersModel> {
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
  const groups = weightsManifest as { paths: string[]; weights: tfjs.io.WeightsManifestEntry[] }[];
  const bytes = Buffer.concat(
    groups.flatMap(({ paths }) => paths.map((path) => readFileSync(join(folder, path)))),
  );
  return tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology,
      weightSpecs: groups.flatMap(({ weights }) => weights),
      weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
    }),
  );
}
