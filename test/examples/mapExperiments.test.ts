import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { aggregateSats, computeSat, type Mask, maskFromBitmap, maskToBitmap, type Segment } from 'satwatch';
import { beforeAll, describe, expect, it } from 'vitest';
import { cohort } from '../../examples/experiments/maps/cohort.js';
import type { Estimate } from '../../examples/experiments/maps/judge.js';
import { dataOf, eachMapped, type MappedRun, pack, unpack } from '../../examples/experiments/maps/maps.js';
import { smaller } from '../../examples/experiments/maps/ranks.js';
import { relabelled } from '../../examples/experiments/maps/relabel.js';
import { boxed, dilated, eroded, halved, shifted } from '../../examples/experiments/maps/sloppyMasks.js';
import type { Study } from '../../examples/experiments/maps/study.js';
import { temporaryFolder } from '../task.js';

const folder = temporaryFolder();
const cache = join(folder, 'experiments-cache');
const segment = 'watermark';

async function program<Setting>(name: string): Promise<Study<Setting> & { told: string; svg: string[] }> {
  const script = join(import.meta.dirname, `../../dist/examples/experiments/${name}.js`);
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [script, '--quick', '--workers', '1'],
    { cwd: folder },
  );
  const own = join(folder, 'experiments-quick');
  // The page shows all figures of the program.
  const page = readFileSync(join(own, `${name}.md`), 'utf8');
  const svg = [...page.matchAll(/\]\((.+\.svg)\)/g)].map(([, file]) => file);
  return {
    ...JSON.parse(readFileSync(join(own, `${name}.json`), 'utf8')),
    ...{ told: stdout + stderr, svg: svg.map((file) => readFileSync(join(own, file), 'utf8')) },
  };
}

