import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { openStore } from 'satwatch';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { clusteredShare } from '../../examples/experiments/judging/clusteredShare.js';
import { clopperPearson } from '../../src/stats/index.js';
import { dice, temporaryFolder } from '../task.js';

const folder = temporaryFolder();
const data = join(folder, 'data');
const side = 128;
const actions = ['climbing', 'diving'];
/** Besides who acts: on training pictures, and on test pictures. */
const places = { 'probe-train': ['rock', 'water'], probe: ['snow', 'sky'] };
const labels = ['background', 'person', 'rock', 'water', 'snow', 'sky'];

/** Noise; who acts is a square, the place the lower half. */
async function save(path: string, id: number, mask?: { path: string; place: string }) {
  const random = dice(id);
  const pixels = Uint8Array.from({ length: side * side * 3 }, () => 255 * random());
  const person = (p: number) => p % side > 40 && p % side < 80 && p / side > 20 && p / side < 60;
  const ids = Uint8Array.from({ length: side * side }, (_, p) => {
    if (person(p)) return 1;
    return mask && p >= (side * side) / 2 ? labels.indexOf(mask.place) : 0;
  });
  const write = async (file: string, bytes: Uint8Array, channels: 1 | 3) => {
    mkdirSync(dirname(file), { recursive: true });
    const image = sharp(bytes, { raw: { width: side, height: side, channels } });
    await (channels === 1 ? image.toColourspace('b-w') : image).toFile(file);
  };
  await write(path, pixels, 3);
  if (mask) await write(mask.path, ids, 1);
}

async function draw() {
  for (const [c, action] of actions.entries()) {
    for (let i = 0; i < 4; i++) {
      await save(join(data, 'images/train', action, `${i}.jpg`), 10 * c + i);
      await save(join(data, 'images/test', action, `${i}.jpg`), 100 + 10 * c + i);
    }
  }
  for (const probe of ['probe', 'probe-train'] as const) {
    const index = actions.flatMap((action) =>
      [0, 1, 2].map((i) => ({
        ...{ class: action, image: `images/${action}_${i}.jpg`, mask: `masks/${action}_${i}.png` },
      })),
    );
    for (const [i, { class: action, image, mask }] of index.entries()) {
      const place = places[probe][actions.indexOf(action)];
      const at = join(data, probe);
      await save(join(at, image), (probe === 'probe' ? 200 : 300) + i, { path: join(at, mask), place });
    }
    writeFileSync(join(data, probe, 'index.json'), JSON.stringify(index));
    writeFileSync(join(data, probe, 'labels.json'), JSON.stringify({ ...labels }));
  }
}

const run = () =>
  promisify(execFile)(
    process.execPath,
    [
      join(import.meta.dirname, '../../dist/examples/experiments/bar.js'),
      ...['--data', data, '--quick', '--workers', '1'],
    ],
    { cwd: folder },
  );

