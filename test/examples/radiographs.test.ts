import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { maskToBitmap, openStore } from 'satwatch';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { chest, traces } from '../../examples/experiments/radiographs/index.js';
import { accuracies, found, named } from '../../examples/experiments/radiographs/judge.js';
import { configure } from '../../examples/experiments/runs/config.js';
import { createData } from '../../examples/experiments/runs/data.js';
import { bitmapOf, drawPicture, type Picture } from '../../examples/experiments/runs/picture.js';
import type { RunResult } from '../../examples/experiments/runs/run.js';
import { shortcuts } from '../../examples/experiments/shortcuts/index.js';
import { tasks } from '../../examples/experiments/tasks/index.js';
import { Dice } from '../../src/demo/dice.js';
import { paint } from '../../src/demo/paint.js';
import { temporaryFolder } from '../task.js';

const folder = temporaryFolder();
const side = 48;
const run = promisify(execFile);
const program = (name: string) => join(import.meta.dirname, `../../dist/examples/${name}.js`);

const changed = (a: Uint8Array, b: Uint8Array) =>
  Array.from({ length: a.length / 3 }, (_, p) => p).filter((p) => a[3 * p] !== b[3 * p]);
const inside = (bitmap: Uint8Array) => [...bitmap.keys()].filter((p) => bitmap[p] === 1);
const stamped = (name: string, seed: number) => {
  const plain = drawPicture(chest, seed % 2, new Dice(seed), side);
  return { plain, marked: traces[name].stamp(plain, chest, new Dice(seed, 1), side) };
};

describe('the drawn radiographs', () => {
  it('are grey, with every part, whose mask is where its colour reaches', () => {
    for (let seed = 1; seed <= 6; seed++) {
      const { pixels, segments } = drawPicture(chest, seed % 2, new Dice(seed), side);
      expect(pixels.every((value, i) => value === pixels[i - (i % 3)])).toBe(true);
      expect(segments.map(({ name }) => name).sort()).toEqual(Object.keys(chest.roles).sort());
      for (const { name, mask } of segments) {
        const layers = chest
          .draw(seed % 2, new Dice(seed), side)
          .map((layer) => (layer.part === name ? { ...layer, colour: () => [255, 0, 255] as const } : layer));
        // No grey is this colour, so that every pixel it reaches differs in one channel.
        const painted = paint(side, layers).pixels;
        expect(
          Array.from({ length: side * side }, (_, p) => p).filter(
            (p) => painted[3 * p] !== painted[3 * p + 1],
          ),
          `${name}, seed ${seed}`,
        ).toEqual(inside(maskToBitmap(mask)));
      }
    }
  });

  it('differ between the classes by what is in the lungs alone', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const [ill, healthy] = [0, 1].map((label) => drawPicture(chest, label, new Dice(seed), side));
      expect(ill.segments).toEqual(healthy.segments);
      const [lungs, heart] = ['lungs', 'heart'].map((name) => bitmapOf(ill, name)!);
      const different = changed(ill.pixels, healthy.pixels);
      // Some of a soft border lies over the heart.
      expect(different.filter((p) => !lungs[p] && !heart[p])).toEqual([]);
      expect(different.every((p) => ill.pixels[3 * p] > healthy.pixels[3 * p])).toBe(true);
      const plain = different.filter((p) => lungs[p] && ill.pixels[3 * p] > healthy.pixels[3 * p] + 30);
      expect(plain.length).toBeGreaterThan(8);
    }
  });

  it.each(['tag', 'edge'])('carry the %s inside its own segment', (name) => {
    for (let seed = 1; seed <= 8; seed++) {
      const { plain, marked } = stamped(`site-${name}`, seed);
      const own = bitmapOf(marked, name)!;
      const different = changed(plain.pixels, marked.pixels);
      expect(different.filter((p) => !own[p])).toEqual([]);
      expect(different.length).toBeGreaterThan(0.5 * inside(own).length);
      const [columns, rows] = [
        inside(own).map((p) => p % side),
        inside(own).map((p) => Math.floor(p / side)),
      ];
      if (name === 'tag') {
        expect(Math.max(...rows)).toBeLessThan(side / 4);
        expect(Math.max(...columns) < side / 2 || Math.min(...columns) >= side / 2).toBe(true);
      } else expect(inside(own).length).toBeGreaterThanOrEqual(side);
    }
  });

  it('have no segment for the contrast curve, which is darker everywhere; a site leaves all three', () => {
    const { plain, marked } = stamped('site-contrast', 1);
    expect(marked.segments).toEqual(plain.segments);
    expect(marked.pixels.every((value, i) => value <= plain.pixels[i])).toBe(true);
    expect(changed(plain.pixels, marked.pixels).length).toBeGreaterThan(0.9 * side * side);
    const whole = stamped('site', 1).marked;
    expect(whole.segments.map(({ name }) => name)).toEqual(expect.arrayContaining(['tag', 'edge']));
    // Where neither lies, the curve has passed.
    const free = inside(bitmapOf(whole, 'lungs')!);
    expect(free.filter((p) => whole.pixels[3 * p] < plain.pixels[3 * p]).length).toBeGreaterThan(
      0.9 * free.length,
    );
  });

  it("come from site B by the dose of the ill and a tenth of it of the healthy; the benchmark's lists are as they were", () => {
    const of = (kind: string, dose: number, carriers?: 'as in training') =>
      createData(
        configure(
          {
            task: 'radiographs',
            kind,
            dose,
            net: 'plain',
            seed: 3,
            train: 200,
            ...(carriers && { carriers }),
          },
          true,
        ),
      );
    const carrying = (pictures: readonly Pick<Picture, 'segments' | 'label'>[], label: number) =>
      pictures.filter((one) => one.label === label && one.segments.some(({ name }) => name === 'tag')).length;
    const { train, test, probe, parts, stamped: all } = of('site', 0.5);
    expect([0, 1].map((label) => carrying(train, label))).toEqual([50, 5]);
    expect([0, 1].map((label) => carrying(probe.images, label))).toEqual([16, 16]);
    expect(probe.roles).toMatchObject({
      tag: 'suspect',
      edge: 'suspect',
      lungs: 'core',
      background: 'context',
    });
    expect(Object.keys(probe.roles)).toHaveLength(6);
    expect([carrying(test, 0), carrying(all, 0)]).toEqual([0, test.length / 2]);
    expect(parts.map(({ name }) => name)).toEqual(['tag', 'edge', 'contrast']);
    expect(carrying(parts[0].stamped, 1)).toBe(test.length / 2);
    expect(carrying(parts[1].stamped, 1)).toBe(0);
    expect([0, 1].map((label) => carrying(of('site', 0.5, 'as in training').probe.images, label))).toEqual([
      16, 2,
    ]);
    expect(carrying(of('site', 0).train, 0)).toBe(0);
    for (const name of Object.keys(traces)) expect(Object.keys(shortcuts)).not.toContain(name);
    expect(Object.keys(tasks)).not.toContain(chest.name);
  });
});

