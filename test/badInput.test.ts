import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import {
  createMonitor,
  enableFastTraining,
  type MonitorOptions,
  openStore,
  rules,
  SatwatchError,
  satCallback,
} from 'satwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../src/store/database.js';
import { markedTraining, net, probe, side, temporaryFolder } from './task.js';
import { backend } from './tf.js';

let tf: typeof tfjs;
const folder = temporaryFolder();
let count = 0;
const file = () => join(folder, `${count++}.sqlite`);
const options = (more: Partial<MonitorOptions> = {}): MonitorOptions => ({
  probe: probe(),
  store: file(),
  inputRange: [0, 1],
  verbose: false,
  ...more,
});

beforeAll(async () => {
  tf = await backend();
  enableFastTraining(tf);
});

/** The error's code, its subject and its words, of a call or of a promise. */
async function refused(call: () => unknown, code: string, words: RegExp): Promise<void> {
  let caught: unknown;
  try {
    await call();
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(SatwatchError);
  const { code: got, message } = caught as SatwatchError;
  expect(message).toMatch(words);
  expect(got).toBe(code);
}

describe('options, when the callback is made', () => {
  const made = (more: Partial<MonitorOptions> & Record<string, unknown>) => () =>
    satCallback(tf, options(more));

  it('names the nearest option', () =>
    refused(made({ inputRnage: [0, 1] }), 'UNKNOWN_OPTION', /'inputRnage'; did you mean 'inputRange'\?/));
  it('wants inputRange or preprocess', () =>
    refused(made({ inputRange: undefined }), 'INPUT_RANGE_MISSING', /inputRange: \[0, 1\].*preprocess/));
  it('refuses both at once', () =>
    refused(made({ preprocess: (x) => x }), 'BAD_OPTION', /both inputRange and preprocess/));
  it('refuses a range of one value', () =>
    refused(made({ inputRange: [1, 1] }), 'BAD_OPTION', /inputRange: got 1,1/));
  it('names the missing probe folder', () =>
    refused(made({ probe: join(folder, 'nowhere') }), 'PROBE_NOT_FOUND', /nowhere/));
  it('names the nearest method', () =>
    refused(made({ method: 'input-x-gradints' }), 'UNKNOWN_METHOD', /did you mean 'input-x-gradient'/));
  it("names the method's nearest option", () =>
    refused(
      made({ method: { name: 'integrated-gradients', stpes: 3 } }),
      'UNKNOWN_OPTION',
      /'stpes'.*'steps'/,
    ));
  it('refuses every: 0', () => refused(made({ every: 0 }), 'BAD_OPTION', /every: got 0/));
  it("refuses a rule's unknown option", () =>
    refused(
      () => rules.rankThreshold({ segmnet: 'mark', rank: 2 } as any),
      'UNKNOWN_OPTION',
      /'segmnet'; did you mean 'segment'/,
    ));
  it('refuses a threshold that is no rank', () =>
    refused(() => rules.rankThreshold({ segment: 'mark', rank: 0 }), 'BAD_OPTION', /rank: got 0/));
  it('refuses rules that are none', () =>
    refused(made({ rules: [{ segment: 'x' } as any] }), 'BAD_OPTION', /rules\.rankThreshold/));
  it('refuses channels that are none', () =>
    refused(made({ channels: ['console' as any] }), 'BAD_OPTION', /channels\.console\(\)/));
});

describe('the model and the probe set, before the first batch', () => {
  const started =
    (model: tfjs.LayersModel, more: Partial<MonitorOptions> = {}) =>
    async () => {
      const store = file();
      const monitor = await createMonitor(tf, options({ store, ...more }));
      await monitor.observe(model, { epoch: 0 });
    };
  const dense = (units: number, shape: number[]) =>
    tf.sequential({
      layers: [tf.layers.flatten({ inputShape: shape }), tf.layers.dense({ units, activation: 'softmax' })],
    });

  it('throws from fit, and nothing is trained', async () => {
    const model = net(tf);
    const before = model.getWeights().map((w) => Array.from(w.dataSync()));
    const { xs, ys } = markedTraining(tf, 16);
    const callback = satCallback(tf, options({ rules: [rules.rankThreshold({ segment: 'mrak', rank: 2 })] }));
    await refused(
      () => model.fit(xs, ys, { epochs: 1, verbose: 0, callbacks: [callback] }),
      'UNKNOWN_SEGMENT',
      /'mrak'.*did you mean 'mark'/,
    );
    expect(model.getWeights().map((w) => Array.from(w.dataSync()))).toEqual(before);
  });
  it('names both sizes', () =>
    refused(
      started(dense(2, [8, 8, 3])),
      'MODEL_INPUT',
      /takes pictures of 8×8×3.*probe set has 12×12×3.*loadProbeSet/,
    ));
  it('names both channel counts', () =>
    refused(started(dense(2, [12, 12, 1])), 'MODEL_INPUT', /12×12×1.*12×12×3/));
  it('names both class counts', () =>
    refused(started(dense(5, [12, 12, 3])), 'MODEL_OUTPUT', /5 classes.*2 \(dark, bright\)/));
  it('refuses an input that is no picture', () =>
    refused(
      started(tf.sequential({ layers: [tf.layers.dense({ inputShape: [432], units: 2 })] })),
      'MODEL_INPUT',
      /\[null,432\].*features/,
    ));
  it('refuses several inputs', () => {
    const [a, b] = [
      tf.input({ shape: [12, 12, 3], name: 'left' }),
      tf.input({ shape: [12, 12, 3], name: 'right' }),
    ];
    const flat = tf.layers.flatten().apply(tf.layers.add().apply([a, b])) as tfjs.SymbolicTensor;
    const model = tf.model({
      inputs: [a, b],
      outputs: tf.layers.dense({ units: 2 }).apply(flat) as tfjs.SymbolicTensor,
    });
    return refused(started(model), 'MODEL_INPUT', /2 inputs \(left, right\).*forward/);
  });
  it('names the layer without a gradient', () => {
    class Sorted extends tf.layers.Layer {
      static className = 'Sorted';
      override call(inputs: any) {
        return tf.topk(Array.isArray(inputs) ? inputs[0] : inputs, 4).values;
      }
    }
    const layers = [
      tf.layers.conv2d({ inputShape: [side, side, 3], filters: 4, kernelSize: 3 }),
      new Sorted({ name: 'sorter' }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 2 }),
    ];
    return refused(started(tf.sequential({ layers })), 'NO_GRADIENT', /'sorter' \(Sorted\)/);
  });
  it('names the class a rule lacks', () =>
    refused(
      started(net(tf), { rules: [rules.rankShift({ by: 1, className: 'brigth' })] }),
      'UNKNOWN_CLASS',
      /'brigth'.*did you mean 'bright'/,
    ));
});

