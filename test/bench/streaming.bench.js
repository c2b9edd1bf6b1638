// A probe set that does not fit into memory: 10,000 drawn JPEGs with 50 segments each, loaded and observed twice by a
// small net, at an eighth, a quarter, half and all of them. Time an image and memory have to stay where they are. Every
// size runs in a process of its own. The set is in satwatch's own layout; --kept adds the same with all pixels in memory,
// --coco the reading of it as a COCO file.
//
//   npm run bench -- streaming [--save] [--quick], or for the rest of the options
//   node test/bench/streaming.bench.js [--images 10000] [--side 64] [--memory BYTES] [--kept] [--coco]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createMonitor, loadProbeSet } from 'satwatch';
import sharp from 'sharp';
import { seededRandom } from '../../dist/examples/support/random.js';
import { loadBackend } from '../../dist/src/backend/index.js';
import { installed, openBench, times } from './frame.js';

const { values: options } = parseArgs({
  options: {
    save: { type: 'boolean' },
    quick: { type: 'boolean' },
    images: { type: 'string', default: String(times(10_000, 400)) },
    side: { type: 'string', default: '64' },
    memory: { type: 'string', default: String(4 * 2 ** 20) },
    kept: { type: 'boolean', default: false },
    coco: { type: 'boolean', default: false },
    child: { type: 'string' },
  },
});
const side = Number(options.side);
const segments = 50;
const classNames = ['one', 'two', 'three', 'four'];

/** Coloured cells around random points, each a segment. */
function draw(index) {
  const random = seededRandom(index + 1);
  const points = Array.from({ length: segments }, () => [random() * side, random() * side, random()]);
  const colours = points.map(() => [random() * 256, random() * 256, random() * 256]);
  const ids = new Uint8Array(side * side);
  const pixels = new Uint8Array(side * side * 3);
  for (let p = 0; p < ids.length; p++) {
    const [x, y] = [p % side, Math.floor(p / side)];
    let best = Number.POSITIVE_INFINITY;
    for (const [i, [u, v, grow]] of points.entries()) {
      const distance = (x - u) ** 2 + (y - v) ** 2 - 20 * grow;
      if (distance < best) [best, ids[p]] = [distance, i + 1];
    }
    for (let c = 0; c < 3; c++) pixels[3 * p + c] = colours[ids[p] - 1][c] * (0.8 + 0.2 * random());
  }
  return { ids, pixels };
}

const stem = (i) => String(i).padStart(5, '0');

/** @returns COCO annotations by image, where asked for */
async function make(folder, count) {
  for (const part of ['images', 'masks']) mkdirSync(join(folder, part));
  const annotations = [];
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const { ids, pixels } = draw(i);
    const raw = (channels) => ({ raw: { width: side, height: side, channels } });
    const jpeg = await sharp(pixels, raw(3)).jpeg({ quality: 90 }).toBuffer();
    bytes += jpeg.length;
    writeFileSync(join(folder, `images/${stem(i)}.jpg`), jpeg);
    await sharp(ids, raw(1))
      .toColourspace('b-w')
      .png()
      .toFile(join(folder, `masks/${stem(i)}.png`));
    if (options.coco) annotations.push(cocoOf(i, ids));
  }
  return { annotations, bytesEach: bytes / count };
}

/** Uncompressed run lengths, down the columns. */
function cocoOf(image, ids) {
  return Array.from({ length: segments }, (_, s) => {
    const counts = [];
    let [inside, length] = [false, 0];
    for (let p = 0; p < ids.length; p++) {
      if ((ids[(p % side) * side + Math.floor(p / side)] === s + 1) !== inside) {
        counts.push(length);
        [inside, length] = [!inside, 0];
      }
      length++;
    }
    return {
      image_id: image,
      category_id: s + 1,
      segmentation: { size: [side, side], counts: [...counts, length] },
    };
  });
}

const names = Object.fromEntries(Array.from({ length: segments }, (_, s) => [s + 1, `part ${s + 1}`]));

function describe(folder, count, annotations) {
  const images = Array.from({ length: count }, (_, i) => i);
  writeFileSync(
    join(folder, 'probe.json'),
    JSON.stringify({
      version: 1,
      classNames,
      roles: { 'part 1': 'suspect', 'part 2': 'context', 'part 3': 'core' },
      segments: names,
      images: images.map((i) => ({
        file: `images/${stem(i)}.jpg`,
        label: i % classNames.length,
        labelMask: `masks/${stem(i)}.png`,
      })),
    }),
  );
  if (options.coco)
    writeFileSync(
      join(folder, 'coco.json'),
      JSON.stringify({
        images: images.map((id) => ({ id, file_name: `${stem(id)}.jpg`, kind: id % classNames.length })),
        categories: Object.entries(names).map(([id, name]) => ({ id: Number(id), name })),
        annotations: annotations.slice(0, count).flat(),
      }),
    );
}

