import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openStore, type Store } from 'satwatch';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './task.js';

const root = join(import.meta.dirname, '..');
const data = join(root, '../shared/data');
const has = (...folders: string[]) => folders.every((folder) => existsSync(join(data, folder)));
const folder = temporaryFolder();
const stores: Store[] = [];

/** The example as its user starts it; where it ran, and what it said. */
async function example(name: string, ...options: string[]): Promise<{ store: Store; output: string }> {
  const file = join(folder, `${name}.sqlite`);
  const script = join(root, `dist/examples/${name}.js`);
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [script, '--store', file, ...options],
    { cwd: folder },
  );
  const store = openStore(file, { readonly: true });
  stores.push(store);
  return { store, output: stdout + stderr };
}
afterAll(() => {
  for (const store of stores) store.close();
});

const epochsOf = (store: Store, run: string) => store.metrics(run).map(({ epoch }) => epoch);

describe.concurrent('examples', () => {
  it('quickstart: the corner raises the alarm', async () => {
    const { store, output } = await example('quickstart');
    const [run] = store.runs();
    expect(run.state).toBe('done');
    expect(epochsOf(store, run.name)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(store.alerts(run.id)).toContainEqual(
      expect.objectContaining({ level: 'alarm', segment: 'corner', className: 'bright' }),
    );
    expect(output).toMatch(/satwatch ALARM .* towards 'bright' when 'corner' is present/);
  });

  it('custom-loop: the monitor ends the loop, and keeps its loss', async () => {
    const { store } = await example('custom-loop');
    const [run] = store.runs();
    const observations = store.metrics(run.id);
    expect(run.state).toBe('done');
    expect(observations.length).toBeLessThan(21);
    expect(observations.at(-1)!.metrics.loss).toBeLessThan(Math.log(2));
    // The weights differ from start to start, and other classes may be warned of in the same epoch.
    expect(store.alerts(run.id)).toContainEqual(
      expect.objectContaining({ level: 'alarm', segment: 'corner', epoch: observations.at(-1)!.epoch }),
    );
  });
});

describe.runIf(has('bar'))('examples on BAR (skipped where ../shared/data/bar is not there)', () => {
  it('bar: each action with who acts and the place that it is tied to', { timeout: 120_000 }, async () => {
    const script = join(root, 'dist/examples/experiments/bar.js');
    const options = ['--data', join(data, 'bar'), '--quick', '--workers', '1'];
    await promisify(execFile)(process.execPath, [script, ...options], { cwd: folder });
    const { probes } = JSON.parse(readFileSync(join(folder, 'experiments-quick/bar.json'), 'utf8'));
    expect(probes[0]).toMatchObject({
      probe: 'probe-train',
      pairs: [
        { className: 'climbing', actor: 'person', place: 'rock' },
        { className: 'diving', actor: 'person', place: 'water' },
        { className: 'fishing', actor: 'person', place: 'water' },
        { className: 'pole-vaulting', actor: 'person', place: 'sky' },
        { className: 'racing', actor: 'vehicle', place: 'track' },
        { className: 'throwing', actor: 'person', place: 'field' },
      ],
    });
    for (const { verdicts } of probes)
      for (const { classes } of verdicts)
        for (const { place, actor } of classes)
          for (const { mean, chance } of [place, actor])
            expect([mean, chance].every((rank) => rank >= 1 && rank < 6)).toBe(true);
  });
});

describe.runIf(has('efficientnet-lite0', 'chihuahua'))(
  'examples on Chihuahuas (skipped where ../shared/data/efficientnet-lite0 and chihuahua are not there)',
  () => {
    it('imagenet: a run for each method, on the network as it should answer, and how they agree', async () => {
      const { store, output } = await example(
        'imagenet',
        ...['--data', data, '--images', '2', '--steps', '1', '--steps', '2'],
        ...[
          '--methods',
          'gradient,input-x-gradient,integrated-gradients,deep-taylor,grad-cam,segment-ablation',
        ],
      );
      expect(store.runs().map(({ name, state }) => `${name}: ${state}`)).toEqual(
        [
          'gradient',
          'input-x-gradient',
          'integrated-gradients, gauss-legendre 1',
          'integrated-gradients, gauss-legendre 2',
          'deep-taylor',
          'grad-cam',
          'grad-cam, top_relu',
          'segment-ablation',
        ]
          .map((name) => `${name}: done`)
          .reverse(),
      );
      // The README of the photographs has the network's rank of Chihuahua for each: 3 and 1.
      const answers = store.images('gradient', 'last')!.images.map(({ predicted }) => predicted === 151);
      expect(answers).toEqual([false, true]);
      expect(output).toMatch(/input-x-gradient( +\d\.\d\d \(\d\.\d\d\)){6}/);
      expect(output).toMatch(/segment-ablation \/ area( +\d\.\d\d){6} /);
      expect(output).toMatch(/integrated-gradients, gauss-legendre 2: \d+ % on average/);
      expect(output).toMatch(/of the mean ranks +[01]\.\d\d\n/);
      expect(output).toMatch(/of the ranks of a photograph, the mean of 2 +[01]\.\d\d\n/);
      expect(output).toMatch(/\n2 +input-x-gradient +-?\d+ +·( +-?\d+){7}\n/);
    });
  },
);

describe.runIf(has('bar', 'efficientnet-lite0'))(
  'examples on BAR with a base (skipped where ../shared/data/bar and efficientnet-lite0 are not there)',
  () => {
    it('transfer: tables of pictures, through the frozen base', async () => {
      const { store } = await example(
        'transfer',
        ...['--data', data, '--epochs', '1', '--every', '1', '--images', '1'],
      );
      const run = 'transfer probe-train, seed 1';
      expect(epochsOf(store, run)).toEqual([0, 1]);
      const ranks = store.sats(run).map(({ sat }) => sat!.map(({ rank }) => rank));
      expect(ranks).toHaveLength(6);
      for (const list of ranks) expect(new Set(list).size).toBeGreaterThan(1);
    });
  },
);

const python = process.env.SATWATCH_PYTHON ?? 'python3';
const hasKeras = spawnSync(python, ['-c', 'import keras, tensorflow']).status === 0;

describe.runIf(hasKeras)(
  'the Keras example (skipped where python3, or SATWATCH_PYTHON, has no Keras)',
  () => {
    it('is measured from its checkpoints and its log, without a line of satwatch in it', async () => {
      const cwd = join(root, 'examples/keras');
      const [probe, checkpoints, file] = ['probe', 'checkpoints', 'keras.sqlite'].map((name) =>
        join(folder, name),
      );
      const run = promisify(execFile);
      await run(python, ['pictures.py', probe], { cwd });
      await run(python, ['train.py', checkpoints, '--epochs', '2'], { cwd });
      const cli = join(root, 'dist/src/cli/main.js');
      const options = ['--probe', probe, '--store', file, '--input-range', '0', '255', '--once'];
      await run(process.execPath, [cli, 'watch', checkpoints, ...options]);
      const store = openStore(file, { readonly: true });
      stores.push(store);
      const [{ name }] = store.runs();
      expect(epochsOf(store, name)).toEqual([1, 2]);
      for (const { metrics, probeAccuracy } of store.metrics(name)) {
        expect(metrics).toMatchObject({ accuracy: expect.any(Number), val_loss: expect.any(Number) });
        expect(probeAccuracy).toBeGreaterThan(0.3);
      }
      const stamp = store.trajectories(name).filter(({ segment }) => segment === 'stamp');
      expect(stamp).toMatchObject([{ n: 80 }, { n: 80 }]);
    });
  },
);
