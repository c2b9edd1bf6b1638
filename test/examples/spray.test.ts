import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Matrix } from 'ml-matrix';
import { createProbeSet, maskFromBitmap } from 'satwatch';
import { describe, expect, it } from 'vitest';
import {
  adjustedRand,
  bestCluster,
  carrierClusters,
  chanceF1,
  splitByPlace,
} from '../../examples/experiments/spray/clusterScores.js';
import { judgeAll, judgeCell, type Row } from '../../examples/experiments/spray/judgeLooks.js';
import { lookAtMaps, variants } from '../../examples/experiments/spray/lookAtMaps.js';
import {
  blockSums,
  eigengap,
  kMeans,
  laplacianSpectrum,
  nearestNeighbours,
  spectralClustering,
} from '../../examples/experiments/spray/spectral.js';
import { seededRandom } from '../../examples/support/random.js';
import { fillNormal } from '../../src/random.js';
import { temporaryFolder } from '../task.js';

const folder = temporaryFolder();
const side = 48;

function normal(length: number, random: () => number): Float32Array {
  const values = new Float32Array(length);
  fillNormal(values, random);
  return values;
}

describe('spectral clustering', () => {
  it('sums blocks and scales them to length 1', () => {
    const map = [1, 2, 3, 4, 5, 6, 7, -8, 1, 1, 1, 1, 1, 1, -3, 1];
    const scaled = (sums: number[]) => sums.map((sum) => expect.closeTo(sum / Math.hypot(...sums), 12));
    expect([...blockSums(map, 4, { cells: 2 })]).toEqual(scaled([14, 6, 4, 0]));
    expect([...blockSums(map, 4, { cells: 2, unsigned: true })]).toEqual(scaled([14, 22, 4, 6]));
    // 8 × 2 pixels: a block is as wide as it has to be.
    expect([...blockSums(map, 8, { cells: 2 })]).toEqual(scaled([10, 10, 4, 0]));
    expect([...blockSums(new Float32Array(16), 4)].every((value) => value === 0)).toBe(true);
  });

  it('joins nearest neighbours both ways, by half where only one of two has the other among its own', () => {
    // 0 and 1 have each other, 2 has 1, 3 has 2.
    const affinity = nearestNeighbours([[0], [1], [3], [6]], 1);
    expect(affinity.to2DArray()).toEqual([
      [0, 1, 0, 0],
      [1, 0, 0.5, 0],
      [0, 0.5, 0, 0.5],
      [0, 0, 0.5, 0],
    ]);
  });

  it("has the Laplacian's eigenvalues, in order: those of a ring are known, 0 comes as often as there are parts", () => {
    const n = 9;
    const ring = (i: number, j: number) => Number([1, n - 1].includes(Math.abs(i - j)));
    const affinity = new Matrix(
      Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => ring(i, j))),
    );
    const { values, vectors } = laplacianSpectrum(affinity);
    const known = Array.from({ length: n }, (_, k) => 1 - Math.cos((2 * Math.PI * k) / n));
    expect(values).toEqual(known.sort((a, b) => a - b).map((value) => expect.closeTo(value, 12)));
    // L v = λ v, written out; every degree is 2.
    vectors.forEach((v, k) => {
      v.forEach((value, i) => {
        expect(value - (v[(i + 1) % n] + v[(i + n - 1) % n]) / 2).toBeCloseTo(values[k] * value, 12);
      });
    });
    const apart = nearestNeighbours([[0], [1], [2], [50], [51], [52], [90], [91], [92]], 2);
    expect(laplacianSpectrum(apart).values.filter((value) => value < 1e-12)).toHaveLength(3);
  });

  it('takes as many clusters as there are eigenvalues before the widest gap', () => {
    expect(eigengap([0, 0.4, 0.45, 0.5], 8)).toBe(1);
    expect(eigengap([0, 0.01, 0.02, 0.4, 0.45], 8)).toBe(3);
    expect(eigengap([0, 0.1, 0.3, 0.9], 2)).toBe(2);
  });

  it('finds planted blobs and their number, and no clusters in noise', () => {
    const random = seededRandom(1);
    for (const k of [2, 3, 5]) {
      const planted = Array.from({ length: 25 * k }, (_, i) => i % k);
      const points = planted.map((blob) => {
        const point = normal(20, random);
        point[blob] += 12;
        return point;
      });
      const { clusters, labels, eigenvalues } = spectralClustering(points);
      expect(clusters).toBe(k);
      expect(adjustedRand(labels, planted)).toBe(1);
      expect(eigenvalues).toHaveLength(points.length);
    }
    const noise = Array.from({ length: 100 }, () => normal(144, random));
    expect(spectralClustering(noise)).toMatchObject({ clusters: 1, labels: noise.map(() => 0) });
  });

  it('tells two rings apart, which k-means on the points cannot', () => {
    const random = seededRandom(2);
    const planted = Array.from({ length: 160 }, (_, i) => i % 2);
    const rings = planted.map((ring) => {
      const [angle, radius] = [2 * Math.PI * random(), 1 + 3 * ring + 0.2 * random()];
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    });
    expect(adjustedRand(spectralClustering(rings, { clusters: 2 }).labels, planted)).toBe(1);
    expect(adjustedRand(kMeans(rings, 2), planted)).toBeLessThan(0.2);
    expect(spectralClustering(rings, { seed: 3 })).toEqual(spectralClustering(rings, { seed: 3 }));
  });
});

