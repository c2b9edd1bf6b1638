// satwatch beside its peers on net A, with the same weights, pictures and threads, each at its best batch size:
//
//   npm run build && node test/bench/peers/run.js [--save] [--quick]
//
// It makes two Python environments in the user's cache folder the first time (7 GB on Linux, where PyTorch's package
// brings CUDA along), and needs a Python that TensorFlow 2.15 has wheels for (3.9 to 3.11).
import { interleave, openBench, times } from '../frame.js';
import { openCompany } from './company.js';

const [images, side, segments, repeats] = [times(150, 32), 64, 12, times(3, 1)];
const company = await openCompany({
  ...{ images, side, segments },
  python: {
    torch: ['captum_worker.py', 'peers-torch'],
    tensorflow: ['tensorflow_worker.py', 'peers-tensorflow'],
  },
});
const { workers, probe, threads, versions, turn } = company;
const bench = openBench('peers', {
  ...{ title: `Peers on net A: ${images} pictures ${side}×${side}, ${segments} segments; ms an image` },
  ...{ versions, command: 'node test/bench/peers/run.js --save' },
});
bench.note(
  `${threads} threads each, WASM one; the time is that of whole processes in turn, a pause before each`,
);

const arms = {};
const add = async (name, worker, run, batch) => {
  if (!worker) return;
  const best = () => company.bestBatch(worker, run, [8, 16, 32, 64, images], { repeats });
  arms[name] = { worker, run, batch: batch ?? (await best()) };
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
        const sample = await turn(worker, run, batch, { repeats });
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
await company.close(bench);
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