const pixels = (mask: Mask) => maskToBitmap(mask).reduce((sum, inside) => sum + inside, 0);
const carries = (segments: readonly Segment[]) => segments.some(({ name }) => name === segment);
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the experiments on maps', { timeout: 120_000 }, () => {
  let noise: Study<{ noise: number; pictures: number }> & { told: string; svg: string[] };
  let runs: MappedRun[];
  beforeAll(async () => {
    noise = await program('noise');
    runs = [];
    for await (const run of eachMapped(cohort(2, true), { cache, workers: 1 })) runs.push(run);
  }, 120_000);

  /** Mean rank of the watermark over runs, with what satwatch exports. */
  const directly = (kind: 'learned' | 'clean', epoch: number, mode: 'relative' | 'absolute') =>
    mean(
      runs
        .filter(({ config }) => (kind === 'clean') === (config.dose === 0))
        .map(({ probe, epochs }) => {
          const { maps } = epochs.find((at) => at.epoch === epoch)!;
          const sats = maps.map((map, i) => computeSat(map, probe.images[i].segments));
          return aggregateSats(sats, mode, probe.segmentNames).find((row) => row.segment === segment)!
            .meanRank!;
        }),
    );

  it('trains nets of which those with the watermark in training learned it and the others did not', () => {
    expect(noise.told).toMatch(/4 runs, 4 of them to be computed/);
    expect(runs.map(({ config }) => [config.seed, config.dose])).toEqual([
      [1, 0],
      [1, 1],
      [2, 0],
      [2, 1],
    ]);
    for (const { config, epochs, probe } of runs) {
      expect(epochs.map(({ epoch }) => epoch)).toEqual([0, 2, 4]);
      for (const { maps } of epochs) expect(maps).toHaveLength(probe.images.length);
      expect(epochs[0].maps[0]).not.toEqual(epochs[1].maps[0]);
      if (config.dose) expect(Math.max(...epochs.map(({ learned }) => learned))).toBeGreaterThan(0.3);
    }
    expect(runs[0].probe).toBe(runs[1].probe);
    expect(noise.results[0].all.runs).toEqual({ learned: 2, clean: 2, leftOut: 0 });
  });

  it('noise: without any the ranks are those of the maps, with a hundredfold they are chance', () => {
    const at = (level: number) =>
      noise.results.find(({ setting }) => setting.noise === level && setting.pictures === 64)!.all;
    for (const kind of ['learned', 'clean'] as const)
      for (const { epoch, rank } of at(0).ranks[kind])
        expect(rank.value).toBeCloseTo(directly(kind, epoch, 'relative'), 3);
    const above = (level: number) => {
      const { rank, chance } = at(level).ranks.learned.at(-1)!;
      return chance.value! - rank.value!;
    };
    expect(above(0)).toBeGreaterThan(2);
    expect(Math.abs(above(50))).toBeLessThan(0.5);
    const found = (level: number) => at(level).auroc['against chance'].value!;
    expect(found(0)).toBeGreaterThan(0.9);
    expect(found(50)).toBeLessThan(found(0) - 0.15);
    expect(noise.svg[0]).toMatch(/^<svg .*64 pictures.*<\/svg>\n$/s);
  });

  it('labels: wrong names and masks cost what they should', async () => {
    const { results, told, svg } = await program<{ family: string; change: string; aggregation: string }>(
      'labels',
    );
    expect(told).toMatch(/4 runs, 0 of them to be computed/);
    const of = (change: string, aggregation = 'relative', family = 'labels') =>
      results.find(
        ({ setting: s }) => s.change === change && s.aggregation === aggregation && s.family === family,
      )!.all;
    const last = (judged: { ranks: { learned: { rank: Estimate }[] } }) =>
      judged.ranks.learned.at(-1)!.rank.value!;
    // Both halves of the probe set are looked at, in equal parts.
    for (const mode of ['relative', 'absolute'] as const)
      expect(last(of('as drawn', mode))).toBeCloseTo(directly('learned', 4, mode), 3);
    // Where the watermark counts as another segment it is missing: only the absolute mean knows.
    const merged = '50 % counted as another segment';
    expect(Math.abs(last(of(merged)) - last(of('as drawn')))).toBeLessThan(0.3);
    expect(last(of(merged, 'absolute')) - last(of('as drawn', 'absolute'))).toBeGreaterThan(1.5);
    // Where the names are exchanged another segment is taken for the watermark.
    const exchanged = [10, 20, 30, 50].map((p) => last(of(`${p} % exchanged with another segment`)));
    expect(exchanged).toEqual(exchanged.toSorted((a, b) => a - b));
    expect(exchanged[3] - last(of('as drawn'))).toBeGreaterThan(1);
    // Strokes of one pixel are gone when the mask is drawn one pixel too small.
    const gone = of('eroded by 1', 'relative', 'mask of the watermark');
    expect(gone.ranks.learned[0].rank).toEqual({ value: null, interval: null });
    expect(gone.auroc['against chance'].value).toBe(0.5);
    const wide = of('dilated by 4', 'relative', 'mask of the watermark');
    expect(last(wide)).toBeGreaterThan(last(of('as drawn')) + 1);
    expect(svg).toHaveLength(2);
  });

  it('aggregation: few carriers sink the absolute rank only; on all pictures both are one', async () => {
    const { results, told } = await program<{ carrying: number; pictures: number; aggregation: string }>(
      'aggregation',
    );
    expect(told).toMatch(/4 runs, 0 of them to be computed/);
    expect(results.map(({ setting: s }) => [s.carrying, s.pictures, s.aggregation])).toEqual([
      [4, 16, 'relative'],
      [4, 16, 'absolute'],
      [16, 16, 'relative'],
      [16, 16, 'absolute'],
    ]);
    const [few, fewAbsolute, all, allAbsolute] = results.map(
      (one) => one.all.ranks.learned.at(-1)!.rank.value!,
    );
    expect(fewAbsolute).toBeGreaterThan(few + 3);
    expect(Math.abs(few - all)).toBeLessThan(1);
    expect(allAbsolute).toBeCloseTo(all, 3);
  });

  it('computes a run that is lost again, to the same maps and numbers', async () => {
    const files = readdirSync(cache).filter((name) => name.endsWith('.json'));
    const [lost] = files;
    const maps = join(cache, lost.replace('json', 'maps'));
    const before = readFileSync(maps);
    rmSync(join(cache, lost));
    rmSync(maps);
    const again = await program('noise');
    expect(again.told).toMatch(/4 runs, 1 of them to be computed/);
    expect(readFileSync(maps)).toEqual(before);
    expect(again.results).toEqual(noise.results);
  });
});

