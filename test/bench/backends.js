// For benchmarks that concern a backend: each that loads here, in a process of its own.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadBackend } from '../../dist/src/backend/index.js';

/**
 * In the benchmark's own process: runs it again for every backend that loads, the native one first, and ends with it.
 * There: `{ tf, name, versions }`, where `name` is 'native' or 'wasm'. SATWATCH_BACKEND asks for one backend alone.
 * `stock` is for a backend as tfjs ships it: satwatch enables fast training on what it loads.
 */
export async function eachBackend(url, { stock = false } = {}) {
  const preferred = process.env.SATWATCH_BACKEND;
  if (preferred && stock) return loadStock(preferred);
  const { tf, backend, why } = await loadBackend(preferred);
  if (preferred)
    return { tf, name: backend === 'wasm' ? 'wasm' : 'native', versions: versionsOf(tf, backend) };
  console.log(why);
  const names = backend === 'wasm' ? ['wasm'] : [why.match(/tfjs-node(-gpu)?/)[0], 'wasm'];
  const results = names.map((SATWATCH_BACKEND) =>
    spawnSync(process.execPath, [fileURLToPath(url), ...process.argv.slice(2)], {
      stdio: 'inherit',
      env: { TF_CPP_MIN_LOG_LEVEL: '1', ...process.env, SATWATCH_BACKEND },
    }),
  );
  process.exit(results.some(({ status }) => status !== 0) ? 1 : 0);
}

async function loadStock(preferred) {
  const require = createRequire(import.meta.url);
  if (preferred !== 'wasm') {
    const tf = require(`@tensorflow/${preferred}`);
    await tf.ready();
    return { tf, name: 'native', versions: versionsOf(tf, 'tensorflow') };
  }
  const tf = require('@tensorflow/tfjs');
  const { setWasmPaths } = require('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), sep));
  await tf.setBackend('wasm');
  return { tf, name: 'wasm', versions: versionsOf(tf, 'wasm') };
}

function versionsOf(tf, backend) {
  const versions = { '@tensorflow/tfjs': tf.version.tfjs };
  if (backend === 'wasm')
    return { ...versions, '@tensorflow/tfjs-backend-wasm': packaged('tfjs-backend-wasm') };
  const libtensorflow = tf.backend().binding?.TF_Version;
  return {
    ...versions,
    '@tensorflow/tfjs-node': packaged('tfjs-node'),
    ...(libtensorflow && { libtensorflow }),
  };
}

function packaged(name) {
  const file = createRequire(import.meta.url).resolve(`@tensorflow/${name}/package.json`);
  return JSON.parse(readFileSync(file, 'utf8')).version;
}

/**
 * A forward pass, and the gradient of the margin to the pictures, as a plain tfjs program writes them: the one tells which
 * class comes second, the other runs the network again. `around` runs the gradient, with other kernels registered perhaps.
 */
export async function bareGradient(tf, logits, values, shape, labels, around = (body) => body()) {
  const x = tf.tensor4d(values, shape);
  const scores = logits.apply(x);
  const signs = signsOf(await scores.data(), labels);
  const weights = tf.tensor2d(signs, scores.shape);
  const gradient = tf.tidy(() => around(() => tf.grad((y) => logits.apply(y).mul(weights).sum())(x)));
  const map = await gradient.data();
  tf.dispose([x, scores, weights, gradient]);
  return map;
}

/** The same by a careful program, in which one forward pass serves both. */
export async function sharedGradient(tf, logits, values, shape, labels, around = (body) => body()) {
  const margin = (x) => {
    const scores = logits.apply(x);
    return scores.mul(tf.tensor2d(signsOf(scores.dataSync(), labels), scores.shape)).sum();
  };
  const gradient = tf.tidy(() => around(() => tf.grad(margin)(tf.tensor4d(values, shape))));
  const map = await gradient.data();
  gradient.dispose();
  return map;
}

/** Of two logits an image: 1 for the label, −1 for the other. */
const signsOf = (rows, labels) => Float32Array.from(rows, (_, i) => (i % 2 === labels[i >> 1] ? 1 : -1));
