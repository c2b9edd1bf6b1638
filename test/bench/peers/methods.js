// The saliency methods of satwatch beside those of Captum and zennit, maps alone: net A with the same weights, pictures and
// threads, each at the best of some batch sizes.
//
//   npm run build && node test/bench/peers/methods.js [--save] [--quick]
//
// Python as for run.js.
import { interleave, openBench, times } from '../frame.js';
import { openCompany } from './company.js';

const [images, side] = [times(96, 32), 64];
const company = await openCompany({
  ...{ images, side, segments: 1 },
  python: { torch: ['methods_worker.py', 'peers-torch'] },
});
const { workers, threads, versions, turn, bestBatch } = company;
if (!workers.torch) throw new Error('methods.js compares with Captum and zennit, which are not here');
const bench = openBench('peers-methods', {
  title: `Saliency methods beside Captum and zennit on net A: ${images} pictures ${side}×${side}; ms an image`,
  ...{ versions, command: 'node test/bench/peers/methods.js --save' },
});

/** `peer` and what both are asked for; `repeats` make a turn long enough for the clock. */
const methods = {
  'epsilon-plus-flat': { peer: 'zennit', goal: { most: 1.5 } },
  'input-x-gradient': {},
  'integrated-gradients': { options: { steps: 16 }, repeats: 1 },
  'deep-lift': { options: { baseline: 'mean picture' } },
  'guided-backprop': {},
  'grad-cam': {},
};
const backends = { native: 'native', wasm: 'WASM' };

for (const [name, { peer = 'Captum', goal, options = {}, repeats = times(3, 1) }] of Object.entries(
  methods,
)) {
  const asked = { repeats, options };
  const arms = {};
  for (const [who, worker] of Object.entries(workers))
    arms[who] = { worker, batch: await bestBatch(worker, name, [8, 16, 32, images], asked) };
  const taken = Object.fromEntries(Object.keys(arms).map((who) => [who, []]));
  const bodies = Object.entries(arms).map(([who, { worker, batch }]) => [
    who,
    async (round) => {
      const sample = await turn(worker, name, batch, asked);
      if (round >= 0) taken[who].push(sample);
    },
  ]);
  await interleave(Object.fromEntries(bodies), { rounds: times(11), warmUps: 1 });
  const { result: theirs } = await turn(workers.torch, name, 32, { options, result: true });
  const notes = [`batches of ${arms.torch.batch} in ${peer}`];
  for (const [who, backend] of Object.entries(backends)) {
    if (!workers[who]) continue;
    // The goal is the native backend's; nobody would choose WASM who has the other.
    const only = who === 'native' ? goal : undefined;
    bench.ratio(`${name}, ${backend}, over ${peer}`, taken[who], taken.torch, { per: images, goal: only });
    const { result: ours } = await turn(workers[who], name, 32, { options, result: true });
    notes.push(`${arms[who].batch} on ${backend}, whose maps are ${apart(ours, theirs)}`);
  }
  bench.note(`${name}: ${notes.join('; ')}`);
}
bench.note(`${threads} threads each, WASM one; whole processes in turn, a pause before each`);
await company.close(bench);
bench.close();
process.exit(0);

/** How far two lists of maps are apart, in words: the largest difference as a part of the largest value of theirs. */
function apart(ours, theirs) {
  const largest = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const parts = theirs.map((value, i) => Math.abs(ours[i] - value) / largest);
  const most = parts.reduce((a, b) => Math.max(a, b), 0);
  const far = parts.filter((part) => part > 1e-4).length;
  const where = far ? `, above 1e-4 in ${far} of ${parts.length} pixels` : '';
  return `at most ${most.toExponential(1)} of the largest value apart${where}`;
}