describe('the scores of a clustering', () => {
  it('knows the adjusted Rand index', () => {
    // The examples of scikit-learn's adjusted_rand_score: 0.57 and −0.5.
    expect(adjustedRand([0, 0, 1, 1], [0, 0, 1, 2])).toBeCloseTo(4 / 7, 12);
    expect(adjustedRand([0, 0, 1, 1], [0, 1, 0, 1])).toBeCloseTo(-0.5, 12);
    expect(adjustedRand([5, 5, 6, 6], [true, true, false, false])).toBe(1);
    expect(adjustedRand([0, 0, 0, 0], [0, 0, 1, 1])).toBe(0);
  });

  it('takes the cluster that names the carriers best, and all where they are more than half', () => {
    const labels = [0, 0, 0, 1, 1, 1, 1, 2, 2, 3];
    const carries = [1, 1, 0, 0, 0, 0, 0, 1, 1, 0].map(Boolean);
    // Cluster 2: both of its own, of four.
    expect(bestCluster(labels, carries)).toEqual({ f1: expect.closeTo(2 / 3), precision: 1, recall: 0.5 });
    expect(carrierClusters(labels, carries)).toEqual({
      f1: expect.closeTo(8 / 9),
      precision: 0.8,
      recall: 1,
    });
  });

  it('says what luck would give', () => {
    const carries = Array.from({ length: 40 }, (_, i) => i % 2 === 0);
    const right = chanceF1(carries.map(Number), carries);
    expect(right.p).toBe(1 / 200);
    expect(right.mean).toBeGreaterThan(0.5);
    expect(right.mean).toBeLessThan(0.65);
    expect(
      chanceF1(
        carries.map(() => 0),
        carries,
      ),
    ).toEqual({ mean: expect.closeTo(2 / 3), p: 1 });
  });

  it('says whether clusters go by place', () => {
    const random = seededRandom(4);
    const places = Array.from({ length: 300 }, () => [random(), random()]);
    expect(
      splitByPlace(
        places.map(([x]) => Math.floor(3 * x)),
        [...places.map(([x]) => [Math.floor(3 * x)])],
      ),
    ).toBe(1);
    expect(
      splitByPlace(
        places.map(([x, y]) => Number(x > 0.5) + 2 * Number(y > 0.5)),
        places,
      ),
    ).toBeGreaterThan(0.7);
    expect(
      Math.abs(
        splitByPlace(
          places.map(() => Math.floor(3 * random())),
          places,
        ),
      ),
    ).toBeLessThan(0.03);
    expect(splitByPlace([0, 1, 0, 1], [[2], [2], [2], [2]])).toBe(Number.NaN);
    expect(splitByPlace([0, 0, 0], [[1], [2], [3]])).toBe(Number.NaN);
  });
});

/**
 * 200 pictures of class A, half with a watermark of 15 × 5 pixels at the places in turn, or anywhere; the maps are noise,
 * brighter under it.
 */
