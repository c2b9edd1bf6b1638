/**
 * Which parts of a Chihuahua speak for Chihuahua, to a network trained on ImageNet, and do the saliency methods agree? One
 * run for each method, a single observation each, over photographs with named parts. What came out: docs/chihuahua.md.
 *
 *   node dist/examples/imagenet.js --data DIR [--methods gradient,grad-cam] [--steps 64] [--rule gauss-legendre]
 *   [--images N] [--store chihuahua.sqlite] [--target 849] [--random 1]
 *
 * DIR holds efficientnet-lite0 and chihuahua. --methods: default all. --steps (which may come several times) and --rule
 * are for integrated gradients. A run that the store has already is not made again. Two controls: --target explains
 * another class than Chihuahua, --random draws the weights of the network anew, from that seed.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { SymbolicTensor, Tensor, Tensor2D } from '@tensorflow/tfjs';
import {
  aggregateSats,
  createMonitor,
  createProbeSet,
  loadProbeSet,
  openStore,
  rankTable,
  type SatRow,
  saliencyMethods,
} from 'satwatch';
// In a project of your own: import * as tf from '@tensorflow/tfjs-node';
import { loadBackend } from '../src/backend/index.js';
import { drawWeights } from './support/drawWeights.js';
import { type Entry, imagenetMethods } from './support/imagenetMethods.js';
import { loadModel } from './support/loadModel.js';
import { printTable } from './support/printTable.js';
import { type Ranking, reportAgreement, reportFirst } from './support/reportAgreement.js';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    methods: { type: 'string' },
    steps: { type: 'string', multiple: true, default: ['64'] },
    rule: { type: 'string', default: 'gauss-legendre' },
    store: { type: 'string', default: 'chihuahua.sqlite' },
    images: { type: 'string', default: 'Infinity' },
    target: { type: 'string' },
    random: { type: 'string' },
  },
});
if (!options.data) throw new Error('--data DIR: the folder with efficientnet-lite0 and chihuahua');
const { tf, why } = await loadBackend();
console.log(why);

const network = await loadModel(tf, join(options.data, 'efficientnet-lite0'));
if (options.random) drawWeights(tf, network, Number(options.random));
const names = JSON.parse(await readFile(join(options.data, 'efficientnet-lite0/classes.json'), 'utf8'));
const all = await loadProbeSet(join(options.data, 'chihuahua/coco.json'), {
  labels: 'class_index',
  // ImageNet has two cranes and two maillots; satwatch wants a name for each class.
  classNames: names.map((name: string, index: number) => `${index} ${name}`),
});
const { id: _, segmentNames, ...content } = all;
const photographs = all.images.slice(0, Number(options.images));
const probeOf = (every: number) =>
  createProbeSet({ ...content, images: photographs.filter((_, i) => i % every === 0) });

const preprocess = (bytes: Tensor) => bytes.sub(127).div(128);
const [low, high] = preprocess(tf.tensor1d([0, 255])).dataSync();
const settings = { pixels: { low, high }, steps: options.steps.map(Number), rule: options.rule };
const wanted = options.methods?.split(',') ?? Object.keys(saliencyMethods);
for (const name of wanted) if (!saliencyMethods[name]) throw new Error(`--methods: there is no '${name}'`);
const control = [
  ...(options.target ? [`class ${options.target}`] : []),
  ...(options.random ? [`random weights ${options.random}`] : []),
];
const entries = imagenetMethods(tf, all, settings)
  .filter(({ method }) => wanted.includes(method.name))
  .map((entry) => ({ ...entry, run: [entry.run, ...control].join(', ') }));
const target = Number(options.target ?? photographs[0].label);

const store = openStore(options.store);
for (const { run, every, method } of entries) {
  if (store.hasRun(run) && store.run(run).state === 'done') continue;
  console.log(`${run} …`);
  // A finished network has no training to watch: one observation, no reliance test.
  const monitor = await createMonitor(tf, {
    probe: probeOf(every),
    store,
    run,
    resume: true, // of one that was broken off
    preprocess,
    method,
    target,
    score: 'logit',
    reliance: { budget: 0 },
    verbose: false,
  });
  await monitor.observe(network, { epoch: 0 });
  await monitor.close();
}

const rankings = entries.flatMap(({ run, family, method }): Ranking[] => {
  const sats = satsOf(run);
  const chance = new Map(store.trajectories(run).map((row) => [row.segment, row.chanceRank!]));
  if (!saliencyMethods[method.name].bySegments) return [{ name: run, family, sats, chance }];
  // Of these a pixel has the effect of its whole part; in the tables of the others stands a mean over pixels.
  return [
    { name: run, family: 'whole part', sats, chance },
    { name: `${run} / area`, family, sats: sats.map(byArea), chance: null },
  ];
});
// What nearly every photograph shows.
const parts = ['eyes', 'nose', 'ears', 'face', 'body', 'background'];
console.log('\nmean rank among the parts of a picture, 1 = most influential, and (by chance)');
printTable([
  ['method', ...parts, 'eyes or nose first', 'the two first', 'parts below 0', 's a picture'],
  ...rankings.map(({ name, sats, chance }) => {
    const ranks = new Map(aggregateSats(sats, 'relative').map((row) => [row.segment, row.meanRank]));
    const cell = (segment: string) => {
      const rank = ranks.get(segment)?.toFixed(2) ?? '–';
      return chance ? `${rank} (${chance.get(segment)?.toFixed(2) ?? '–'})` : rank;
    };
    return [name, ...parts.map(cell), first(sats, 1), first(sats, 2), negative(sats), seconds(name)];
  }),
]);
// The order by whole parts answers another question.
const perPixel = rankings.filter(({ family }) => family !== 'whole part');
reportAgreement(perPixel, parts);
reportFirst(perPixel, ['eyes', 'nose'], parts);

const complete = entries.filter(({ method }) => saliencyMethods[method.name].completeness);
if (complete.length) console.log('\nthese maps should sum to f(photograph) − f(baseline); they miss it by');
for (const { run, method } of complete) {
  const gaps = await completenessGaps(run, method);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const median = gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)];
  console.log(`${run}: ${(100 * mean).toFixed(0)} % on average, median ${(100 * median).toFixed(0)} %`);
}
store.close();
console.log(`\npeak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);

/** A table for each photograph; null where its map is not finite, or it was not looked at. */
function satsOf(run: string): (SatRow[] | null)[] {
  const byId = new Map(store.sats(run).map(({ image, sat }) => [image, sat]));
  return photographs.map(({ id }) => byId.get(id) ?? null);
}

