import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SatwatchError } from '../../errors.js';
import { isFile } from '../isFile.js';
import type { Format, LoadContext } from './format.js';
import { loadTfjsFolder } from './tfjs.js';

/** The converter starts a Python with TensorFlow; a large model takes a minute. In ms. */
const timeLimit = 300_000;

/**
 * TensorFlow's SavedModel folder. TensorFlow.js cannot read it (tfjs-node can, but gives no gradients), so it is made a
 * GraphModel by `tensorflowjs_converter`.
 */
export const savedModelFormat: Format = {
  name: 'SavedModel',
  matches: (_, inside) => inside?.includes('saved_model.pb') ?? false,

  async parts(path) {
    const variables = await filesIn(join(path, 'variables'));
    if (variables.length > 0 && !variables.includes('variables.index'))
      return { lacks: 'variables/variables.index' };
    const shards = Number(/-of-(\d+)$/.exec(variables.find((name) => /\.data-/.test(name)) ?? '')?.[1] ?? 0);
    if (variables.filter((name) => /\.data-/.test(name)).length < shards)
      return { lacks: 'variables/variables.data-…' };
    if (variables.includes('variables.index') && shards === 0) return { lacks: 'variables/variables.data-…' };
    const assets = await filesIn(join(path, 'assets'));
    const files = [
      'saved_model.pb',
      ...variables.map((name) => `variables/${name}`),
      ...assets.map((name) => `assets/${name}`),
    ];
    return { files };
  },

  async load(contents, context) {
    const folder = await mkdtemp(join(tmpdir(), 'satwatch-convert-'));
    try {
      const from = join(folder, 'saved');
      for (const [name, bytes] of contents) {
        await mkdir(dirname(join(from, name)), { recursive: true });
        await writeFile(join(from, name), bytes);
      }
      await convert(from, join(folder, 'converted'), context);
      return await loadTfjsFolder(join(folder, 'converted'), context);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Links to nothing, pipes and the like are no part of the model. */
async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch((): string[] => []);
  const files = await Promise.all(
    names.map(async (name) => ((await isFile(join(folder, name))) ? [name] : [])),
  );
  return files.flat();
}

function convert(from: string, to: string, { converter, signal }: LoadContext): Promise<void> {
  const options = ['--input_format=tf_saved_model', '--output_format=tfjs_graph_model', from, to];
  return new Promise((resolve, reject) => {
    const child = spawn(converter, options, {
      stdio: ['ignore', 'ignore', 'pipe'],
      signal,
      timeout: timeLimit,
    });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said = (said + chunk).slice(-4000);
    });
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? missing(converter) : error),
    );
    child.once('close', (code, killed) => {
      if (code === 0) return resolve();
      const last = said.trim().split('\n').at(-1) ?? '';
      const how = killed
        ? `was ended by ${killed} (it has ${timeLimit / 1000} s)`
        : `ended with code ${code}`;
      reject(new SatwatchError('CHECKPOINT_UNREADABLE', `${converter} ${how}: ${last}`, converter));
    });
  });
}

function missing(converter: string): SatwatchError {
  return new SatwatchError(
    'CHECKPOINT_UNREADABLE',
    `a SavedModel needs the converter, and there is no command '${converter}': ` +
      '`pip install tensorflowjs "protobuf>=6.31.1"` and put it on the PATH, or give it as --converter COMMAND. ' +
      'Or let the training save `.keras` files (model.save(path)), which need no converter',
    converter,
  );
}
