// The store: bytes of an observation, the time of its commit, and whether a long run slows down. A commit is measured
// beside a plain write and fsync of as many bytes, which is what a file that survives a power cut costs at least.
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aggregateSats, computeSat, createMonitor, openStore } from 'satwatch';
import { seededRandom } from '../../dist/examples/support/random.js';
import { loadBackend } from '../../dist/src/backend/index.js';
import { RunWriter } from '../../dist/src/store/index.js';
import { installed, interleave, median, openBench, quantile, times } from './frame.js';
import { drawProbeSet } from './scene.js';

const [images, segments, commits, epochs] = [512, 12, times(1000, 60), times(1000, 200)];
const { tf } = await loadBackend('wasm');
const bench = openBench('store', {
  title: `The store: ${images} images × ${segments} segments`,
  versions: installed('better-sqlite3'),
});
const folder = mkdtempSync(join(tmpdir(), 'satwatch-store-'));
const path = join(folder, 'runs.sqlite');
const store = openStore(path);
const probe = drawProbeSet({ count: images, side: 32, segments });
const writer = new RunWriter(store, {
  name: 'commits',
  resume: false,
  probe,
  config: {},
  model: {},
  versions: {},
  backend: 'none',
});

/** What an epoch of a run gives: tables of random maps, and their means over all classes and each. */
function observation(epoch) {
  const random = seededRandom(epoch + 1);
  const sats = probe.images.map((image) =>
    computeSat(
      Float32Array.from({ length: 32 * 32 }, () => random() - 0.4),
      image.segments,
    ),
  );
  const rows = [null, ...probe.classNames].flatMap((className) =>
    ['relative', 'absolute'].flatMap((aggregation) =>
      aggregateSats(
        sats.filter((_, i) => className === null || probe.classNames[probe.images[i].label] === className),
        aggregation,
        probe.segmentNames,
      ).map(({ segment, n, meanRank, meanAttribution }) => ({
        ...{ aggregation, className, segment, n, meanRank, meanAttribution, chanceRank: 6.5 },
      })),
    ),
  );
  return {
    ...{ epoch, step: epoch, seconds: 1, share: 0.05, metrics: { loss: random(), acc: random() } },
    ...{ probeAccuracy: 0.9, sats, rows, effects: [], costs: [], maps: new Map() },
    predictions: probe.images.map(({ label }) => ({ predicted: label, margin: random() })),
  };
}

try {
  const drawn = Array.from({ length: 8 }, (_, i) => observation(i));
  const size = () => {
    store.db.pragma('wal_checkpoint(TRUNCATE)');
    return statSync(path).size;
  };
  const before = size();
  for (let epoch = 0; epoch < 20; epoch++)
    writer.observation({ ...drawn[epoch % 8], epoch, step: epoch }, none());
  const bytes = Math.round((size() - before) / 20);
  const { blobs } = store.db
    .prepare('SELECT avg(length(attributions) + length(predictions)) AS blobs FROM observations')
    .get();
  const raw = 4 * images * segments;
  bench.figure('blob bytes over raw float32', blobs / raw, { unit: '×', goal: { most: 1.3 } });
  bench.figure('growth of the file over raw float32, ranks and indices included', bytes / raw, { unit: '×' });

  const plain = openSync(join(folder, 'plain'), 'w');
  const content = Buffer.alloc(bytes, 7);
  let epoch = 20;
  const { commit, write } = await interleave(
    {
      commit: () => writer.observation({ ...drawn[epoch % 8], epoch, step: epoch++ }, none()),
      write: () => {
        writeSync(plain, content);
        fsyncSync(plain);
      },
    },
    { rounds: commits, warmUps: 10 },
  );
  closeSync(plain);
  const walls = commit.map(({ wall }) => wall);
  bench.figure('commit, 99 % within', quantile(walls, 0.99), { unit: 'ms', goal: { most: 5 } });
  bench.figure('the slowest commit', Math.max(...walls), { unit: 'ms' });
  bench.figure('commit, median', median(walls), { unit: 'ms', min: Math.min(...walls) });
  bench.ratio('commit over a plain write and fsync of as many bytes', commit, write);
  bench.figure(
    'the same, of the 99 % quantiles',
    quantile(walls, 0.99) /
      quantile(
        write.map(({ wall }) => wall),
        0.99,
      ),
    { unit: '×' },
  );

  // The whole pipeline, rules and history included, where the model costs next to nothing.
  const small = drawProbeSet({ count: 16, side: 8, segments });
  const weights = tf.randomNormal([8 * 8 * 3, 2], 0, 1, 'float32', 1);
  const goal = { most: 1.1 };
  for (const [what, reliance] of [
    ['', {}],
    [' without the reliance test', { budget: 0 }],
  ]) {
    const part = Math.floor(epochs / 10);
    /** A run's next observation, whenever it is called. */
    const begin = async (age) => {
      const monitor = await createMonitor(tf, {
        ...{ probe: small, store: join(folder, `${age}${what}.sqlite`), inputRange: [0, 1], epochs },
        ...{ channels: [], verbose: false, reliance },
        forward: (_, x) => x.reshape([x.shape[0], -1]).matMul(weights),
      });
      let at = 0;
      return {
        observe: () => monitor.observe({}, { epoch: at, step: at++ }),
        close: () => monitor.close(),
      };
    };
    const [old, young] = [await begin('old'), await begin('young')];
    // Side by side: a thousand in a row take so long that a slow minute of the machine looks like growth.
    for (let e = 0; e < epochs - part; e++) await old.observe();
    const taken = await interleave({ old: old.observe, young: young.observe }, { rounds: part, warmUps: 5 });
    bench.ratio(
      `an observation${what} after ${epochs - part} others, over one of a new run`,
      taken.old,
      taken.young,
      {
        goal,
      },
    );
    await old.close();
    await young.close();
  }
  const slower = (values, part) => median(values.slice(-part)) / median(values.slice(1, part + 1));
  const tenth = Math.floor(commits / 10);
  bench.figure(`${commits} commits, the last ${tenth} over the first ${tenth}`, slower(walls, tenth), {
    unit: '×',
    goal,
  });
  bench.note(
    `${bytes} bytes an observation; the file is in ${folder.startsWith('/tmp') ? '/tmp' : 'the temporary folder'}; SQLite in WAL mode, synchronous = NORMAL`,
  );
} finally {
  store.close();
  rmSync(folder, { recursive: true, force: true });
}
bench.close();

function none() {
  return { raised: [], updated: [] };
}
