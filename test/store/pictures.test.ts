import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/store/database.js';
import { openStore } from '../../src/store/index.js';
import { migrations } from '../../src/store/schema.js';
import { temporaryFolder } from '../task.js';
import { newAlert, none, observation, smallProbe, startRun } from './run.js';

const folder = temporaryFolder();
const probe = smallProbe();
const [width, height] = [probe.width, probe.height];
const area = width * height;
const map = (peak: number, seed: number) => ({
  peak,
  values: Int8Array.from({ length: area }, (_, p) => ((p * 37 + seed) % 255) - 127),
});

describe('the pictures of a probe set', () => {
  it('come back with their masks, and are written once', async () => {
    const store = openStore(join(folder, 'pictures.sqlite'));
    const writer = startRun(store, 'a');
    const jpeg = await sharp(Buffer.from(probe.images[1].pixels.slice(0, area)), {
      raw: { width, height, channels: 1 },
    })
      .jpeg()
      .toBuffer();
    expect(store.picture(probe.id, 1)).toBeNull();
    writer.pictures(probe.images.map(({ segments }, image) => ({ image, jpeg, segments })));
    writer.pictures([{ image: 1, jpeg: Buffer.from('another'), segments: probe.images[1].segments }]);
    expect(store.countPictures(probe.id)).toBe(probe.images.length);
    probe.images.forEach(({ segments }, i) => {
      const read = store.picture(probe.id, i)!;
      expect(read.jpeg.equals(jpeg)).toBe(true);
      const shown = segments.filter(({ mask }) => mask.runs.length > 0);
      expect(new Map(read.segments.map(({ name, mask }) => [name, mask]))).toEqual(
        new Map(shown.map(({ name, mask }) => [name, mask])),
      );
    });
    store.close();
  });
});

describe('an observation', () => {
  it('gives every image with prediction, margin and SAT by rank, and the maps that were kept', () => {
    const store = openStore(join(folder, 'images.sqlite'));
    const writer = startRun(store, 'a');
    const kept = new Map([
      [0, map(0.5, 3)],
      [2, map(1e-9, 90)],
    ]);
    writer.observation(observation(probe, 0), none);
    const written = observation(probe, 1, { step: 7, invalid: [1], maps: kept });
    writer.observation(written, none);
    const read = store.images('a', { epoch: 1 })!;
    expect(read).toMatchObject({ epoch: 1, step: 7, probeSet: probe.id });
    expect(store.images('a', { epoch: 1, step: 7 })).toEqual(read);
    expect(store.images('a', 'last')).toEqual(read);
    expect(store.images('a', 'first')!.epoch).toBe(0);
    expect(store.images('a', { epoch: 1, step: 8 })).toBeNull();
    read.images.forEach((image, i) => {
      expect(image).toMatchObject({ index: i, id: probe.images[i].id, label: probe.images[i].label });
      expect(image.predicted).toBe(written.predictions[i].predicted);
      if (i === 1) expect([image.sat, image.margin]).toEqual([null, null]);
      else {
        expect(image.margin).toBeCloseTo(written.predictions[i].margin!, 6);
        expect(image.sat).toEqual(
          written.sats[i]!.filter(({ area }) => area > 0).toSorted((a, b) => a.rank - b.rank),
        );
      }
    });
    expect(store.maps('a', 'last')).toEqual(new Map([...kept].map(([i, { peak }]) => [i, peak])));
    expect(store.map('a', 'last', 2)).toEqual(kept.get(2));
    expect(store.map('a', 'last', 1)).toBeNull();
    expect(store.maps('a', 'first').size).toBe(0);
    store.close();
  });

  it('gives what segments cost, also since a change', () => {
    const store = openStore(join(folder, 'costs.sqlite'));
    const writer = startRun(store, 'a');
    const costs = [
      {
        segment: 'mark',
        className: null,
        variant: 'present' as const,
        images: 4,
        accuracy: 0.75,
        margin: 1.5,
      },
      {
        segment: 'mark',
        className: 'cat',
        variant: 'pasted' as const,
        images: 3,
        accuracy: null,
        margin: null,
      },
    ];
    writer.observation(observation(probe, 0, { costs }), none);
    const seq = store.seq();
    writer.observation(observation(probe, 1, { costs: costs.slice(0, 1) }), none);
    const at = (epoch: number) => (cost: object) => ({ ...cost, epoch, step: null });
    expect(store.costs('a')).toEqual([...costs.map(at(0)), ...costs.slice(0, 1).map(at(1))]);
    expect(store.costs('a', { sinceSeq: seq })).toEqual(costs.slice(0, 1).map(at(1)));
    store.close();
  });

  it('keeps the pictures behind its alerts, also when it is written anew', () => {
    const store = openStore(join(folder, 'alerts.sqlite'));
    const writer = startRun(store, 'a');
    const written = observation(probe, 3, { invalid: [2] });
    const images = [
      { image: 1, map: map(2, 5) },
      { image: 2, map: null },
    ];
    const [alert] = writer.observation(written, { raised: [newAlert(3, { images })], updated: [] });
    expect(alert).not.toHaveProperty('images');
    writer.observation(observation(probe, 3), none);
    const [first, second] = store.alertImages(alert.id);
    expect(first).toMatchObject({ index: 1, id: probe.images[1].id, probeSet: probe.id, map: map(2, 5) });
    expect(first.margin).toBeCloseTo(written.predictions[1].margin!, 6);
    expect(first.sat).toEqual(written.sats[1]!.toSorted((a, b) => a.rank - b.rank));
    expect(second).toMatchObject({ index: 2, sat: null, map: null, predicted: null, margin: null });
    store.close();
  });
});

describe("an older satwatch's file", () => {
  const path = join(folder, 'old.sqlite');
  beforeAll(() => {
    const store = openStore(path);
    const writer = startRun(store, 'old');
    writer.observation(observation(probe, 0), { raised: [newAlert(0)], updated: [] });
    store.close();
    // What versions 2 and 3 added, taken away again.
    const db = new Database(path);
    for (const table of ['pictures', 'maps', 'alert_images', 'costs', 'deliveries'])
      db.exec(`DROP TABLE ${table}`);
    db.exec('ALTER TABLE observations DROP COLUMN predictions');
    for (const column of ['top', 'blur', 'flipped', 'lost'])
      db.exec(`ALTER TABLE effects DROP COLUMN ${column}`);
    db.pragma('user_version = 1');
    db.close();
  });

  it('is read by a reader and goes on with a writer: nothing is lost', () => {
    const reader = openStore(path, { readonly: true });
    expect(reader.alerts('old')).toHaveLength(1);
    const { images } = reader.images('old', 'last')!;
    expect(images.map(({ predicted }) => predicted)).toEqual(images.map(() => null));
    expect(images[0].sat).not.toBeNull();
    expect(reader.effects('old')[0]).toMatchObject({ effect: 0.125, fill: 0.25, blur: null, lost: null });
    expect(reader.picture(probe.id, 0)).toBeNull();
    reader.close();
    const store = openStore(path);
    expect(store.db.pragma('user_version', { simple: true })).toBe(migrations.length);
    startRun(store, 'old', { resume: true }).observation(observation(probe, 1), none);
    expect(store.metrics('old').map(({ epoch }) => epoch)).toEqual([0, 1]);
    store.close();
  });
});