/** In MiB, after a garbage collection. */
function memory() {
  for (let i = 0; i < 3; i++) globalThis.gc();
  const { rss, heapUsed, external } = process.memoryUsage();
  return Object.fromEntries(
    Object.entries({ rss, heapUsed, external }).map(([key, value]) => [key, round(value / 2 ** 20)]),
  );
}

const round = (value, digits = 1) => Number(value.toFixed(digits));

async function timed(work) {
  const [start, used] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(used);
  return { result, seconds: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
}

/** One size, in a process of its own. */
async function child({ folder, count, memory: limit, coco }) {
  const { tf, backend } = await loadBackend(process.env.SATWATCH_BACKEND);
  tf.env().set('PROD', true);
  const before = memory();
  const path = coco ? join(folder, 'coco.json') : folder;
  const how = coco ? { labels: 'kind', classNames } : {};
  const { result: probe, ...load } = await timed(() => loadProbeSet(path, { memory: limit, ...how }));
  const loaded = { ...memory(), peak: peak() };
  if (coco) return { backend, count, load, before, loaded, id: probe.id, file: statSync(path).size };
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [side, side, 3],
        filters: 8,
        kernelSize: 3,
        activation: 'relu',
        padding: 'same',
      }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.conv2d({ filters: 16, kernelSize: 3, activation: 'relu', padding: 'same' }),
      tf.layers.globalAveragePooling2d({}),
      tf.layers.dense({ units: classNames.length, activation: 'softmax' }),
    ],
  });
  const monitorWith = (more) =>
    createMonitor(tf, {
      probe,
      store: join(folder, `${count}-${limit}.sqlite`),
      inputRange: [0, 1],
      verbose: false,
      channels: [],
      ...more,
    });
  // The reliance test takes 64 receivers and 128 pictures to fill whatever the size of the set: it is timed by itself.
  const monitor = await monitorWith({ reliance: { budget: 0 } });
  const start = await timed(() => monitor.start(model));
  const observed = [];
  for (let epoch = 0; epoch < 2; epoch++) {
    const { result, ...time } = await timed(() => monitor.observe(model, { epoch }));
    observed.push({ ...time, ...memory(), alerts: result.alerts.length });
  }
  await monitor.close();
  const used = peak();
  const testing = await monitorWith({});
  await testing.start(model);
  const { result: _, ...reliance } = await timed(() => testing.observe(model, { epoch: 0 }));
  await testing.close();
  return { backend, count, load, start, observed, reliance, before, loaded, peak: used, id: probe.id };
}

/** The most that the process ever had, in MiB. */
const peak = () => round(process.resourceUsage().maxRSS / 1024);

function inChild(work) {
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--expose-gc', import.meta.filename, '--side', String(side), '--child', JSON.stringify(work)],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 24 },
  );
  if (status !== 0) throw new Error(`the process of ${work.count} images ended with ${status}`);
  return JSON.parse(stdout.slice(stdout.indexOf('{"backend"')));
}