function planted(gain: number, places?: [left: number, top: number][]) {
  const random = seededRandom(5);
  const drawn = Array.from({ length: 220 }, (_, i) => {
    const bitmap = new Uint8Array(side * side);
    const anywhere = [Math.floor(random() * 33), Math.floor(random() * 43)];
    const [left, top] = places?.[(i / 2) % places.length] ?? anywhere;
    const map = normal(side * side, random);
    if (i % 2 === 0)
      for (let y = top; y < top + 5; y++)
        for (let x = left; x < left + 15; x++) {
          bitmap[y * side + x] = 1;
          map[y * side + x] += gain;
        }
    const half = (right: boolean) =>
      maskFromBitmap(
        bitmap.map((inside, p) => (inside ? 0 : Number(p % side >= side / 2 === right))),
        side,
        side,
      );
    const segments = [
      { name: 'left', mask: half(false) },
      { name: 'right', mask: half(true) },
      ...(i % 2 === 0 ? [{ name: 'watermark', mask: maskFromBitmap(bitmap, side, side) }] : []),
    ];
    const pixels = Uint8Array.from({ length: side * side * 3 }, () => 256 * random());
    return { image: { id: `p${i}`, label: i < 200 ? 0 : 1, pixels, segments }, map };
  });
  const probe = createProbeSet({
    ...{ width: side, height: side, channels: 3, classNames: ['a', 'b'] },
    roles: { watermark: 'suspect' },
    images: drawn.map(({ image }) => image),
  });
  return { probe, maps: drawn.map(({ map }) => map) };
}
const wanted = { segment: 'watermark', share: 0.5, seed: 1 };

describe('a look at maps', () => {
  it('finds the cluster of a watermark at one place, and that its rank is above chance', () => {
    const { probe, maps } = planted(8, [[8, 8]]);
    const look = lookAtMaps(probe, maps, wanted)!;
    expect(look).toMatchObject({ pictures: 200, carriers: 100 });
    expect(Object.keys(look.spray)).toEqual(Object.keys(variants));
    for (const one of Object.values(look.spray)) {
      expect(one).toMatchObject({ clusters: 2, p: 1 / 200, found: true, splitByPlace: null });
      expect(one.f1).toBeGreaterThan(0.95);
      expect(one.adjustedRand).toBeGreaterThan(0.9);
    }
    expect(look.sat.meanRank).toBe(1);
    // Shifted, the watermark is the smallest of three parts in noise.
    expect(look.sat.chanceRank).toBeGreaterThan(1.5);
    const few = lookAtMaps(probe, maps, { ...wanted, share: 0.1 })!;
    expect(few).toMatchObject({ pictures: 111, carriers: 11, sat: { meanRank: 1 } });
  });

  it('finds a cluster for each of three places, none of which has most carriers', () => {
    const { probe, maps } = planted(8, [
      [2, 2],
      [30, 20],
      [10, 40],
    ]);
    const { spray, sat } = lookAtMaps(probe, maps, wanted)!;
    const one = spray['as in CoRelAy'];
    expect(one).toMatchObject({ clusters: 4, found: false, splitByPlace: expect.closeTo(1) });
    expect(one.f1).toBeLessThan(0.6);
    expect(one.togetherF1).toBeGreaterThan(0.9);
    expect(sat.meanRank).toBe(1);
  });

  it('finds no cluster where the watermark is anywhere; two that are asked for go by place. The rank is the same', () => {
    const { probe, maps } = planted(8);
    const { spray, sat } = lookAtMaps(probe, maps, wanted)!;
    expect(spray['as in CoRelAy']).toMatchObject({ clusters: 1, f1: expect.closeTo(2 / 3), found: false });
    expect(spray['told that there are 2']).toMatchObject({ clusters: 2, found: false });
    expect(spray['told that there are 2'].splitByPlace).toBeGreaterThan(0.3);
    expect(sat.meanRank).toBeLessThan(1.05);
  });

  it('finds nothing where maps are noise, and does not look where one is not finite', () => {
    const { probe, maps } = planted(0);
    const { spray, sat } = lookAtMaps(probe, maps, wanted)!;
    for (const one of Object.values(spray)) expect(one).toMatchObject({ found: false });
    expect(Math.abs(sat.meanRank - sat.chanceRank)).toBeLessThan(0.2);
    maps[0][5] = Number.NaN;
    expect(lookAtMaps(probe, maps, wanted)).toBe(null);
  });
});

