import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { createMonitor, enableFastTraining, openStore, saveProbeSet } from 'satwatch';
import { beforeAll, describe, expect, it } from 'vitest';
import { type WatchEvent, watchCheckpoints } from '../../dist/src/checkpoints/index.js';
import { net, probe, temporaryFolder } from '../task.js';
import { backend } from '../tf.js';
import { type Running, satwatch } from './cli.js';
import { changedKeras, filesOf, makePipe, type SavedFiles, trained, writeFiles } from './files.js';

const reference = join(import.meta.dirname, '../reference/keras');
const home = temporaryFolder();
const pictures = join(home, 'probe');
let tf: typeof tfjs;
/** The net after 1, 2, … epochs. */
let states: SavedFiles[];

beforeAll(async () => {
  tf = await backend();
  enableFastTraining(tf);
  states = await trained(tf, 6);
  await saveProbeSet(probe(24), pictures);
});

let places = 0;
/** A folder for checkpoints and the store beside it. */
function place(): { folder: string; store: string } {
  const own = join(home, String(places++));
  mkdirSync(join(own, 'run'), { recursive: true });
  return { folder: join(own, 'run'), store: join(own, 'runs.sqlite') };
}
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const watch = ({ folder, store }: ReturnType<typeof place>, ...more: string[]): Running =>
  satwatch(['watch', folder, '--probe', pictures, '--store', store, '--input-range', '0', '1', ...more]);