describe('the store', () => {
  const first = (store: string) => async () => {
    const monitor = await createMonitor(tf, options({ store }));
    await monitor.observe(net(tf), { epoch: 0 });
    await monitor.close();
  };
  const mounts: string[] = [];
  afterAll(() => {
    for (const path of mounts) execFileSync('umount', [path]);
  });

  /** A file system of its own, which may be full or read-only; only root can make one. */
  function mounted(name: string, size: string): string | undefined {
    const path = join(folder, name);
    mkdirSync(path);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], { stdio: 'pipe' });
    } catch {
      return undefined;
    }
    mounts.push(path);
    return path;
  }

  it('refuses a file that is not SQLite', async () => {
    const path = join(folder, 'notes.sqlite');
    writeFileSync(
      path,
      'these are my notes, not a database; they are long enough to have a header'.repeat(20),
    );
    await refused(first(path), 'STORE_NOT_SQLITE', /notes\.sqlite.*not an SQLite file/);
  });
  it("refuses another program's database, and leaves it alone", async () => {
    const path = file();
    const db = new Database(path);
    db.exec('CREATE TABLE theirs (x)');
    await refused(first(path), 'STORE_NOT_SQLITE', /another program/);
    expect(db.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['theirs']);
    db.close();
  });
  it('refuses a newer version', async () => {
    const path = file();
    openStore(path).close();
    const db = new Database(path);
    db.pragma('user_version = 99');
    db.close();
    await refused(first(path), 'STORE_NEWER', /schema 99.*update satwatch/);
  });
  it('refuses a missing folder', () =>
    refused(first(join(folder, 'no', 'such.sqlite')), 'STORE_NOT_FOUND', /create .*no$/));
  it('refuses a missing file to read', () =>
    refused(
      () => openStore(join(folder, 'gone.sqlite'), { readonly: true }),
      'STORE_NOT_FOUND',
      /gone\.sqlite/,
    ));
  it('names the run that is there already', async () => {
    const path = file();
    const again = async () => {
      const monitor = await createMonitor(tf, options({ store: path, run: 'mine' }));
      await monitor.observe(net(tf), { epoch: 0 });
      await monitor.close();
    };
    await again();
    await refused(again, 'RUN_EXISTS', /'mine'.*resume: true/);
  });
  it('names the nearest run', async () => {
    const path = file();
    const monitor = await createMonitor(tf, options({ store: path, run: 'monday' }));
    await monitor.observe(net(tf), { epoch: 0 });
    await monitor.close();
    const read = openStore(path, { readonly: true });
    await refused(() => read.run('mondya'), 'RUN_UNKNOWN', /'mondya'.*did you mean 'monday'/);
    read.close();
  });

  it('refuses a read-only place', async ({ skip }) => {
    const root = process.getuid?.() === 0;
    const place = root ? mounted('readonly', '1m') : join(folder, 'readonly');
    if (place === undefined) return skip('root without the right to mount: no read-only place can be made');
    if (root) execFileSync('mount', ['-o', 'remount,ro', place]);
    else {
      mkdirSync(place);
      chmodSync(place, 0o555);
    }
    await refused(first(join(place, 'x.sqlite')), 'STORE_READONLY', /x\.sqlite.*permission/);
  });

  it('a disk that fills up costs observations, never the training, and nothing stored is lost', async ({
    skip,
  }) => {
    const place = mounted('full', '512k');
    if (place === undefined) return skip('only root can mount a small file system');
    const path = join(place, 'x.sqlite');
    const lines: string[] = [];
    const write = process.stderr.write;
    process.stderr.write = ((line: string) => lines.push(line) > 0) as typeof write;
    try {
      const { xs, ys } = markedTraining(tf, 16);
      const callback = satCallback(
        tf,
        options({ store: path, run: 'full', channels: [], reliance: { budget: 0 } }),
      );
      const { epoch } = await net(tf).fit(xs, ys, { epochs: 60, verbose: 0, callbacks: [callback] });
      expect(epoch).toHaveLength(60);
    } finally {
      process.stderr.write = write;
    }
    const told = lines.filter((line) => line.includes('the disk is full'));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/the training goes on/);
    const db = new Database(path);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    const stored = db.prepare('SELECT count(*) FROM observations').pluck().get() as number;
    expect(stored).toBeGreaterThan(2);
    expect(stored).toBeLessThan(61);
    db.close();
  });
});