describe('a probe set for the experiments on maps', () => {
  const { probe } = dataOf({ dose: 0, net: 'plain', seed: 3, quick: true }, 'probe');
  const place = (images: { segments: Segment[] }[]) =>
    images.flatMap(({ segments }) =>
      segments.filter(({ name }) => name === segment).map(({ mask }) => mask.runs.join()),
    );

  it('has the watermark on half of each class, at random places or always at one', () => {
    expect(new Set(place(probe.images)).size).toBeGreaterThan(20);
    const fixed = dataOf({ dose: 0, net: 'plain', seed: 3, quick: true, fixed: true }, 'probe').probe;
    expect(place(fixed.images)).toHaveLength(32);
    expect(new Set(place(fixed.images)).size).toBe(1);
    for (const label of [0, 1])
      expect(place(fixed.images.filter((image) => image.label === label))).toHaveLength(16);
  });

  it('is cut into disjoint smaller ones with the share of carriers that was asked for', () => {
    const count = (chosen: number[], label: number, carrying: boolean) =>
      chosen.filter((i) => probe.images[i].label === label && carries(probe.images[i].segments) === carrying)
        .length;
    const cut = (size: number, carriers: number) =>
      smaller(probe, { segment, size, carriers, most: 4, seed: 1 });
    const quarters = cut(16, 0.5);
    expect(quarters).toHaveLength(4);
    expect(quarters.flat().sort((a, b) => a - b)).toEqual([...probe.images.keys()]);
    for (const label of [0, 1]) {
      for (const chosen of quarters)
        expect([count(chosen, label, true), count(chosen, label, false)]).toEqual([4, 4]);
      const [few] = cut(32, 0.2);
      expect([count(few, label, true), count(few, label, false)]).toEqual([3, 13]);
    }
    expect(cut(32, 1)).toHaveLength(1);
  });

  it('is split and mislabelled to the share that is said', () => {
    const ways = relabelled(probe, 1);
    const named = (name: string) => ways.find((way) => way.name === name && way.family === 'labels')!;
    const maskOf = (segments: readonly Segment[], name: string) =>
      segments.find((one) => one.name === name)?.mask;
    const carriers = [...probe.images.keys()].filter((i) => carries(probe.images[i].segments));

    const { names, segments: split } = named('split in two');
    expect(names).not.toContain(segment);
    expect(split.flat().map(({ name }) => name)).not.toContain(segment);
    for (const i of carriers) {
      const [whole, left, right] = [
        maskOf(probe.images[i].segments, segment)!,
        ...['left', 'right'].map((side) => maskOf(split[i], `${segment}-${side}`)!),
      ].map(maskToBitmap);
      expect(left.map((inside, p) => inside + right[p])).toEqual(whole);
      expect(Math.max(...[...left.keys()].filter((p) => left[p]).map((p) => p % probe.width))).toBeLessThan(
        Math.min(...[...right.keys()].filter((p) => right[p]).map((p) => p % probe.width)),
      );
    }
    for (const share of [10, 20, 30, 50]) {
      const wrong = Math.round((share / 100) * carriers.length);
      const crossed = named(`split, ${share} % left for right`).segments;
      expect(
        carriers.filter(
          (i) => maskOf(crossed[i], `${segment}-left`) === maskOf(split[i], `${segment}-right`),
        ),
      ).toHaveLength(wrong);
      const merged = named(`${share} % counted as another segment`).segments;
      const gone = carriers.filter((i) => !carries(merged[i]));
      expect(gone).toHaveLength(wrong);
      // Another segment has its pixels now.
      for (const i of gone)
        expect(merged[i].reduce((sum, { mask }) => sum + pixels(mask), 0)).toBeGreaterThan(
          probe.images[i].segments
            .filter(({ name }) => name !== segment)
            .reduce((sum, { mask }) => sum + pixels(mask), 0),
        );
      const traded = named(`${share} % exchanged with another segment`).segments;
      expect(
        carriers.filter((i) => maskOf(traded[i], segment) !== maskOf(probe.images[i].segments, segment)),
      ).toHaveLength(wrong);
    }
    const box = ways.find(({ family, name }) => family === 'mask of the watermark' && name === 'boxed')!;
    for (const i of carriers)
      for (const { name, mask } of box.segments[i])
        if (name === segment) expect(pixels(mask)).toBe(17 * 5);
        else expect(mask).toBe(maskOf(probe.images[i].segments, name));
  });
});

