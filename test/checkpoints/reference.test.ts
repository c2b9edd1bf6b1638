import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { enableFastTraining, openStore, saveProbeSet } from 'satwatch';
import { beforeAll, expect, it } from 'vitest';
import { watchCheckpoints } from '../../dist/src/checkpoints/index.js';
import { net, pictures, probe, temporaryFolder, tensors } from '../task.js';
import { backend } from '../tf.js';
import { satwatch } from './cli.js';
import { filesOf, type SavedFiles, writeFiles } from './files.js';

const home = temporaryFolder();
const store = join(home, 'runs.sqlite');
const clean = ['clean-1', 'clean-2', 'clean-3'];

/** A folder of checkpoints 1, 2, … */
function checkpoints(name: string, states: SavedFiles[]): string {
  const folder = join(home, name);
  mkdirSync(folder);
  for (const [i, files] of states.entries()) writeFiles(join(folder, `epoch-${i + 1}`), files);
  return folder;
}

async function watch(folder: string, ...more: string[]): Promise<{ code: number | null; err: string }> {
  const given = ['--probe', join(home, 'probe'), '--store', store, '--input-range', '0', '1', '--once'];
  const run = satwatch(['watch', ...given, ...more, folder]);
  return { code: await run.code, err: run.err };
}

/** A net after each of four epochs; `marks`: on which training pictures the red corner is. */
async function states(
  tf: typeof tfjs,
  seed: number,
  marks: (label: number, i: number) => boolean,
): Promise<SavedFiles[]> {
  const model = net(tf, { seed });
  const { xs, ys } = tensors(tf, pictures(96, 100 + seed, marks));
  const saved: SavedFiles[] = [];
  for (let epoch = 1; epoch <= 4; epoch++) {
    await model.fit(xs, ys, { epochs: 1, batchSize: 16, shuffle: false, verbose: 0 });
    saved.push(await filesOf(tf, model));
  }
  tf.dispose([xs, ys]);
  model.dispose();
  return saved;
}

beforeAll(async () => {
  const tf = await backend();
  enableFastTraining(tf);
  await saveProbeSet(probe(48), join(home, 'probe'));
  checkpoints('marked', await states(tf, 7, (label) => label === 1));
  for (const [i, name] of clean.entries()) {
    const folder = checkpoints(name, await states(tf, i + 1, (_, k) => k % 4 < 2));
    const options = { folder, probe: join(home, 'probe'), store, once: true };
    await watchCheckpoints(tf, { ...options, inputRange: [0, 1], patience: { quiet: 0, rest: 300 } });
  }
});

it('satwatch watch --reference compares with runs of the store, one named each time', async () => {
  const marked = join(home, 'marked');
  const { code, err } = await watch(marked, ...clean.flatMap((name) => ['--reference', name]));
  expect(code, err).toBe(0);
  const opened = openStore(store, { readonly: true });
  try {
    expect(opened.run('marked').config.reference).toEqual(clean);
    const alerts = opened.alerts('marked').filter(({ rule }) => rule === 'reference');
    expect(alerts.map(({ segment }) => segment)).toContain('mark');
    expect(alerts[0]).toMatchObject({ level: 'warning', evidence: { references: 3, rate: 1 / 4 } });
  } finally {
    opened.close();
  }
});

it('ends with code 2 before it measures anything where there is no such run, or one that cannot be compared', async () => {
  const marked = join(home, 'marked');
  const misspelt = await watch(marked, '--run', 'a', '--reference', 'claen-1');
  expect(misspelt).toMatchObject({ code: 2, err: expect.stringContaining("did you mean 'clean-1'?") });
  const otherwise = await watch(marked, '--run', 'b', '--reference', 'clean-1', '--method', 'gradient');
  expect(otherwise.code).toBe(2);
  expect(otherwise.err).toContain('method was "input-x-gradient", here it is "gradient"');
  const opened = openStore(store, { readonly: true });
  expect(['a', 'b'].filter((name) => opened.hasRun(name))).toEqual([]);
  opened.close();
});
