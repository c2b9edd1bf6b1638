// One observation without the reliance test (saliency, tables, aggregation, store, rules) over a bare forward pass and
// input gradient of the same pictures, written in plain tfjs, at its best batch size and with the same gradients
// registered. Beside it: over a program that takes both from one forward pass, as satwatch does; with the reliance
// test's forward passes; and tfjs as it is shipped.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMonitor } from 'satwatch';
import { withInputGradients } from '../../dist/src/backend/index.js';
import { bareGradient, eachBackend, sharedGradient } from './backends.js';
import { interleave, measure, median, openBench, times } from './frame.js';
import { netA, netC } from './nets.js';
import { drawProbeSet } from './scene.js';

const { tf, name, versions } = await eachBackend(import.meta.url, { stock: true });
const [images, side, segments] = [times(128, 64), 64, 12];
const sizes = [16, 32, 64, 128];
const bench = openBench(`observe-${name}`, {
  ...{ title: `An observation of ${images} images ${side}×${side}, ${segments} segments; ms an image` },
  ...{ backend: name, versions },
});
const probe = drawProbeSet({ count: images, side, segments });
const pixels = probe.images.map((image) => Float32Array.from(image.pixels, (byte) => byte / 255));
const folder = mkdtempSync(join(tmpdir(), 'satwatch-observe-'));

/** All pictures, `size` at a time. */
function inBatches(size, body) {
  return async () => {
    for (let start = 0; start < images; start += size) {
      const batch = pixels.slice(start, start + size);
      const values = new Float32Array(batch.length * side * side * 3);
      batch.forEach((picture, i) => {
        values.set(picture, i * picture.length);
      });
      const labels = probe.images.slice(start, start + size).map(({ label }) => label);
      await body(values, [batch.length, side, side, 3], labels);
    }
  };
}

try {
  for (const [net, build, most] of [
    ['net A', netA, 1.1],
    ['net C', netC, 1.05],
  ]) {
    const { model, logits } = build(tf, { side });
    const fast = (body) => withInputGradients(tf, body);
    const arm = (gradient, size, around) =>
      inBatches(size, (...batch) => gradient(tf, logits, ...batch, around));
    const monitor = (file, options) =>
      createMonitor(tf, {
        ...{ probe, store: join(folder, `${net} ${file}.sqlite`), inputRange: [0, 1], epochs: 100 },
        ...{ channels: [], verbose: false, ...options },
      });
    const monitors = {
      observation: await monitor('without', { reliance: { budget: 0 } }),
      withReliance: await monitor('with', {}),
    };
    const epochs = { observation: 0, withReliance: 0 };
    const observe = (which) => async () => {
      await monitors[which].observe(model, { epoch: epochs[which]++ });
    };
    const arms = {
      observation: observe('observation'),
      ...Object.fromEntries(sizes.map((size) => [size, arm(bareGradient, size, fast)])),
      shared: arm(sharedGradient, 32, fast),
      withReliance: observe('withReliance'),
      forward: inBatches(32, async (values, shape) => {
        const x = tf.tensor4d(values, shape);
        const scores = logits.apply(x);
        await scores.data();
        tf.dispose([x, scores]);
      }),
      ...(await shipped(net, arm(bareGradient, 32))),
    };
    const taken = await interleave(arms, { rounds: times(name === 'wasm' ? 9 : 15), warmUps: 2 });
    // The best is picked from the same rounds: what a few trial calls before it name best may not be.
    const typical = (size) => median(taken[size].map(({ wall }) => wall));
    const size = sizes.reduce((a, b) => (typical(b) < typical(a) ? b : a));
    const bare = taken[size];
    const per = { per: images };
    bench.ratio(`${net}: observation over bare forward + gradient`, taken.observation, bare, {
      ...per,
      goal: { most },
    });
    bench.ratio(
      `${net}: over both from one forward pass (batches of 32)`,
      taken.observation,
      taken.shared,
      per,
    );
    bench.ratio(`${net}: with the default reliance test, over the bare`, taken.withReliance, bare, per);
    bench.ratio(`${net}: bare, over a forward pass (batches of 32)`, bare, taken.forward, per);
    if (taken.stock)
      bench.ratio(`${net}: bare, over tfjs's own gradients (batches of 32)`, bare, taken.stock, per);
    bench.note(`${net}: bare in batches of ${size}`);
    for (const one of Object.values(monitors)) await one.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
bench.close();

/** As an arm, tfjs without any kernel of satwatch; nothing where it cannot: WASM as shipped has no filter gradient. */
async function shipped(net, stock) {
  try {
    await measure(stock);
    return { stock };
  } catch {
    bench.note(`${net}: tfjs as shipped has no gradient for it on this backend`);
    return {};
  }
}