describe('masks that somebody drew without looking closely', () => {
  const [width, height] = [20, 16];
  const rectangle = (left: number, top: number, w: number, h: number) =>
    maskFromBitmap(
      Uint8Array.from({ length: width * height }, (_, p) => {
        const [x, y] = [p % width, Math.floor(p / width)];
        return Number(x >= left && x < left + w && y >= top && y < top + h);
      }),
      width,
      height,
    );

  it('are wider or narrower by the pixels said, and stop at the border', () => {
    for (const by of [1, 2, 4])
      expect(dilated(rectangle(6, 6, 5, 4), by)).toEqual(rectangle(6 - by, 6 - by, 5 + 2 * by, 4 + 2 * by));
    for (const by of [1, 2])
      expect(eroded(rectangle(6, 6, 7, 6), by)).toEqual(rectangle(6 + by, 6 + by, 7 - 2 * by, 6 - 2 * by));
    expect(dilated(rectangle(0, 0, 3, 3), 2)).toEqual(rectangle(0, 0, 5, 5));
    expect(dilated(rectangle(18, 14, 2, 2), 1)).toEqual(rectangle(17, 13, 3, 3));
    expect(eroded(rectangle(0, 0, 6, 6), 2)).toEqual(rectangle(0, 0, 4, 4));
    expect(pixels(eroded(rectangle(4, 4, 9, 2), 1))).toBe(0);
  });

  it('are shifted, boxed and halved', () => {
    expect(shifted(rectangle(6, 6, 5, 4), [-2, 0])).toEqual(rectangle(4, 6, 5, 4));
    expect(shifted(rectangle(6, 6, 5, 4), [0, 4])).toEqual(rectangle(6, 10, 5, 4));
    // What leaves on the right does not come in on the left.
    expect(shifted(rectangle(16, 6, 4, 4), [2, 0])).toEqual(rectangle(18, 6, 2, 4));
    const corners = new Uint8Array(width * height);
    for (const [x, y] of [
      [3, 2],
      [9, 2],
      [5, 8],
    ])
      corners[y * width + x] = 1;
    expect(boxed(maskFromBitmap(corners, width, height))).toEqual(rectangle(3, 2, 7, 7));
    expect(halved(rectangle(3, 2, 7, 4))).toEqual([rectangle(3, 2, 4, 4), rectangle(7, 2, 3, 4)]);
  });
});

it('keeps maps to a part in 65,534 of their peak, and one that is not finite as NaN', () => {
  const maps = [
    Float32Array.from({ length: 50 }, (_, p) => Math.sin(p) * 3),
    new Float32Array(50),
    Float32Array.from({ length: 50 }, (_, p) => (p === 7 ? Number.NaN : 1)),
    Float32Array.from({ length: 50 }, (_, p) => (p === 7 ? Number.POSITIVE_INFINITY : 1)),
  ];
  const [sine, zero, nan, infinite] = unpack(pack(maps), 4);
  sine.forEach((value, p) => {
    expect(Math.abs(value - maps[0][p])).toBeLessThan(3 / 65_000);
  });
  expect(zero).toEqual(maps[1]);
  for (const map of [nan, infinite]) expect(computeSat(map, [])).toBe(null);
});