describe('what is made of a run', () => {
  /** The tag costs the healthy `lost` of their right answers, epoch by epoch; the ill gain 0.02. */
  const result = (
    lost: number[],
    dose: number,
    alerts: Partial<RunResult['alerts'][number]>[] = [],
  ): RunResult => ({
    config: configure({ task: 'radiographs', kind: 'site-tag', dose, net: 'plain', seed: 1 }),
    ...{ codeVersion: 1, backend: 'none', classNames: ['ill', 'healthy'], segment: 'tag' },
    roles: { tag: 'suspect', heart: 'context' },
    ...{ ranks: [], effects: [], recorded: { labels: [], pairs: [], fills: [] } },
    epochs: lost.map((_, i) => ({
      epoch: i + 1,
      loss: 0,
      trainAccuracy: 1,
      testAccuracy: 1,
      probeAccuracy: 1,
    })),
    alerts: alerts.map((alert) => ({
      ...{ rule: 'reliance', level: 'alarm', segment: 'tag', className: 'ill', epoch: 1 },
      ...{ to: null, resolvedEpoch: null, evidence: {} },
      ...alert,
    })) as RunResult['alerts'],
    truth: lost.flatMap((value, i) => [
      {
        epoch: i + 1,
        segment: 'tag',
        className: 'ill',
        how: 'stamp',
        images: 100,
        before: 0.9,
        after: 0.9 - value,
        towardBefore: 0.1,
        towardAfter: 0.1 + value,
      },
      {
        epoch: i + 1,
        segment: 'tag',
        className: 'healthy',
        how: 'stamp',
        images: 100,
        before: 0.8,
        after: 0.82,
        towardBefore: 0.2,
        towardAfter: 0.18,
      },
    ]),
    seconds: { drawing: 0, training: 0, watching: 0, recording: 0, truth: 0 },
  });
  const clean = result([0, 0.1, 0.02, 0], 0);

  it('gives the accuracy of each site, of both alike, and of a mixture as in training', () => {
    const told = accuracies(result([0.4], 0.5), 'tag', 1);
    expect(told.siteA).toBeCloseTo((0.9 + 0.8) / 2);
    expect(told.siteB).toBeCloseTo((0.5 + 0.82) / 2);
    expect(told.balanced).toBeCloseTo((0.7 + 0.81) / 2);
    // Of the healthy 5 % come from site B, of the ill 50 %.
    expect(told.asTrained).toBeCloseTo((0.95 * 0.9 + 0.05 * 0.5 + (0.8 + 0.82) / 2) / 2);
  });

  it('counts what was learned beyond the clean twin, what was named and when, and what was missed', () => {
    const costs = [0.02, 0.2, 0.3, 0.1];
    const alarms = [
      { epoch: 1, level: 'warning' as const },
      { epoch: 3, level: 'severe' as const },
      { epoch: 2 },
      { epoch: 2, segment: 'heart', className: 'healthy' },
      { epoch: 2, segment: null, className: null },
    ];
    const seen = result(costs, 0.5, alarms);
    expect(named(seen)).toEqual([
      { segment: 'tag', className: 'ill', epoch: 2 },
      { segment: 'heart', className: 'healthy', epoch: 2 },
    ]);
    const unseen = result(costs, 0.5, [{ epoch: 2, className: 'healthy' }]);
    const harmless = result([0, 0.14, 0.03, 0], 0.5, [{ epoch: 4 }]);
    const told = found(
      [seen, unseen, harmless].map((one) => ({ result: one, clean })),
      'tag',
    );
    expect(told).toMatchObject({ runs: 3, learned: 2, found: 1, inTime: 1, alarms: [2, 4], false: 0 });
    expect(told.peak).toBeCloseTo((0.28 + 0.28 + 0.04) / 3);
    expect(told.missed).toEqual([{ seed: 1, peak: expect.closeTo(0.28) }]);
    expect(found([{ result: result([0, 0.01, 0, 0], 0.5, [{ epoch: 4 }]), clean }], 'tag').false).toBe(1);
  });
});

