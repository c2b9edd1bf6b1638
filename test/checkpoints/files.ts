import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { markedTraining, net } from '../task.js';

export interface SavedFiles {
  json: string;
  weights: Buffer;
}

/** What `model.save` hands to a file writer. */
export async function filesOf(tf: typeof tfjs, model: tfjs.LayersModel): Promise<SavedFiles> {
  let files: SavedFiles | undefined;
  await model.save(
    tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
      const json = {
        format: 'layers-model',
        modelTopology,
        weightsManifest: [{ paths: ['group1-shard1of1.bin'], weights: weightSpecs }],
      };
      files = { json: JSON.stringify(json), weights: Buffer.from(weightData as ArrayBuffer) };
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  return files!;
}

export function writeFiles(folder: string, { json, weights }: SavedFiles): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.json'), json);
  writeFileSync(join(folder, 'group1-shard1of1.bin'), weights);
}

/** The small net after each of some epochs. */
export async function trained(tf: typeof tfjs, epochs: number): Promise<SavedFiles[]> {
  const model = net(tf);
  const { xs, ys } = markedTraining(tf, 32);
  const states: SavedFiles[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    await model.fit(xs, ys, { epochs: 1, verbose: 0 });
    states.push(await filesOf(tf, model));
  }
  model.dispose();
  xs.dispose();
  ys.dispose();
  return states;
}

/** A `.keras` file with its config.json changed, the rest as it was. */
export function changedKeras(file: string, change: (config: any) => void): Buffer {
  const files = unzipSync(readFileSync(file));
  const config = JSON.parse(strFromU8(files['config.json']));
  change(config);
  files['config.json'] = strToU8(JSON.stringify(config));
  return Buffer.from(zipSync(files));
}

/** A named pipe, which nobody writes to. */
export function makePipe(path: string): void {
  execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
}
