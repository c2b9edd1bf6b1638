// One net, trained on BAR with the native backend, measured on the native backend and on WASM: do the ranks agree?
//   node test/bench/bar-backends.js --data DIR [--epochs 5]
// DIR as for examples/experiments/bar.ts. Needs tfjs-node; the WASM backend runs in the same process on the same weights.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { createMonitor, openStore } from 'satwatch';
import { barProbes } from '../../dist/examples/support/barProbes.js';
import { readPhotographs } from '../../dist/examples/support/photographs.js';
import { createResidualNet } from '../../dist/examples/support/residualNet.js';
import { loadBackend } from '../../dist/src/backend/index.js';

const { values: options } = parseArgs({
  options: { data: { type: 'string' }, epochs: { type: 'string', default: '5' } },
});
if (!options.data)
  throw new Error('--data DIR: the folder with images/train, images/test, probe and probe-train');
const [side, epochs] = [96, Number(options.epochs)];

const { tf, backend, why } = await loadBackend();
console.log(why);
if (backend !== 'tensorflow')
  throw new Error('this compares the native backend with WASM; npm run native installs it');
const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
setWasmPaths(join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')), sep));

const { classNames, photographs } = await readPhotographs(join(options.data, 'images/train'), { side });
const model = createResidualNet(tf, { side, classes: classNames.length, seed: 1 });
model.compile({
  optimizer: tf.train.momentum(0.02, 0.9),
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
});
const bytes = new Float32Array(photographs.length * side * side * 3);
for (const [i, { pixels }] of photographs.entries()) bytes.set(pixels, i * side * side * 3);
const xs = tf.tidy(() => tf.tensor4d(bytes, [photographs.length, side, side, 3]).div(127.5).sub(1));
const labels = tf.tensor1d(
  photographs.map(({ label }) => label),
  'int32',
);
const started = performance.now();
const { history } = await model.fit(xs, tf.oneHot(labels, classNames.length), { epochs, verbose: 0 });
const seconds = ((performance.now() - started) / 1000).toFixed(0);
console.log(`${epochs} epochs in ${seconds} s, training accuracy ${(100 * history.acc.at(-1)).toFixed(1)} %`);

const folder = mkdtempSync(join(tmpdir(), 'satwatch-backends-'));
const store = openStore(join(folder, 'runs.sqlite'));
const { 'probe-train': probe } = await barProbes(options.data, { side, classNames, most: Infinity });
for (const name of ['tensorflow', 'wasm']) {
  if (!(await tf.setBackend(name))) throw new Error(`the backend ${name} does not start`);
  const monitor = await createMonitor(tf, {
    probe,
    store,
    run: name,
    inputRange: [-1, 1],
    reliance: { budget: 0 },
    verbose: false,
  });
  const { seconds: took } = await monitor.observe(model, { epoch: epochs });
  await monitor.close();
  console.log(`${store.run(name).backend}: observed in ${took.toFixed(1)} s`);
}

const [native, wasm] = ['tensorflow', 'wasm'].map((run) => store.sats(run));
let [rows, equal, apart, largest] = [0, 0, 0, 0];
for (const [i, { sat }] of native.entries()) {
  const scale = Math.max(...sat.map(({ attribution }) => Math.abs(attribution)));
  for (const [s, row] of sat.entries()) {
    const other = wasm[i].sat[s];
    rows++;
    if (row.rank === other.rank) equal++;
    largest = Math.max(largest, Math.abs(row.rank - other.rank));
    apart = Math.max(apart, Math.abs(row.attribution - other.attribution) / scale);
  }
}
const means = (run) => new Map(store.trajectories(run).map(({ segment, meanRank }) => [segment, meanRank]));
const [one, two] = [means('tensorflow'), means('wasm')];
const furthest = Math.max(
  ...[...one].map(([segment, rank]) => (rank ? Math.abs(rank - two.get(segment)) : 0)),
);
console.log(
  `${native.length} pictures, ${rows} rows: ${equal} local ranks equal, the others at most ${largest} apart; ` +
    `attributions at most ${apart.toExponential(1)} of a picture's largest apart; mean ranks at most ${furthest.toFixed(4)} apart`,
);
store.close();
rmSync(folder, { recursive: true });