async function main() {
  const total = Number(options.images);
  const sizes = [8, 4, 2, 1].map((part) => Math.round(total / part));
  const say = console.log;
  const bench = openBench('streaming', {
    title: `A probe set of ${total} images ${side}×${side} with ${segments} segments each`,
    versions: installed('@tensorflow/tfjs', 'sharp'),
  });
  const folder = mkdtempSync(join(tmpdir(), 'satwatch-streaming-'));
  try {
    const { annotations, bytesEach } = await make(folder, total);
    const bytes = side * side * 3;
    say(
      `${total} JPEGs of ${side}x${side} (${(bytesEach / 1024).toFixed(1)} KiB; ${bytes} bytes as pixels), ${segments} segments each`,
    );
    const runs = { streamed: [], kept: [], coco: [] };
    const arms = { streamed: Number(options.memory), ...(options.kept && { kept: 2 ** 40 }) };
    for (const count of sizes) {
      describe(folder, count, annotations);
      for (const [arm, limit] of Object.entries(arms)) {
        const run = inChild({ folder, count, memory: limit, coco: false });
        runs[arm].push(run);
        bench.child(run.cpu);
        const ms = (seconds) => ((1000 * seconds) / count).toFixed(2);
        const [first, last] = run.observed;
        say(
          `${arm.padEnd(8)} ${String(count).padStart(6)} images: ms an image: load ${ms(run.load.seconds)}, start ${ms(run.start.seconds)}, observe ${ms(first.seconds)} and ${ms(last.seconds)}, with the reliance test ${(run.reliance.seconds - last.seconds).toFixed(1)} s more; ` +
            `MiB: rss ${run.before.rss} → ${run.loaded.rss} → ${first.rss} → ${last.rss} (peak ${run.peak}), heap ${run.before.heapUsed} → ${run.loaded.heapUsed} → ${last.heapUsed}, external ${run.before.external} → ${run.loaded.external} → ${last.external}`,
        );
      }
      if (options.coco) {
        const run = inChild({ folder, count, memory: arms.streamed, coco: true });
        runs.coco.push(run);
        bench.child(run.cpu);
        say(
          `COCO     ${String(count).padStart(6)} images: load ${((1000 * run.load.seconds) / count).toFixed(2)} ms an image; file ${(run.file / 2 ** 20).toFixed(0)} MiB; rss ${run.before.rss} → ${run.loaded.rss} (peak ${run.loaded.peak}), heap → ${run.loaded.heapUsed}`,
        );
      }
    }
    const each = (of) => (run) => of(run) / run.count;
    const ratio = (list, of) =>
      list.length ? round(each(of)(list.at(-1)) / each(of)(list[0]), 3) : undefined;
    const growth = (list, of) =>
      round((1024 * (of(list.at(-1)) - of(list[0]))) / (list.at(-1).count - list[0].count), 2);
    const resident = (run) => run.observed[1].heapUsed + run.observed[1].external;
    const summary = Object.fromEntries(
      Object.keys(arms).map((arm) => [
        arm,
        {
          loadRatio: ratio(runs[arm], (run) => run.load.seconds),
          loadCpuRatio: ratio(runs[arm], (run) => run.load.cpu),
          observeRatio: ratio(runs[arm], (run) => run.observed[1].seconds),
          observeCpuRatio: ratio(runs[arm], (run) => run.observed[1].cpu),
          kibAnImageLoaded: growth(runs[arm], (run) => run.loaded.heapUsed + run.loaded.external),
          kibAnImage: growth(runs[arm], resident),
          kibAnImagePeak: growth(runs[arm], (run) => run.peak),
        },
      ]),
    );
    for (const [arm, figures] of Object.entries(summary))
      say(
        `${arm}: time an image at ${sizes.at(-1)} over that at ${sizes[0]}: load ${figures.loadRatio} (processor ${figures.loadCpuRatio}), observe ${figures.observeRatio} (processor ${figures.observeCpuRatio}); memory grows by ${figures.kibAnImageLoaded} KiB an image once loaded, ${figures.kibAnImage} after two observations (heap and external), the peak of the process by ${figures.kibAnImagePeak}`,
      );
    if (options.coco) {
      summary.coco = {
        loadRatio: ratio(runs.coco, (run) => run.load.seconds),
        loadCpuRatio: ratio(runs.coco, (run) => run.load.cpu),
        peakOverFile: round(
          (runs.coco.at(-1).loaded.peak - runs.coco.at(-1).before.rss) / (runs.coco.at(-1).file / 2 ** 20),
        ),
      };
      say(
        `COCO: time an image: load ${summary.coco.loadRatio} (processor ${summary.coco.loadCpuRatio}); while loading it takes up to ${summary.coco.peakOverFile} times the file's size`,
      );
    }
    const same = runs.kept.every(({ id }, i) => id === runs.streamed[i].id);
    if (!same) console.error('the ids of streamed and kept sets differ');
    const { streamed } = summary;
    const over = `at ${total} over ${sizes[0]}`;
    bench.figure(`observe: processor time an image, ${over}`, streamed.observeCpuRatio, { unit: '×' });
    bench.figure(`observe: time an image, ${over}`, streamed.observeRatio, { unit: '×' });
    bench.figure(`load: processor time an image, ${over}`, streamed.loadCpuRatio, { unit: '×' });
    bench.figure('memory that stays, an image more', streamed.kibAnImage, { unit: 'KiB' });
    bench.figure('peak of an observation, an image more', streamed.kibAnImagePeak, { unit: 'KiB' });
    bench.figure(`resident after two observations of ${total}`, runs.streamed.at(-1).observed[1].rss, {
      unit: 'MiB',
    });
    if (summary.coco)
      bench.figure('COCO: the peak while loading, over the size of the file', summary.coco.peakOverFile, {
        unit: '×',
      });
    bench.note(
      `${Math.round(Number(options.memory) / 2 ** 20)} MiB of pixels kept as bytes; an image's are ${bytes / 1024} KiB. Backend ${runs.streamed[0].backend}; a process for each of ${sizes.join(', ')} images`,
    );
    bench.close();
    if (!same) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (options.child) {
  const result = await child(JSON.parse(options.child));
  const { user, system } = process.cpuUsage();
  console.log(JSON.stringify({ ...result, cpu: (user + system) / 1000 }));
} else await main();