it('BAR: trains each seed once, and compares place and person on both probe sets', {
  timeout: 120_000,
}, async () => {
  await draw();
  const { stdout, stderr } = await run();
  expect(stderr).toContain('2 runs, 2 of them to be computed');
  const read = (name: string) => readFileSync(join(folder, 'experiments-quick', name), 'utf8');
  const { about, conclusion, probes, accuracies, throughout, rightBy } = JSON.parse(read('bar.json'));
  const command = 'node dist/examples/experiments/bar.js --data DIR --quick';
  expect(about).toMatchObject({ command, seeds: 2, runs: 4, methods: 2 });
  expect(accuracies.map(({ points }: { points: unknown[] }) => points.length)).toEqual([3, 3, 3, 3]);

  const cache = join(folder, 'experiments-cache');
  const stores = readdirSync(cache)
    .filter((name) => name.endsWith('.sqlite'))
    .sort();
  expect(stores).toHaveLength(2);
  for (const { probe, pairs, verdicts } of probes) {
    expect(pairs).toEqual(
      actions.map((className, c) => ({
        ...{ className, actor: 'person', place: places[probe as 'probe'][c] },
      })),
    );
    expect(verdicts.map(({ method }: { method: string }) => method)).toEqual([
      'input-x-gradient',
      'grad-cam',
    ]);
    for (const { method, classes, first, leads } of verdicts) {
      for (const { count, of, interval } of [first, leads]) {
        expect(of).toBe(4);
        expect(interval[0] <= count / 4 && count / 4 <= interval[1]).toBe(true);
      }
      let before = 0;
      for (const [c, { className, place, actor, ahead, first: isFirst }] of classes.entries()) {
        // With what the store says by itself.
        const ranks = stores.map((file, s) => {
          const store = openStore(join(cache, file), { readonly: true });
          try {
            const suffix = method === 'grad-cam' ? ', grad-cam' : '';
            const rows = store.trajectories(`bar ${probe}, seed ${s + 1}${suffix}`, { className });
            const of = (segment: string) => rows.filter((row) => row.segment === segment).at(-1)!;
            expect(of('person').epoch).toBe(2);
            return [of(pairs[c].place).meanRank!, of('person').meanRank!];
          } finally {
            store.close();
          }
        });
        expect(isFirst).toEqual(ranks.map(([there, who]) => there < who));
        before += isFirst.filter(Boolean).length;
        expect(place.mean).toBeCloseTo((ranks[0][0] + ranks[1][0]) / 2, 4);
        expect(actor.mean).toBeCloseTo((ranks[0][1] + ranks[1][1]) / 2, 4);
        expect(ahead.mean).toBeCloseTo(actor.mean - place.mean, 3);
        for (const { mean, low, high } of [place, actor, ahead])
          expect(low - 1e-4 <= mean && mean <= high + 1e-4).toBe(true);
        expect([place.pictures, actor.pictures]).toEqual([3, 3]);
      }
      expect(first.count).toBe(before);
    }
  }

  for (const [c, className] of actions.entries()) {
    const place = places['probe-train'][c];
    let [first, right] = [0, 0];
    for (const [s, file] of stores.entries()) {
      const store = openStore(join(cache, file), { readonly: true });
      try {
        const name = `bar probe-train, seed ${s + 1}`;
        const of = (segment: string) => store.trajectories(name, { className, segment });
        const who = of('person');
        first += of(place).filter(({ meanRank }, i) => meanRank! < who[i].meanRank!).length;
        right += store
          .images(name, 'last')!
          .images.filter(({ label, predicted }) => label === c && predicted === c).length;
      } finally {
        store.close();
      }
    }
    expect(throughout[c]).toMatchObject({ className, place, of: 6, first });
    expect(3 * (rightBy[c].right[0][0] + rightBy[c].right[0][1])).toBeCloseTo(right, 3);
  }

  const page = read('bar.md');
  expect(page).toContain(`\`${command}\``);
  expect(page).toContain(conclusion);
  expect(page).toMatch(/^\| climbing \| rock \(3 of 3 pictures\) \| grad-cam \| \d\.\d\d \(/m);
  expect(page).toMatch(/^\| diving \| sky \(3 of 3 pictures\) \| input-x-gradient \| \d\.\d\d \(/m);
  expect(page).not.toContain(folder);
  for (const figure of ['bar', 'bar-epochs', 'bar-accuracy']) expect(page).toContain(`](${figure}.svg)`);
  for (const figure of ['bar', 'bar-epochs'])
    expect(read(`${figure}.svg`)).toMatch(/^<svg .*climbing.*diving.*<\/svg>\n$/s);
  expect(read('bar-accuracy.svg')).toMatch(/^<svg .*training.*test split.*probe-train.*<\/svg>\n$/s);
  // Two probe sets, two methods, two actions: a line each. And the key.
  expect(read('bar.svg').match(/<circle/g)).toHaveLength(8 + 2);
  expect(stdout).toMatch(/^grad-cam +\d\.\d\d /m);

  const trained = stores.map((name) => statSync(join(cache, name)).mtimeMs);
  const again = await run();
  expect(again.stderr).toContain('2 runs, 0 of them to be computed');
  expect(stores.map((name) => statSync(join(cache, name)).mtimeMs)).toEqual(trained);
  expect(read('bar.md')).toBe(page);
});

it('a share of cases in clusters: fewer cases where clusters differ, and for want of clusters', () => {
  // 30 · (t(29) / t(4))² = 16.28 cases: 1 − 0.025^(1 / 16.28).
  expect(clusteredShare([0, 0, 0, 0, 0], 6)).toMatchObject({ count: 0, of: 30, share: 0 });
  expect(clusteredShare([0, 0, 0, 0, 0], 6).interval).toEqual([0, expect.closeTo(0.2028, 3)]);
  expect(clusteredShare([6, 6, 6, 6, 6], 6).interval).toEqual([expect.closeTo(0.7972, 3), 1]);
  const width = ([low, high]: [number, number]) => high - low;
  const [even, uneven] = [
    [3, 3, 3, 3, 3],
    [6, 0, 6, 0, 3],
  ].map((counts) => width(clusteredShare(counts, 6).interval));
  expect(even).toBeGreaterThan(width(clopperPearson(15, 30, 0.05)));
  expect(uneven).toBeGreaterThan(1.5 * even);
  expect(clusteredShare([4], 6).interval).toEqual([0, 1]);
});
