/**
 * The maps of all saliency methods for a few photographs, on one sheet: a column for each photograph, explained for the class
 * that the network predicts, a row for each method. The sheet in docs/attribution.md is made by it.
 *
 *   node dist/examples/methodPictures.js --data DIR --photographs DIR [--out methods.webp]
 *   [--methods gradient,grad-cam]
 *
 * --data holds efficientnet-lite0, --photographs JPEGs and PNGs, of which the middle square is taken. --out is a
 * WebP or a PNG. Methods that need the named parts of a picture are left out.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { attribute, saliencyMethods } from 'satwatch';
import sharp from 'sharp';
// In a project of your own: import * as tf from '@tensorflow/tfjs-node';
import { loadBackend } from '../src/backend/index.js';
import { type Caption, contactSheet, type Row } from './support/contactSheet.js';
import { heatPixels } from './support/heatColours.js';
import { type Entry, imagenetMethods } from './support/imagenetMethods.js';
import { loadModel } from './support/loadModel.js';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    photographs: { type: 'string' },
    out: { type: 'string', default: 'methods.webp' },
    methods: { type: 'string' },
  },
});
if (!options.data) throw new Error('--data DIR: the folder with efficientnet-lite0');
if (!options.photographs) throw new Error('--photographs DIR: a folder with JPEGs or PNGs');
const side = 224;
const { tf, why } = await loadBackend();
console.log(why);

const network = await loadModel(tf, join(options.data, 'efficientnet-lite0'));
const classNames: string[] = JSON.parse(
  await readFile(join(options.data, 'efficientnet-lite0/classes.json'), 'utf8'),
);
const photographs = await readSquares(options.photographs);
const preprocess = (bytes: Tensor) => bytes.sub(127).div(128);
const [low, high] = preprocess(tf.tensor1d([0, 255])).dataSync();
const images = tf.tidy(() =>
  preprocess(tf.stack(photographs.map((pixels) => tf.tensor3d(pixels, [side, side, 3])))),
) as Tensor4D;

const answers = tf.tidy(() => (network.predict(images) as Tensor).arraySync()) as number[][];
const target = answers.map((row) => row.indexOf(Math.max(...row)));
const columns = answers.map((row, i): Caption => {
  const [name] = classNames[target[i]].split(',');
  return { text: name, detail: `${(100 * row[target[i]]).toFixed(0)} %` };
});

const wanted = options.methods?.split(',') ?? Object.keys(saliencyMethods);
for (const name of wanted) if (!saliencyMethods[name]) throw new Error(`--methods: there is no '${name}'`);
const settings = { pixels: { low, high }, steps: [64], rule: 'gauss-legendre' };
const entries = imagenetMethods(tf, { height: side, width: side }, settings)
  .filter(({ method }) => wanted.includes(method.name) && !saliencyMethods[method.name].bySegments)
  .map(({ family, method }) => {
    // A smaller window hides too little of an object that fills the picture.
    const own = method.name === 'occlusion' && { window: [56, 56], stride: [28, 28] };
    return { family, method: { ...method, ...own } };
  });

const titles: Record<string, string> = {
  ...{ gradient: 'GRADIENTS AND CLOSE KIN', squares: 'SQUARES OF GRADIENTS' },
  ...{ rectified: 'RECTIFIED GRADIENTS', relevance: 'RELEVANCE' },
  ...{ cam: 'CLASS ACTIVATION', removal: 'REMOVAL', other: 'OTHERS' },
};
const groups: { title: string; rows: Row[] }[] = [];
for (const { family, method } of entries) {
  const began = performance.now();
  const { name, ...own } = method;
  const maps = attribute(tf, network, images, { method: name, target, ...own });
  const values = maps.dataSync() as Float32Array;
  maps.dispose();
  const pictures = photographs.map((_, i) => heatPixels(values.subarray(i * side ** 2, (i + 1) * side ** 2)));
  const title = titles[family] ?? family;
  if (groups.at(-1)?.title !== title) groups.push({ title, rows: [] });
  groups.at(-1)!.rows.push({ text: name, detail: detailOf(method), pictures });
  console.log(`${name} ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

const sheet = await contactSheet({
  ...{ side, columns, photographs, groups },
  notes: [
    'Full colour from the 99th percentile of a map’s absolute values on; every map has a scale of its own.',
    'segment-shapley and segment-ablation need named parts, which these photographs do not have.',
  ],
});
const small = { quality: 84, effort: 6, smartSubsample: true };
await (options.out.endsWith('.webp') ? sheet.webp(small) : sheet).toFile(options.out);
console.log(options.out);

/** The middle squares of the pictures in a folder, by name: side · side · 3 bytes. */
async function readSquares(folder: string): Promise<Uint8Array[]> {
  const files = (await readdir(folder)).filter((file) => /\.(jpe?g|png)$/i.test(file)).sort();
  if (!files.length) throw new Error(`--photographs: no .jpg or .png in ${folder}`);
  return Promise.all(
    files.map((file) => {
      const image = sharp(join(folder, file)).autoOrient().toColourspace('srgb').removeAlpha();
      return image.resize(side, side, { fit: 'cover' }).raw().toBuffer();
    }),
  );
}

/** What a method is given beside its defaults, in words. */
function detailOf({
  name,
  steps,
  rule,
  samples,
  baseline,
  baselines,
  window,
  layer,
  ...rest
}: Entry['method']): string {
  const colour = baseline === low ? 'black' : 'grey';
  return [
    steps && `${steps} steps, ${rule}`,
    samples && `${samples} samples`,
    baseline !== undefined && `baseline ${colour}`,
    baselines && 'baselines of noise',
    Array.isArray(window) && `windows of ${window.join('×')}`,
    layer && `layer ${layer}`,
    'low' in rest && 'low black, high white',
  ]
    .filter(Boolean)
    .join('\n');
}