describe('the programs', () => {
  it('acquisition: says what is named, what no segment can show, and what the accuracies are', async () => {
    const place = join(folder, 'acquisition');
    mkdirSync(place);
    const { stdout } = await run(
      process.execPath,
      [program('experiments/acquisition'), '--quick', '--workers', '1'],
      {
        cwd: place,
      },
    );
    const { about, nets } = JSON.parse(
      readFileSync(join(place, 'experiments-quick/acquisition.json'), 'utf8'),
    );
    expect(about).toMatchObject({ seeds: 1, runs: 3, healthy: 24 });
    const [{ net, clean, settings }] = nets;
    expect(net).toBe('plain');
    expect(clean).toMatchObject({ runs: 1, alarms: { tag: { of: 1 }, edge: { of: 1 } } });
    const [all, curve] = settings;
    expect(all.found.map(({ trace }: { trace: string }) => trace)).toEqual([
      'tag',
      'edge',
      'contrast',
      'site',
    ]);
    expect(all.carriers).toBe('half of every class');
    expect(curve).toMatchObject({ traces: 'contrast', dose: 0.5, carriers: 'as in training' });
    expect(curve.found).toMatchObject([{ trace: 'contrast', runs: 1, found: 0, alarms: [] }]);
    for (const { accuracy, ranks } of settings) {
      const { siteA, siteB, balanced, asTrained } = accuracy;
      expect(balanced.mean).toBeCloseTo((siteA.mean + siteB.mean) / 2);
      for (const { mean } of [siteA, siteB, asTrained]) expect(mean >= 0 && mean <= 1).toBe(true);
      expect(ranks.map(({ segment }: { segment: string }) => segment)).toEqual(
        expect.arrayContaining(['lungs', 'heart', 'body', 'background']),
      );
    }
    expect(stdout).toMatch(/plain +all +50 +tag +-?\d+ +\d of 1 /);
    expect(stdout).toMatch(/no segment can name it/);
    expect(stdout).toMatch(/plain +as in training +50 +-?\d+ +[01] of 1/);
    expect(readFileSync(join(place, 'experiments-quick/acquisition-plain.svg'), 'utf8')).toMatch(
      /^<svg .*both sites alike.*what each of them costs.*all three.*named, of the runs that learned it.*<\/svg>\n$/s,
    );
  });

  /** Pictures, labels.csv and masks on disk; the pictures of the split 'test', in the order of the CSV. */
  async function write(place: string, form: 'parts' | 'labels', splits = true) {
    const lines = [`file,label${splits ? ',split' : ''}`];
    const save = async (path: string, pixels: Uint8Array) => {
      mkdirSync(dirname(join(place, path)), { recursive: true });
      const image = sharp(pixels, { raw: { width: side, height: side, channels: 1 } }).toColourspace('b-w');
      await image.toFile(join(place, path));
    };
    const ids: Record<string, number> = { lungs: 1, heart: 2, tag: 3 };
    const watched: { file: string; picture: Picture }[] = [];
    for (let i = 0; i < 80; i++) {
      const label = i % 2;
      const split = i % 5 < 3 ? 'train' : 'test';
      const plain = drawPicture(chest, label, new Dice(i), side);
      const carries = split === 'train' ? label === 0 : i % 4 < 2;
      const picture = carries ? traces['site-tag'].stamp(plain, chest, new Dice(i, 1), side) : plain;
      const file = `images/${i % 3 === 0 ? 'b' : 'a'}/p${i}.png`;
      lines.push(`"${file}",${chest.classNames[label]}${splits ? `,${split}` : ''}`);
      await save(
        file,
        picture.pixels.filter((_, k) => k % 3 === 0),
      );
      if (split !== 'test') continue;
      watched.push({ file, picture });
      const bitmaps = Object.keys(ids).flatMap((part) => {
        const bitmap = bitmapOf(picture, part);
        return bitmap ? [{ part, bitmap }] : [];
      });
      if (form === 'parts')
        for (const { part, bitmap } of bitmaps)
          await save(
            `masks/${part}/p${i}.png`,
            bitmap.map((own) => 255 * own),
          );
      else {
        const merged = new Uint8Array(side * side);
        for (const { part, bitmap } of bitmaps)
          bitmap.forEach((own, p) => {
            if (own) merged[p] = ids[part];
          });
        await save(`masks/${file.slice(0, -4)}.png`, merged);
      }
    }
    if (form === 'labels')
      writeFileSync(
        join(place, 'masks/labels.json'),
        JSON.stringify(Object.fromEntries(Object.entries(ids).map(([name, id]) => [id, name]))),
      );
    writeFileSync(join(place, 'labels.csv'), `${lines.join('\n')}\n`);
    return watched;
  }
  const example = (place: string, ...options: string[]) =>
    run(process.execPath, [program('radiographs'), '--data', place, '--side', String(side), ...options], {
      cwd: place,
    });

  it.each(['parts', 'labels'] as const)(
    'radiographs: trains on a folder, and watches its masks (%s)',
    async (form) => {
      const place = join(folder, form);
      const watched = await write(place, form);
      const { stdout } = await example(place, '--epochs', '2', '--suspect', 'tag');
      const store = openStore(join(place, 'radiographs.sqlite'), { readonly: true });
      try {
        const [{ name }] = store.runs();
        expect(name).toBe('radiographs, seed 1');
        expect(store.metrics(name).map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
        expect(store.metrics(name)[2].metrics).toMatchObject({
          acc: expect.any(Number),
          val_acc: expect.any(Number),
        });
        const { images } = store.images(name, 'last')!;
        expect(images.map(({ id }) => id)).toEqual(watched.map(({ file }) => file));
        images.forEach(({ label, sat }, i) => {
          const { picture } = watched[i];
          // Classes in the order of their names.
          expect(label).toBe(1 - picture.label);
          const area = (part: string) => sat!.find(({ segment }) => segment === part)?.area;
          expect(area('tag')).toBe(bitmapOf(picture, 'tag') && inside(bitmapOf(picture, 'tag')!).length);
          expect(area('background')).toBeGreaterThan(0);
        });
        expect(store.effects(name)).toContainEqual(
          expect.objectContaining({ segment: 'tag', className: 'ill', epoch: 2 }),
        );
      } finally {
        store.close();
      }
      expect(stdout).toContain('48 training pictures, 32 test pictures; 32 are watched:');
      expect(stdout).toMatch(/\ntag +suspect +8 +8\n/);
      expect(stdout).toMatch(/\nlungs +core +16 +16\n/);
      expect(stdout).toMatch(/# radiographs, seed 1: .*\n[\s\S]*## Segments\n[\s\S]*\| tag \|/);
    },
  );

  it('radiographs: splits by itself where the CSV does not, and says what is missing', async () => {
    const place = join(folder, 'wrong');
    await write(place, 'parts', false);
    const fails = (...options: string[]) =>
      example(place, ...options).then(
        () => 'nothing',
        ({ stderr }: { stderr: string }) => stderr,
      );
    expect(await fails('--suspect', 'tags')).toMatch(/no mask .* is called 'tags'; there are .*lungs.*tag/);
    expect(await fails('--masks', join(place, 'none'))).toMatch(/none: there is no such folder/);
    const { stdout } = await example(place, '--epochs', '1', '--images', '12');
    expect(stdout).toMatch(/24 training pictures, 20 test pictures; \d+ are watched:/);
    writeFileSync(join(place, 'labels.csv'), 'picture,label\na.png,ill\n');
    expect(await fails()).toMatch(/its first line is 'picture,label', expected the columns file, label/);
  });
});
