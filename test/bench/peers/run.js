// satwatch beside its peers on net A, with the same weights, pictures and threads, each at its best batch size:
//
//   npm run build && node test/bench/peers/run.js [--save] [--quick]
//
// It makes two Python environments in the user's cache folder the first time (7 GB on Linux, where PyTorch's package
// brings CUDA along), and needs a Python that TensorFlow 2.15 has wheels for (3.9 to 3.11).
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import * as tfjs from '@tensorflow/tfjs';
import { maskToBitmap } from 'satwatch';
import { interleave, openBench, times } from '../frame.js';
import { netA } from '../nets.js';
import { drawProbeSet } from '../scene.js';
import { startPython, startWorker } from '../workers.js';

const [images, side, segments, repeats] = [times(150, 32), 64, 12, times(3, 1)];
const threads = availableParallelism();
const env = {
  ...{ OMP_NUM_THREADS: String(threads), TF_NUM_INTRAOP_THREADS: String(threads), TF_CPP_MIN_LOG_LEVEL: '1' },
  // Threads that wait for work must not spin into the next arm's turn.
  OMP_WAIT_POLICY: 'PASSIVE',
};
const node = (backend) =>
  startWorker(process.execPath, [join(import.meta.dirname, 'satwatch.js')], {
    ...env,
    SATWATCH_BACKEND: backend,
  });

const workers = {
  native: await node('tfjs-node').catch(() => undefined),
  wasm: await node('wasm'),
  torch: await startPython(
    'peers/captum_worker.py',
    ['torch==2.15.0', 'captum==0.9.0', 'numpy==2.4.6', 'scipy==1.17.1'],
    { name: 'peers-torch', env },
  ),
  tensorflow: await startPython(
    'peers/tensorflow_worker.py',
    ['tensorflow-cpu==2.15.1', 'tf-explain==0.3.1', 'opencv-python-headless==4.11.0.86', 'numpy==1.26.4'],
    { name: 'peers-tensorflow', env },
  ),
};
const present = Object.entries(workers).filter(([, worker]) => worker);
const versions = Object.assign({}, ...present.map(([, worker]) => worker.versions));
const bench = openBench('peers', {
  ...{ title: `Peers on net A: ${images} pictures ${side}×${side}, ${segments} segments; ms an image` },
  ...{ versions, command: 'node test/bench/peers/run.js --save' },
});
bench.note(
  `${threads} threads each, WASM one; the time is that of whole processes in turn, a pause before each`,
);

tfjs.env().set('PROD', true);
await tfjs.setBackend('cpu');
const weights = netA(tfjs).model.getWeights();
const shapes = weights.map(({ shape }) => shape);
const values = weights.map((tensor) => tensor.dataSync());
const probe = drawProbeSet({ count: images, side, segments });
const task = { images, side, segments, weights: shapes };
const pictures = [
  ...probe.images.map(({ pixels }) => pixels),
  Uint8Array.from(probe.images, ({ label }) => label),
  ...probe.images.flatMap((image) => image.segments.map(({ mask }) => maskToBitmap(mask))),
];
for (const [name, worker] of present)
  await worker.ask(task, name === 'native' || name === 'wasm' ? values : [...pictures, ...values]);

const pause = () => new Promise((resolve) => setTimeout(resolve, 300));
/** One turn of a worker's arm, as ms of its own clock for all pictures. */
async function turn(worker, run, batch, more = {}) {
  await pause();
  const { wall, ...rest } = await worker.ask({ run, batch, repeats, ...more });
  return { wall: wall / repeats, ...rest };
}
async function bestBatch(worker, run) {
  let best = { wall: Number.POSITIVE_INFINITY };
  for (const batch of [8, 16, 32, 64, images])
    for (let round = 0; round < times(3, 1) + 1; round++) {
      const { wall } = await turn(worker, run, batch);
      if (round > 0 && wall < best.wall) best = { wall, batch };
    }
  return best.batch;
}

const arms = {};
const add = async (name, worker, run, batch) => {
  if (worker) arms[name] = { worker, run, batch: batch ?? (await bestBatch(worker, run)) };
};
await add('satwatch, native', workers.native, 'observation', 32);
await add('satwatch, WASM', workers.wasm, 'observation', 32);
await add('Captum, whole step', workers.torch, 'whole step');
await add('Captum, attribution alone', workers.torch, 'attribution alone');
await add('tf-explain callback', workers.tensorflow, 'tf-explain callback', images);
await add('TensorFlow gradient', workers.tensorflow, 'gradient');
const taken = Object.fromEntries(Object.keys(arms).map((name) => [name, []]));
await interleave(
  Object.fromEntries(
    Object.entries(arms).map(([name, { worker, run, batch }]) => [
      name,
      async (round) => {
        const sample = await turn(worker, run, batch);
        if (round >= 0) taken[name].push(sample);
      },
    ]),
  ),
  { rounds: times(15), warmUps: 2 },
);

const per = { per: images };
for (const own of ['satwatch, native', 'satwatch, WASM'])
  for (const [peer, goal] of [
    ['Captum, whole step', { most: 1.5 }],
    ['tf-explain callback', { most: 1 }],
    ['Captum, attribution alone'],
    ['TensorFlow gradient'],
  ]) {
    // The goals are the native backend's; nobody would choose WASM who has the other.
    const options = own === 'satwatch, native' ? { ...per, goal } : per;
    if (taken[own] && taken[peer]) bench.ratio(`${own} over ${peer}`, taken[own], taken[peer], options);
  }
for (const [name, { batch }] of Object.entries(arms)) bench.note(`${name}: batches of ${batch}`);
if (workers.torch) await compare();
for (const [, worker] of present) bench.child(await worker.close());
bench.close();
process.exit(0);

/** That all compute the same: Captum's tables against those that satwatch stored. */
async function compare() {
  const { result: theirs } = await turn(workers.torch, 'whole step', 32, { result: true });
  for (const own of ['native', 'wasm']) {
    if (!workers[own]) continue;
    const { result: ours } = await turn(workers[own], 'observation', 32, { result: true });
    let [same, rows, off] = [0, 0, 0];
    ours.forEach(({ sat }, i) => {
      const [means, ranks] = theirs[i];
      const largest = Math.max(...means.map(Math.abs));
      for (const { segment, rank, attribution } of sat) {
        const place = probe.images[i].segments.findIndex(({ name }) => name === segment);
        rows++;
        if (rank === ranks[place]) same++;
        off = Math.max(off, Math.abs(attribution - means[place]) / largest);
      }
    });
    bench.figure(`ranks equal to Captum's, ${own}`, (100 * same) / rows, { unit: '%' });
    bench.note(
      `${own}: means differ from Captum's by ${off.toExponential(1)} of the picture's largest at most`,
    );
  }
}
