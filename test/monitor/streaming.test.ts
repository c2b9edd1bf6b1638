import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import {
  createMonitor,
  enableFastTraining,
  loadProbeSet,
  openStore,
  type ProbeSet,
  saveProbeSet,
} from 'satwatch';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { differences, rowsOf } from '../robustness/rows.js';
import { said } from '../said.js';
import { markedTraining, net, probe, side, temporaryFolder } from '../task.js';
import { backend } from '../tf.js';

let tf: typeof tfjs;
const root = temporaryFolder();
let places = 0;

beforeAll(async () => {
  tf = await backend();
  enableFastTraining(tf);
});

/** The probe set of the other tests as files, most of them JPEGs of twice the size. */
async function onDisk(): Promise<string> {
  const folder = join(root, `probe-${places++}`);
  await saveProbeSet(probe(), folder);
  const layout = JSON.parse(readFileSync(join(folder, 'probe.json'), 'utf8'));
  for (const [i, image] of layout.images.entries()) {
    if (i % 5 === 4) continue;
    const png = join(folder, image.file);
    image.file = image.file.replace('.png', '.jpg');
    await sharp(png)
      .jpeg({ quality: 95, chromaSubsampling: i % 2 ? '4:4:4' : '4:2:0' })
      .toFile(join(folder, image.file));
    rmSync(png);
  }
  writeFileSync(join(folder, 'probe.json'), JSON.stringify(layout));
  return folder;
}

type Options = Parameters<typeof createMonitor>[1];
const quiet: Partial<Options> = { verbose: false, channels: [], run: 'r', keepMaps: 1 };

/** Epochs 0 to 2 of one training, observed on each of the sets; `harm` comes before the last observation. */
async function watch(
  sets: ProbeSet[],
  options: Partial<Options>,
  harm: () => void = () => {},
): Promise<string[]> {
  const stores = sets.map(() => join(root, `store-${places++}.sqlite`));
  const monitors = await Promise.all(
    sets.map((set, s) => createMonitor(tf, { ...quiet, probe: set, store: stores[s], ...options })),
  );
  const model = net(tf);
  const { xs, ys } = markedTraining(tf, 64);
  for (let epoch = 0; epoch <= 2; epoch++) {
    if (epoch === 2) harm();
    if (epoch > 0) await model.fit(xs, ys, { epochs: 3, verbose: 0 });
    const { numTensors } = tf.memory();
    for (const monitor of monitors) await monitor.observe(model, { epoch });
    expect(tf.memory().numTensors).toBe(numTensors);
  }
  for (const monitor of monitors) await monitor.close();
  tf.dispose([xs, ys]);
  model.dispose();
  return stores;
}

describe('a probe set whose pictures are decoded as they are needed', () => {
  it.each<[string, Partial<Options>]>([
    ['inputRange', { inputRange: [-1, 1] }],
    // Each picture by its own mean: pictures must not be mixed.
    ['preprocess', { preprocess: (images) => images.sub(images.mean()).div(128) }],
  ])('gives the same observations, bit for bit (%s)', async (_, options) => {
    const folder = await onDisk();
    const kept = await loadProbeSet(folder);
    const streamed = await loadProbeSet(folder, { memory: 5 * side * side * 3 });
    expect(streamed.id).toBe(kept.id);
    const [a, b] = (await watch([kept, streamed], options)).map((store) => rowsOf(store, 'r'));
    expect(differences(a, b)).toEqual([]);
    expect(a.effects.length).toBeGreaterThan(0);
    expect(a.alerts.length).toBeGreaterThan(0);
    expect(a.maps).toHaveLength(3 * kept.images.length);
  });

  it('leaves out a picture whose file is gone or another one, tells it once, and goes on', async () => {
    const folder = await onDisk();
    const streamed = await loadProbeSet(folder, { memory: 0 });
    const kept = await loadProbeSet(folder);
    const files = readdirSync(join(folder, 'images')).map((name) => join(folder, 'images', name));
    let stores: string[] = [];
    const words = await said(async () => {
      stores = await watch([kept, streamed], { inputRange: [0, 1] }, () => {
        rmSync(files[0]);
        writeFileSync(files[7], readFileSync(files[8]));
      });
    });
    expect(words.match(/left out/g)).toHaveLength(1);
    expect(words).toMatch(/2 of 48 probe pictures are left out of epoch 2: .*0000\.jpg.*no such file/);
    const [a, b] = stores.map((path) => {
      const store = openStore(path, { readonly: true });
      const read = {
        early: store.sats('r', 1),
        late: store.sats('r', 2),
        images: store.images('r', 'last')!.images,
        info: store.metrics('r'),
        effects: store.effects('r'),
        events: store.events('r').filter(({ kind }) => kind === 'error'),
      };
      store.close();
      return read;
    });
    expect(b.early).toEqual(a.early);
    expect(b.late).toEqual(a.late!.map((one, i) => (i === 0 || i === 7 ? { ...one, sat: null } : one)));
    expect(b.images[7]).toMatchObject({ predicted: null, margin: null, sat: null });
    expect(b.info.map(({ invalidImages }) => invalidImages)).toEqual([0, 0, 2]);
    expect(b.events).toHaveLength(1);
    // The reliance test goes on with the others.
    const measured = ({ effects }: typeof a) => effects.filter(({ epoch }) => epoch === 2);
    expect(measured(b).map(({ segment, className }) => [segment, className])).toEqual(
      measured(a).map(({ segment, className }) => [segment, className]),
    );
    for (const { effect, receivers } of measured(b)) {
      expect(effect).not.toBeNull();
      expect(receivers).toBeGreaterThan(8);
    }
    // Pastes of the two pictures are missing.
    expect(measured(b)).not.toEqual(measured(a));
  });

  it('observes nothing where all files are gone, and does not stop', async () => {
    const folder = await onDisk();
    const streamed = await loadProbeSet(folder, { memory: 0 });
    let stores: string[] = [];
    const words = await said(async () => {
      stores = await watch([streamed], { inputRange: [0, 1] }, () =>
        rmSync(join(folder, 'images'), { recursive: true }),
      );
    });
    expect(words).toMatch(/48 of 48 probe pictures are left out of epoch 2/);
    const store = openStore(stores[0], { readonly: true });
    expect(store.metrics('r').map(({ invalidImages }) => invalidImages)).toEqual([0, 0, 48]);
    expect(store.run('r').state).toBe('done');
    store.close();
  });
});