describe('the judgement over runs', () => {
  const { probe, maps } = planted(8, [[8, 8]]);
  const found = lookAtMaps(probe, maps, wanted)!;
  const nothing = lookAtMaps(probe, planted(0).maps, wanted)!;
  const row = (seed: number, dose: number, epoch: number, learned: number, look = nothing): Row => ({
    config: { dose, net: 'plain', seed, quick: false, fixed: true },
    ...{ share: 0.5, epoch, testAccuracy: 0.9, learned, look },
  });
  const rows = [1, 2].flatMap((seed) => [
    row(seed, 0, 0, 0.9),
    row(seed, 0, 2, 0.1),
    row(seed, 0, 4, 0.02),
    row(seed, 0.5, 0, 0.9),
    row(seed, 0.5, 2, 0.5, found),
    row(seed, 0.5, 4, 0.05),
    // Costs much, but no more than in the clean run.
    row(seed, 0.1, 0, 0.9),
    row(seed, 0.1, 2, 0.12),
    row(seed, 0.1, 4, 0.03),
  ]);
  const place = { fixed: true, share: 0.5 };

  it('takes the costliest epoch after the first, or the last', () => {
    const cell = { ...place, net: 'plain', dose: 0.5 } as const;
    const costliest = judgeCell(rows, { ...cell, when: 'costliest' });
    expect(costliest).toMatchObject({ runs: 2, pictures: 200, costs: { mean: 0.5 }, reliant: 2 });
    expect(costliest.spray['as in CoRelAy']).toMatchObject({ found: { count: 2, of: 2 }, medianClusters: 2 });
    const last = judgeCell(rows, { ...cell, when: 'last' });
    expect(last).toMatchObject({ costs: { mean: 0.05 }, reliant: 0 });
    expect(last.spray['as in CoRelAy']).toMatchObject({ found: { count: 0, of: 2 } });
  });

  it('holds the runs that rely on the watermark against the clean ones', () => {
    const over = { nets: ['plain'], doses: [0, 0.1, 0.5] } as const;
    const judged = judgeAll(rows, { ...place, when: 'costliest' }, over);
    expect(judged).toMatchObject({ clean: 2, reliant: 2, sat: { auroc: 1, interval: [1, 1] } });
    expect(judged.spray['as in CoRelAy']).toMatchObject({
      ...{ foundOfReliant: { count: 2, of: 2 }, foundOfClean: { count: 0, of: 2 }, auroc: 1 },
    });
    expect(judgeAll(rows, { ...place, when: 'last' }, over)).toMatchObject({ reliant: 0, sat: null });
  });
});

it('runs as a program: figures, all numbers, a table', { timeout: 180_000 }, async () => {
  const script = join(import.meta.dirname, '../../dist/examples/experiments/spray.js');
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--quick', '--workers', '1'], {
    cwd: folder,
  });
  expect(stdout).toMatch(/^one place +10 % +plain +0 % /m);
  expect(stdout).toMatch(/^random +50 % +SAT +– +– +[01]\.\d\d/m);
  const read = (name: string) => readFileSync(join(folder, 'experiments-quick', name), 'utf8');
  const { about, all, cells } = JSON.parse(read('spray.json'));
  expect(about).toMatchObject({
    command: 'node dist/examples/experiments/spray.js --quick',
    seeds: 1,
    runs: 4,
    notFinite: 0,
  });
  expect(about.milliseconds).toEqual({ pictures: 32, spray: expect.any(Number), sat: expect.any(Number) });
  // Costliest and last, 2 places, 2 shares, 2 doses.
  expect([cells.length, all.length]).toEqual([16, 8]);
  for (const { runs, carriers, pictures, spray, sat } of cells) {
    expect([runs, carriers, pictures]).toEqual(pictures === 32 ? [1, 16, 32] : [1, 2, 18]);
    expect(Object.keys(spray)).toEqual(Object.keys(variants));
    expect(sat.meanRank.mean).toBeGreaterThanOrEqual(1);
  }
  // Half of the class carries it at one place: even this little training sees that.
  const learned = cells.find(
    (cell: Row['config'] & { share: number }) => cell.fixed && cell.dose === 0.5 && cell.share === 0.5,
  );
  expect(learned.costs.mean).toBeGreaterThan(0.3);
  expect(learned.sat.aboveChance.mean).toBeGreaterThan(1);
  for (const name of ['fixed', 'random'])
    expect(read(`spray-${name}.svg`)).toMatch(/^<svg .*adjusted Rand index.*ranks above chance.*<\/svg>\n$/s);
});