/** The same table by attribution per pixel of the part. */
function byArea(sat: SatRow[] | null): SatRow[] | null {
  if (!sat) return null;
  const rows = sat.map((row) => ({ ...row, attribution: row.attribution / row.area }));
  const [ranks] = rankTable(
    [rows],
    rows.map(({ segment }) => segment),
  );
  return rows.map((row, i) => ({ ...row, rank: ranks[i] }));
}

/** Photographs whose `count` first parts are of eyes and nose, in per cent. */
function first(sats: (SatRow[] | null)[], count: 1 | 2): string {
  const ofBoth = (sat: SatRow[]) =>
    sat.filter(({ segment, rank }) => ['eyes', 'nose'].includes(segment) && rank <= count).length >= count;
  const known = sats.filter((sat) => sat !== null);
  return percent(known.filter(ofBoth).length / known.length);
}

/** Parts that speak against Chihuahua, in per cent: none where a method has no sign. */
function negative(sats: (SatRow[] | null)[]): string {
  const rows = sats.flatMap((sat) => sat ?? []);
  return percent(rows.filter(({ attribution }) => attribution < 0).length / rows.length);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

function seconds(run: string): string {
  if (!store.hasRun(run)) return '';
  return (store.metrics(run)[0].seconds / store.sats(run).length).toFixed(2);
}

/** |sum of the map − (f(x) − f(b))| as a share of f(x) − f(b). The parts cover the picture, so theirs is the map's sum. */
async function completenessGaps(
  run: string,
  { baseline = 0, baselines }: Entry['method'],
): Promise<number[]> {
  const { inputs } = network;
  const logits = tf.model({ inputs, outputs: network.getLayer('logits').output as SymbolicTensor });
  const logitOf = async (x: Tensor) => {
    const all = tf.tidy(() => (logits.predict(x) as Tensor2D).slice([0, target], [-1, 1]).mean());
    return (await all.data())[0];
  };
  const shape: [number, number, number, number] = [1, all.height, all.width, all.channels];
  const base = await logitOf(baselines ?? tf.fill(shape, baseline));
  const gaps: number[] = [];
  for (const [i, sat] of satsOf(run).entries()) {
    if (!sat) continue;
    const sum = sat.reduce((total, { attribution, area }) => total + attribution * area, 0);
    const difference = (await logitOf(preprocess(tf.tensor4d(photographs[i].pixels, shape)))) - base;
    gaps.push(Math.abs(sum - difference) / Math.abs(difference));
  }
  return gaps;
}