/** What a store's run holds: epochs, and the names and hashes of its checkpoints. */
function stored(path: string, run = 'run') {
  const store = openStore(path, { readonly: true });
  try {
    const events = store.events(run).filter(({ kind }) => kind === 'checkpoint');
    return {
      state: store.run(run).state,
      observations: store.metrics(run),
      epochs: store.metrics(run).map(({ epoch }) => epoch),
      names: events.map(({ message }) => message.replace(/^.*\/run\/| \(sha256.*$/g, '')),
      hashes: events.map(({ message }) => /sha256 (\w+)/.exec(message)![1]),
    };
  } finally {
    store.close();
  }
}

async function inProcess(at: ReturnType<typeof place>, more: object = {}): Promise<WatchEvent[]> {
  const events: WatchEvent[] = [];
  await watchCheckpoints(tf, {
    ...at,
    probe: pictures,
    inputRange: [0, 1],
    once: true,
    patience: { quiet: 100, rest: 300 },
    on: (event) => events.push(event),
    ...more,
  });
  return events;
}
const of = <K extends WatchEvent['kind']>(events: WatchEvent[], kind: K) =>
  events.filter((event): event is Extract<WatchEvent, { kind: K }> => event.kind === kind);

describe('satwatch watch --once', () => {
  it('goes through a folder of every form in the order of epochs, with its log, and knows them the next time', async () => {
    const at = place();
    const { folder, store } = at;
    writeFiles(join(folder, 'epoch-1'), states[0]);
    writeFiles(join(folder, 'epoch-2'), states[1]);
    cpSync(join(reference, 'transfer-3.keras'), join(folder, 'epoch-9.keras'));
    cpSync(join(reference, 'transfer-2.h5'), join(folder, 'epoch-10.h5'));
    cpSync(join(reference, 'graph'), join(folder, 'epoch-11'), { recursive: true });
    writeFileSync(join(folder, 'log.csv'), 'epoch,accuracy,loss\n0,0.5,0.7\n1,0.75,0.6\n');

    const first = watch(at, '--once');
    expect(await first.code, first.err).toBe(0);
    const before = stored(store);
    expect(before.epochs).toEqual([1, 2, 9, 10, 11]);
    expect(before.names).toEqual(['epoch-1', 'epoch-2', 'epoch-9.keras', 'epoch-10.h5', 'epoch-11']);
    expect(before.state).toBe('done');
    expect(before.observations.map(({ metrics }) => metrics)).toEqual([
      { accuracy: 0.5, loss: 0.7 },
      { accuracy: 0.75, loss: 0.6 },
      {},
      {},
      {},
    ]);
    expect(first.out).toMatch(
      /^epoch 2 {2}epoch-2 {2}probe accuracy \d+ % {2}accuracy 0.75 {2}loss 0.6 {2}\(/m,
    );
    expect(first.out).toContain('5 measured. Look:');
    expect(first.out).not.toContain('\r');
    expect(first.err).toBe('');

    const again = watch(at, '--once', '--json');
    expect(await again.code).toBe(0);
    const events = again.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as WatchEvent);
    expect(of(events, 'known')).toHaveLength(5);
    expect(of(events, 'measured')).toEqual([]);
    expect(stored(store).observations).toEqual(before.observations);
  });

  it('leaves out what cannot be measured, each told once with its reason, and goes on', async () => {
    const at = place();
    const { folder } = at;
    writeFiles(join(folder, 'epoch-1'), states[0]);
    writeFileSync(join(folder, 'epoch-2.keras'), 'rubbish, and nobody writes to it any more');
    const whole = readFileSync(join(reference, 'transfer-3.h5'));
    writeFileSync(join(folder, 'epoch-3.h5'), whole.subarray(0, 20_000));
    writeFileSync(join(folder, 'epoch-4.h5'), Buffer.alloc(30_000, 'rubbish'));
    cpSync(join(reference, 'only.weights.h5'), join(folder, 'epoch-5.weights.h5'));
    const smaller = tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [10, 10, 3], filters: 2, kernelSize: 3 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 2, activation: 'softmax' }),
      ],
    });
    writeFiles(join(folder, 'epoch-6'), await filesOf(tf, smaller));
    const classes = tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape: [12, 12, 3] }),
        tf.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    });
    writeFiles(join(folder, 'epoch-7'), await filesOf(tf, classes));
    writeFiles(join(folder, 'epoch-8'), states[1]);
    const outside = states[2].json.replace('group1-shard1of1.bin', '../epoch-8/group1-shard1of1.bin');
    writeFiles(join(folder, 'epoch-9'), { ...states[2], json: outside });
    writeFiles(join(folder, 'epoch-10'), { ...states[2], weights: states[2].weights.subarray(0, 100) });
    mkdirSync(join(folder, 'epoch-11'));
    writeFileSync(join(folder, 'epoch-11/saved_model.pb'), 'a graph');
    cpSync(join(folder, 'epoch-8'), join(folder, 'epoch-12'), { recursive: true });
    writeFiles(join(folder, 'epoch-13'), states[3]);
    writeFiles(join(folder, 'epoch-13-copy'), states[4]);
    writeFileSync(join(folder, 'best.h5'), 'whatever');
    writeFileSync(join(folder, 'notes.txt'), 'no model');

    const events = await inProcess(at, { converter: 'no-such-command' });
    expect(of(events, 'measured').map(({ name }) => name)).toEqual(['epoch-1', 'epoch-8', 'epoch-13']);
    const failed = Object.fromEntries(of(events, 'failed').map(({ name, error }) => [name, error]));
    expect(Object.keys(failed).sort()).toEqual(
      ['epoch-4.h5', 'epoch-5.weights.h5', 'epoch-6', 'epoch-7', 'epoch-9', 'epoch-11'].sort(),
    );
    expect(failed['epoch-4.h5']).toBe('no HDF5 file, or a damaged one; save the model again');
    expect(failed['epoch-5.weights.h5']).toContain('holds no model (weights only?)');
    expect(failed['epoch-6']).toContain('the model takes pictures of 10×10×3');
    expect(failed['epoch-7']).toContain('the model has 3 classes, the probe set 2');
    expect(failed['epoch-9']).toContain("'../epoch-8/group1-shard1of1.bin', which is outside its folder");
    expect(failed['epoch-11']).toMatch(/no command 'no-such-command': `pip install tensorflowjs/);
    const incomplete = Object.fromEntries(of(events, 'incomplete').map(({ name, lacks }) => [name, lacks]));
    expect(Object.keys(incomplete).sort()).toEqual(['epoch-10', 'epoch-2.keras', 'epoch-3.h5']);
    expect(incomplete['epoch-10']).toMatch(/group1-shard1of1\.bin: 100 of \d+ bytes/);
    expect(incomplete['epoch-3.h5']).toMatch(/20000 of \d+ bytes/);
    const skipped = Object.fromEntries(of(events, 'skipped').map(({ name, reason }) => [name, reason]));
    expect(skipped).toEqual({
      'best.h5': 'its name says no epoch, while others do',
      'epoch-13-copy': 'the same epoch is measured from epoch-13 already',
    });
    expect(of(events, 'known').map(({ name }) => name)).toEqual(['epoch-12']);
  });

  it('keeps no tensor of a checkpoint', async () => {
    const at = place();
    states.forEach((state, i) => {
      writeFiles(join(at.folder, `epoch-${i + 1}`), state);
    });
    for (const [i, name] of ['sequential-3.keras', 'transfer-3.h5', 'functional-3.keras'].entries())
      cpSync(join(reference, name), join(at.folder, `epoch-${7 + i}${name.replace(/.*(?=\.)/, '')}`));
    cpSync(join(reference, 'graph'), join(at.folder, 'epoch-10'), { recursive: true });
    const before = tf.memory().numTensors;
    const counts: number[] = [];
    const on = ({ kind }: WatchEvent) => kind === 'progress' && counts.push(tf.memory().numTensors);
    await inProcess(at, { on });
    expect(counts).toEqual(counts.map(() => before));
    expect(counts).toHaveLength(10);
    expect(tf.memory().numTensors).toBe(before);
    // Three classes are one too many for the probe set.
    expect(stored(at.store).epochs).toEqual([1, 2, 3, 4, 5, 6, 8, 10]);
  });

  it('numbers checkpoints without an epoch in their names by time', async () => {
    const at = place();
    ['late', 'early'].forEach((name, i) => {
      writeFiles(join(at.folder, name), states[i]);
      for (const file of ['model.json', 'group1-shard1of1.bin'])
        utimesSync(join(at.folder, name, file), 1.7e9 - i, 1.7e9 - i);
    });
    await inProcess(at);
    expect(stored(at.store)).toMatchObject({ epochs: [1, 2], names: ['early', 'late'] });
  });

  it('counts a checkpoint by its epoch, whatever its name says of batches, also where the one before is gone', async () => {
    const at = place();
    writeFiles(join(at.folder, 'net_batch64_epoch1'), states[0]);
    await inProcess(at);
    rmSync(join(at.folder, 'net_batch64_epoch1'), { recursive: true });
    for (const [i, name] of ['net_batch64_epoch2', 'epoch-3-batch-100', 'epoch-4-batch-100'].entries())
      writeFiles(join(at.folder, name), states[i + 1]);
    expect(of(await inProcess(at), 'skipped')).toEqual([]);
    const { epochs, observations } = stored(at.store);
    expect(epochs).toEqual([1, 2, 3, 4]);
    expect(observations.map(({ step }) => step)).toEqual([null, null, null, null]);
  });

  it('takes times for no epochs, and half an epoch for one', async () => {
    const at = place();
    const names = ['2026-11-26/10-02-38', '2026-11-26/10-01-38', 'model-1700000000', 'model_2026_11_26'];
    for (const [i, name] of names.entries()) {
      writeFiles(join(at.folder, name), states[i]);
      for (const file of ['model.json', 'group1-shard1of1.bin'])
        utimesSync(join(at.folder, name, file), 1.7e9 - i, 1.7e9 - i);
    }
    await inProcess(at);
    expect(stored(at.store)).toMatchObject({ epochs: [1, 2, 3, 4], names: names.toReversed() });
    const half = place();
    for (const [i, name] of ['epoch-1', 'epoch-1.5', 'epoch-2'].entries())
      writeFiles(join(half.folder, name), states[i]);
    await inProcess(half);
    expect(stored(half.store).epochs).toEqual([1, 1.5, 2]);
  });

  it('goes on with a folder that is itself the checkpoint', async () => {
    const at = place();
    for (const i of [0, 1]) {
      writeFiles(at.folder, states[i]);
      expect(of(await inProcess(at), 'measured')).toHaveLength(1);
    }
    expect(of(await inProcess(at), 'known')).toHaveLength(1);
    expect(stored(at.store).epochs).toEqual([1, 2]);
  });

  it('reads what links lead to, and leaves pipes, links to nothing and links to folders alone', async () => {
    const at = place();
    const { folder } = at;
    makePipe(join(folder, 'epoch-1.h5'));
    for (const name of ['epoch-2', 'epoch-3/variables', 'epoch-4', 'epoch-6'])
      mkdirSync(join(folder, name), { recursive: true });
    symlinkSync(join(folder, 'nothing.json'), join(folder, 'epoch-2/model.json'));
    for (const file of [
      'saved_model.pb',
      'variables/variables.index',
      'variables/variables.data-00000-of-00001',
    ])
      writeFileSync(join(folder, 'epoch-3', file), file);
    symlinkSync(join(folder, 'nothing'), join(folder, 'epoch-3/variables/old'));
    writeFileSync(join(folder, 'epoch-4/model.json'), states[0].json);
    makePipe(join(folder, 'epoch-4/group1-shard1of1.bin'));
    symlinkSync(folder, join(folder, 'epoch-5.keras'));
    writeFiles(join(folder, '../linked'), states[0]);
    for (const file of ['model.json', 'group1-shard1of1.bin'])
      symlinkSync(join(folder, '../linked', file), join(folder, 'epoch-6', file));
    writeFiles(join(folder, 'epoch-7'), states[1]);
    const events = await inProcess(at, { converter: 'no-such-command' });
    const told = events.flatMap((event) =>
      'name' in event && event.kind !== 'progress' ? [`${event.kind} ${event.name}`] : [],
    );
    expect(told).toEqual(['failed epoch-3', 'incomplete epoch-4', 'measured epoch-6', 'measured epoch-7']);
    writeFiles(join(folder, '../linked'), states[2]);
    expect(of(await inProcess(at), 'measured').map(({ name }) => name)).toEqual(['epoch-6']);
  });

  it('says how to mend a model that cannot be read', async () => {
    const at = place();
    const put = (epoch: number, change: object) => {
      const json = JSON.stringify({ ...JSON.parse(states[0].json), ...change });
      writeFiles(join(at.folder, `epoch-${epoch}`), { ...states[0], json });
    };
    put(1, { weightsManifest: {} });
    put(2, { weightsManifest: [{}] });
    const weights = [{ name: 'kernel', shape: [2], dtype: 'bfloat16' }];
    put(3, { weightsManifest: [{ paths: ['group1-shard1of1.bin'], weights }] });
    put(4, { modelTopology: { class_name: 'Sequential', config: [] } });
    const text = readFileSync(join(reference, 'transfer-3.h5'));
    const at5 = text.indexOf('"class_name"');
    writeFileSync(join(at.folder, 'epoch-5.h5'), text.fill('}', at5, at5 + 4));
    const events = await inProcess(at);
    expect(of(events, 'failed').map(({ error }) => error)).toEqual([
      'model.json: weightsManifest is no list of { paths, weights }; save the model again',
      'model.json: weightsManifest is no list of { paths, weights }; save the model again',
      "model.json: the weight 'kernel' has numbers of the type bfloat16, which TensorFlow.js has not; save it in float32",
      expect.stringMatching(/^TensorFlow\.js cannot load the model: .*\. Save it again; layers of your own/),
      expect.stringMatching(/^its model_config is damaged \(.*\); save the model again$/),
    ]);
    expect(of(events, 'incomplete')).toEqual([]);
  });

  it('refuses what TensorFlow.js computes otherwise than Keras, where Keras has made the model', async () => {
    const at = place();
    const head = () => [tf.layers.flatten(), tf.layers.dense({ units: 2, activation: 'softmax' })];
    const dilated = tf.layers.depthwiseConv2d({ inputShape: [12, 12, 3], kernelSize: 3, dilationRate: 2 });
    const rows = tf.layers.batchNormalization({ inputShape: [12, 12, 3], axis: 1 });
    for (const [i, first] of [dilated, rows].entries()) {
      const files = await filesOf(tf, tf.sequential({ layers: [first, ...head()] }));
      const json = JSON.stringify({ ...JSON.parse(files.json), generatedBy: 'keras v2.15.0' });
      writeFiles(join(at.folder, `epoch-${i + 1}`), { ...files, json });
    }
    const own = await filesOf(tf, tf.sequential({ layers: [dilated, ...head()] }));
    writeFiles(join(at.folder, 'epoch-3'), own);
    const before = tf.memory().numTensors;
    const events = await inProcess(at);
    expect(of(events, 'failed').map(({ error }) => error)).toEqual([
      expect.stringMatching(/\(DepthwiseConv2D\): dilation_rate = 2,2 is not in TensorFlow\.js\. Save it as/),
      expect.stringMatching(/\(BatchNormalization\): axis = 1 of 4 is not the last one/),
    ]);
    expect(of(events, 'measured').map(({ name }) => name)).toEqual(['epoch-3']);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('goes on where the first models do not fit, and takes the pictures’ size of a run that it goes on with', async () => {
    const at = place();
    const classes = tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape: [12, 12, 3] }),
        tf.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    });
    const larger = tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape: [14, 14, 3] }),
        tf.layers.dense({ units: 2, activation: 'softmax' }),
      ],
    });
    writeFiles(join(at.folder, 'epoch-1'), await filesOf(tf, classes));
    writeFiles(join(at.folder, 'epoch-2'), states[0]);
    expect(of(await inProcess(at), 'measured').map(({ name }) => name)).toEqual(['epoch-2']);
    writeFiles(join(at.folder, 'epoch-3'), await filesOf(tf, larger));
    writeFiles(join(at.folder, 'epoch-4'), states[1]);
    const events = await inProcess(at);
    expect(of(events, 'measured').map(({ name }) => name)).toEqual(['epoch-4']);
    expect(of(events, 'failed').find(({ name }) => name === 'epoch-3')!.error).toContain('14×14×3');
    expect(stored(at.store).epochs).toEqual([2, 4]);
  });

  it('measures all again where the probe set has changed, as a series of its own', async () => {
    const at = place();
    writeFiles(join(at.folder, 'epoch-1'), states[0]);
    writeFiles(join(at.folder, 'epoch-2'), states[1]);
    await inProcess(at);
    const other = join(home, 'other-probe');
    await saveProbeSet(probe(16), other);
    expect(of(await inProcess(at, { probe: other }), 'measured')).toHaveLength(2);
    expect(of(await inProcess(at, { probe: other }), 'known')).toHaveLength(2);
    expect(stored(at.store).epochs).toEqual([1, 2]);
  });

  it('converts a SavedModel with the command it is given', async () => {
    const at = place();
    cpSync(join(reference, 'graph'), join(at.folder, '../graph'), { recursive: true });
    mkdirSync(join(at.folder, 'epoch-1/variables'), { recursive: true });
    for (const file of [
      'saved_model.pb',
      'variables/variables.index',
      'variables/variables.data-00000-of-00001',
    ])
      writeFileSync(join(at.folder, 'epoch-1', file), file);
    // In the place of the converter, which is 2 GB of Python: the same arguments, a graph made by the real one.
    const converter = join(at.folder, '../converter.sh');
    writeFileSync(
      converter,
      `#!/bin/sh
test "$1 $2" = "--input_format=tf_saved_model --output_format=tfjs_graph_model" || exit 3
test "$(cat "$3/variables/variables.index")" = variables/variables.index || exit 4
echo "$4" > ${join(at.folder, '../where')}
cp -r ${join(at.folder, '../graph')} "$4"
`,
    );
    chmodSync(converter, 0o755);
    await inProcess(at, { converter });
    expect(stored(at.store).epochs).toEqual([1]);
    expect(existsSync(readFileSync(join(at.folder, '../where'), 'utf8').trim())).toBe(false);

    writeFileSync(converter, '#!/bin/sh\necho "some lines" >&2; echo "ValueError: no such op" >&2; exit 1\n');
    writeFileSync(join(at.folder, 'epoch-1/saved_model.pb'), 'another');
    const [failure] = of(await inProcess(at, { converter }), 'failed');
    expect(failure.error).toMatch(/converter\.sh ended with code 1: ValueError: no such op/);
  });

  it('skips what is deleted in the moment it is read', async () => {
    const at = place();
    for (const i of [0, 1, 2]) writeFiles(join(at.folder, `epoch-${i + 1}`), states[i]);
    const events: WatchEvent[] = [];
    const on = (event: WatchEvent) => {
      events.push(event);
      if (event.kind === 'progress' && event.name === 'epoch-2')
        rmSync(join(at.folder, 'epoch-2/group1-shard1of1.bin'));
    };
    await inProcess(at, { on });
    expect(of(events, 'measured').map(({ name }) => name)).toEqual(['epoch-1', 'epoch-3']);
    expect(of(events, 'skipped')).toEqual([
      { kind: 'skipped', name: 'epoch-2', reason: 'deleted before it was read' },
    ]);
  });
});

it('satwatch watch tells of what is listed and never there, and goes on', async () => {
  const at = place();
  const [here, away] = ['epoch-1/group1-shard1of1.bin', '../away.bin'].map((name) => join(at.folder, name));
  writeFiles(join(at.folder, 'epoch-1'), states[0]);
  writeFiles(join(at.folder, 'epoch-2'), states[1]);
  for (const file of [here, join(at.folder, 'epoch-1/model.json')]) utimesSync(file, 1.7e9, 1.7e9);
  const events: WatchEvent[] = [];
  const on = (event: WatchEvent) => {
    events.push(event);
    if (!('name' in event) || event.name !== 'epoch-1') return;
    renameSync(...((event.kind === 'progress' ? [here, away] : [away, here]) as [string, string]));
  };
  await inProcess(at, { on });
  expect(of(events, 'skipped')).toHaveLength(1);
  expect(of(events, 'failed')).toEqual([
    { kind: 'failed', name: 'epoch-1', error: expect.stringContaining('save it again, or remove it') },
  ]);
  expect(stored(at.store).epochs).toEqual([2]);
});

describe('satwatch watch', () => {
  it('measures a checkpoint whose files arrive in pieces once, when it is whole', async () => {
    const at = place();
    const run = watch(at);
    await run.printed(/^store /);
    const path = join(at.folder, 'epoch-1');
    const { json, weights } = states[0];
    mkdirSync(path);
    for (const end of [40, json.length]) {
      writeFileSync(join(path, 'model.json'), json.slice(0, end));
      await pause(300);
    }
    for (const share of [0, 0.4, 0.7]) {
      writeFileSync(join(path, 'group1-shard1of1.bin'), weights.subarray(0, share * weights.length));
      await pause(share === 0.4 ? 2500 : 300); // once longer than what counts as quiet
    }
    expect(run.out).not.toMatch(/^epoch|incomplete|not measured/m);
    const keras = readFileSync(join(reference, 'transfer-3.keras'));
    writeFileSync(join(at.folder, 'epoch-2.keras'), keras.subarray(0, 30_000));
    await pause(1500);
    writeFileSync(join(path, 'group1-shard1of1.bin'), weights);
    writeFileSync(join(at.folder, 'epoch-2.keras'), keras);
    await run.printed(/^epoch 2/);
    run.child.kill('SIGINT');
    expect(await run.code).toBe(0);
    expect(run.out).not.toMatch(/incomplete|not measured|left alone/);
    expect(stored(at.store)).toMatchObject({ epochs: [1, 2], state: 'done' });
    expect(run.err).toBe('');
  });

  it('killed in the middle and started again, measures each checkpoint once', async () => {
    const at = place();
    for (const i of [0, 1, 2]) writeFiles(join(at.folder, `epoch-${i + 1}`), states[i]);
    const first = watch(at);
    await first.printed(/^epoch 2/);
    first.child.kill('SIGKILL');
    await first.code;
    const before = stored(at.store);
    for (const i of [3, 4]) writeFiles(join(at.folder, `epoch-${i + 1}`), states[i]);
    const second = watch(at);
    await second.printed(/^epoch 5/);
    writeFiles(join(at.folder, 'epoch-6'), states[5]);
    await second.printed(/^epoch 6/);
    second.child.kill('SIGTERM');
    expect(await second.code).toBe(0);
    const after = stored(at.store);
    expect(after.epochs).toEqual([1, 2, 3, 4, 5, 6]);
    expect(new Set(after.hashes).size).toBe(after.hashes.length);
    expect(after.hashes).toHaveLength(6);
    expect(after.observations.slice(0, before.observations.length)).toEqual(before.observations);
  });

  it('measures what comes out of its order, and lets go of nothing', async () => {
    const at = place();
    for (const i of [0, 1, 4]) writeFiles(join(at.folder, `epoch-${i + 1}`), states[i]);
    expect(await watch(at, '--once').code).toBe(0);
    for (const i of [2, 5]) writeFiles(join(at.folder, `epoch-${i + 1}`), states[i]);
    expect(await watch(at, '--once').code).toBe(0);
    expect(stored(at.store).epochs).toEqual([1, 2, 3, 5, 6]);
  });

  it('killed, and started again where nothing is new, ends the run', async () => {
    const at = place();
    writeFiles(join(at.folder, 'epoch-1'), states[0]);
    const first = watch(at);
    await first.printed(/^epoch 1/);
    first.child.kill('SIGKILL');
    await first.code;
    expect(stored(at.store).state).toBe('running');
    const before = stored(at.store).observations;
    const second = watch(at, '--once');
    expect(await second.code, second.err).toBe(0);
    expect(stored(at.store)).toMatchObject({ state: 'done', observations: before });
  });

  it('says what to look at as a shell reads it', async () => {
    const at = { ...place(), store: join(home, "it's here.sqlite") };
    writeFiles(join(at.folder, 'epoch-1'), states[0]);
    const run = watch(at, '--once', '--run', 'the first');
    expect(await run.code, run.err).toBe(0);
    const [command] = /satwatch check .*/.exec(run.out)!;
    const words = execFileSync('sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' });
    expect(words.trim().split('\n')).toEqual(['satwatch', 'check', at.store, 'the first']);
  });

  // In a process of its own: TensorFlow.js would look for ever for what is not there.
  it('measures a model whose layers are called by name, and refuses one whose calls lead nowhere', async () => {
    const at = place();
    const changes: ((nodes: any[]) => void)[] = [
      (nodes) => {
        for (const node of nodes) Object.assign(node, { args: [], kwargs: { inputs: node.args[0] } });
      },
      ([node]) => {
        node.args = [];
      },
      ([node]) => {
        node.args[0].config.keras_history[0] = 'gone';
      },
      ([node]) => {
        node.args[0].config.keras_history[1] = 1;
      },
      ([node, next]) => {
        node.args[0].config.keras_history[0] = next.args[0].config.keras_history[0];
      },
    ];
    for (const [i, change] of changes.entries()) {
      const bytes = changedKeras(join(reference, 'transfer-3.keras'), ({ config }) =>
        change(config.layers.flatMap((layer: any) => layer.inbound_nodes)),
      );
      const file = join(at.folder, `epoch-${i + 1}.keras`);
      writeFileSync(file, bytes);
      utimesSync(file, 1.7e9, 1.7e9);
    }
    const run = watch(at, '--once');
    expect(await run.code, run.err).toBe(0);
    expect(stored(at.store).epochs).toEqual([1]);
    const refused = run.out.match(/(?<=not measured: layer ').*(?=\. Save it as a SavedModel)/g)!;
    expect(refused.map((line) => line.replace(/^.*\): /, '').replace(/_\d+/g, ''))).toEqual([
      'one of its calls has no input',
      "its input, call 0 of layer 'gone', is not in the model",
      expect.stringMatching(/^its input, call 1 of layer '\w+', is not in the model$/),
      expect.stringMatching(/^its input, call 0 of layer '\w+', is not in the model$/),
    ]);
  });

  it('interrupted in the middle of a folder, ends with code 130 and what is measured stored', async () => {
    const at = place();
    for (const i of [0, 1, 2, 3, 4, 5]) writeFiles(join(at.folder, `epoch-${i + 1}`), states[i]);
    const run = watch(at, '--once');
    await run.printed(/^epoch 1/);
    run.child.kill('SIGINT');
    expect(await run.code).toBe(130);
    const { state, epochs } = stored(at.store);
    expect(state).toBe('done');
    expect(epochs.length).toBeLessThan(6);
    expect(of(await inProcess(at), 'measured')).toHaveLength(6 - epochs.length);
  });

  it('follows one file that is overwritten, and a training that keeps only its last two checkpoints', async () => {
    const at = place();
    const run = watch(at);
    await run.printed(/^store /);
    for (const i of [0, 1, 2, 3, 4, 5]) {
      writeFiles(join(at.folder, `epoch-${i + 1}`), states[i]);
      rmSync(join(at.folder, `epoch-${i - 1}`), { recursive: true, force: true });
      await pause(i % 2 ? 900 : 200);
    }
    await run.printed(/^epoch 6/);
    run.child.kill('SIGINT');
    expect(await run.code).toBe(0);
    expect(run.out).not.toMatch(/not measured/);
    const { epochs, hashes } = stored(at.store);
    expect(epochs).toContain(5);
    expect(hashes).toHaveLength(epochs.length);

    const latest = place();
    const other = watch(latest);
    for (const i of [0, 1]) {
      writeFiles(latest.folder, states[i]);
      await other.printed(/^epoch \d+ {2}run/, i + 1);
    }
    other.child.kill('SIGINT');
    expect(await other.code).toBe(0);
    expect(stored(latest.store).epochs).toEqual([1, 2]);
  });
});

describe('satwatch watch refuses', () => {
  it.each<[string, object, RegExp]>([
    ['a folder that is not there', { folder: 'none' }, /no such folder: none/],
    ['a probe set that is not there', { probe: 'none' }, /--probe: no such folder or file: none/],
    ['an unknown method', { method: 'gradiant' }, /gradiant.*did you mean 'gradient'/],
    ['a log that is not there', { metrics: 'none.csv' }, /--metrics: none\.csv cannot be read/],
    ['a store in no folder', { store: '/none/runs.sqlite' }, /its folder does not exist/],
  ])('%s', async (_, options, message) => {
    const at = place();
    writeFiles(join(at.folder, 'epoch-1'), states[0]);
    await expect(inProcess(at, options)).rejects.toThrow(message);
  });

  it('what the command line says wrongly, with code 2', async () => {
    const { folder, store } = place();
    const given = ['watch', folder, '--probe', pictures, '--store', store];
    const runs = [
      { run: satwatch(given), said: /input-range/ },
      { run: satwatch([...given, '--input-range', '1']), said: /input-range/ },
      {
        run: satwatch([...given, '--input-range', '1', '1']),
        said: /got 1 1, expected two different numbers/,
      },
      { run: satwatch([...given, '--input-range', '0', '1', '--backend', 'wsam']), said: /mean 'wasm'/ },
      { run: satwatch([...given, '--input-range', '0', '1', '--wait']), said: /wait/ },
    ];
    for (const { run, said } of runs) {
      expect(await run.code).toBe(2);
      expect(run.err).toMatch(said);
    }
  });

  it('options and a probe set that cannot work, before there is any checkpoint', async () => {
    const { folder, store } = place();
    const start = (probeSet: string, ...more: string[]) =>
      satwatch(['watch', folder, '--probe', probeSet, '--store', store, '--input-range', '0', '1', ...more]);
    const broken = join(home, 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, 'probe.json'), '{ "version": 1, "classNames": ["a"], "images": [] }');
    const runs = [
      { run: start(pictures, '--method', 'gradiant'), said: /gradiant.*did you mean 'gradient'/ },
      { run: start(folder), said: /is no probe set: looked for probe\.json/ },
      { run: start(broken), said: /probe\.json.*images/ },
      { run: start(pictures, '--store', store), said: /--store: got .*, expected one value/ },
      { run: start(pictures, '--run'), said: /Not enough arguments following: run/ },
    ];
    for (const { run, said } of runs) {
      expect(await run.code).toBe(2);
      expect(run.err).toMatch(said);
      expect(run.err).not.toMatch(/^ +at /m);
    }
  });

  it('a folder without checkpoints, where nothing more is waited for', async () => {
    const run = watch(place(), '--once');
    expect(await run.code).toBe(2);
    expect(run.err).toMatch(/nothing in .* could be measured; expected TensorFlow\.js models/);
  });

  it('a run of another folder or of a training, unless it is named on purpose', async () => {
    const at = place();
    writeFiles(join(at.folder, 'epoch-1'), states[0]);
    await inProcess(at);
    const moved = place();
    writeFiles(join(moved.folder, 'epoch-2'), states[1]);
    await expect(inProcess({ ...moved, store: at.store })).rejects.toThrow(
      /run 'run' in .* is of another folder; give another name: --run/,
    );
    await inProcess({ ...moved, store: at.store }, { run: 'run' });
    expect(stored(at.store).epochs).toEqual([1, 2]);

    const model = net(tf);
    const monitor = await createMonitor(tf, {
      probe: probe(16),
      store: at.store,
      run: 'trained',
      inputRange: [0, 1],
      verbose: false,
    });
    await monitor.observe(model, { epoch: 0 });
    await monitor.close();
    model.dispose();
    await expect(inProcess(at, { run: 'trained' })).rejects.toThrow(/was written by a training/);
  });
});
