/**
 * Which parts of a Chihuahua speak for Chihuahua, to a network trained on ImageNet? One run for each saliency method,
 * a single observation each, over photographs with named parts. What came out: docs/chihuahua.md.
 *
 *   node dist/examples/imagenet.js --data DIR [--steps 64] [--rule gauss-legendre] [--store chihuahua.sqlite]
 *   [--images N]
 *
 * DIR holds efficientnet-lite0 and chihuahua. --steps (which may come several times) and --rule are for integrated
 * gradients. A run that the store has already is not made again.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { SymbolicTensor, Tensor, Tensor2D } from '@tensorflow/tfjs';
import { createMonitor, createProbeSet, loadProbeSet, openStore } from 'satwatch';
// In a project of your own: import * as tf from '@tensorflow/tfjs-node';
import { loadBackend } from '../src/backend/index.js';
import { loadModel } from './support/loadModel.js';
import { printTable } from './support/printTable.js';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    steps: { type: 'string', multiple: true, default: ['64'] },
    rule: { type: 'string', default: 'gauss-legendre' },
    store: { type: 'string', default: 'chihuahua.sqlite' },
    images: { type: 'string', default: 'Infinity' },
  },
});
if (!options.data) throw new Error('--data DIR: the folder with efficientnet-lite0 and chihuahua');
const { tf, why } = await loadBackend();
console.log(why);

const network = await loadModel(tf, join(options.data, 'efficientnet-lite0'));
const names = JSON.parse(await readFile(join(options.data, 'efficientnet-lite0/classes.json'), 'utf8'));
const all = await loadProbeSet(join(options.data, 'chihuahua/coco.json'), {
  labels: 'class_index',
  // ImageNet has two cranes and two maillots; satwatch wants a name for each class.
  classNames: names.map((name: string, index: number) => `${index} ${name}`),
});
const { id: _, segmentNames, ...content } = all;
const probe = createProbeSet({ ...content, images: all.images.slice(0, Number(options.images)) });

const preprocess = (bytes: Tensor) => bytes.sub(127).div(128);
const black = preprocess(tf.scalar(0)).dataSync()[0];
const methods = [
  { name: 'gradient' },
  { name: 'input-x-gradient' },
  ...options.steps.map((steps) => ({
    name: 'integrated-gradients',
    baseline: black,
    steps: Number(steps),
    rule: options.rule,
  })),
];

const store = openStore(options.store);
const runs: string[] = [];
for (const method of methods) {
  const run = 'steps' in method ? `${method.name}, ${method.rule} ${method.steps}` : method.name;
  runs.push(run);
  if (store.hasRun(run) && store.run(run).state === 'done') continue;
  console.log(`${run} …`);
  // A finished network has no training to watch: one observation, no reliance test.
  const monitor = await createMonitor(tf, {
    probe,
    store,
    run,
    resume: true, // of one that was broken off
    preprocess,
    method,
    score: 'logit',
    reliance: { budget: 0 },
    verbose: false,
  });
  await monitor.observe(network, { epoch: 0 });
  await monitor.close();
}

console.log('\nmean rank among the parts of a picture, 1 = most influential, and (by chance)');
const columns = ['eyes', 'nose', 'ears', 'face', 'body', 'legs', 'clothes', 'person', 'background'];
printTable([
  ['method', ...columns, 'eyes or nose first', 'the two first'],
  ...runs.map((run) => {
    const rows = new Map(store.trajectories(run).map((row) => [row.segment, row]));
    const ranks = columns.map((segment) => {
      const { meanRank, chanceRank } = rows.get(segment) ?? {};
      return meanRank ? `${meanRank.toFixed(2)} (${chanceRank!.toFixed(2)})` : '–';
    });
    return [run, ...ranks, percent(run, 1), percent(run, 2)];
  }),
]);

console.log('\nintegrated gradients should sum to f(photograph) − f(black); they miss it by');
for (const run of runs.filter((name) => name.startsWith('integrated'))) {
  const gaps = await completenessGaps(run);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const median = gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)];
  console.log(`${run}: ${(100 * mean).toFixed(0)} % on average, median ${(100 * median).toFixed(0)} %`);
}
store.close();

/** Photographs whose `count` first parts are of eyes and nose, in per cent. */
function percent(run: string, count: 1 | 2): string {
  const sats = store.sats(run).flatMap(({ sat }) => (sat ? [sat] : []));
  const ofBoth = sats.filter(
    (sat) =>
      sat.filter(({ segment, rank }) => ['eyes', 'nose'].includes(segment) && rank <= count).length >= count,
  );
  return `${((100 * ofBoth.length) / sats.length).toFixed(0)} %`;
}

/** |sum of the map − (f(x) − f(b))| as a share of f(x) − f(b). The parts cover the picture, so theirs is the map's sum. */
async function completenessGaps(run: string): Promise<number[]> {
  const { inputs } = network;
  const logits = tf.model({ inputs, outputs: network.getLayer('logits').output as SymbolicTensor });
  const logit = async (bytes: Tensor, label: number) => {
    const [all] = (await tf.tidy(() => logits.predict(preprocess(bytes)) as Tensor2D).array()) as number[][];
    return all[label];
  };
  const shape: [number, number, number, number] = [1, probe.height, probe.width, probe.channels];
  const [{ label }] = probe.images;
  const base = await logit(tf.zeros(shape), label);
  const gaps: number[] = [];
  for (const [i, { sat }] of store.sats(run).entries()) {
    const sum = sat!.reduce((total, { attribution, area }) => total + attribution * area, 0);
    const difference = (await logit(tf.tensor4d(probe.images[i].pixels, shape), label)) - base;
    gaps.push(Math.abs(sum - difference) / Math.abs(difference));
  }
  return gaps;
}
