// satwatch among its peers: one backend a process; a turn is an observation, or the maps of a method.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { attribute, createMonitor, openStore } from 'satwatch';
import { eachBackend } from '../backends.js';
import { measure } from '../frame.js';
import { netA } from '../nets.js';
import { drawProbeSet } from '../scene.js';

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
const { tf, versions } = await eachBackend(import.meta.url);
const { model } = netA(tf);
const folder = mkdtempSync(join(tmpdir(), 'satwatch-peers-'));
const path = join(folder, 'runs.sqlite');
say(versions);
let [probe, images, mean, monitor] = [];
let epoch = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  if (question.file) {
    prepare(question);
    say({ arms: ['observation', 'a method'] });
  } else if ('run' in question) {
    const arm = question.run === 'observation' ? await observing() : () => maps(question);
    let made;
    const taken = await measure(async () => {
      for (let r = 0; r < question.repeats; r++) made = await arm();
    });
    say({ ...taken, result: question.result ? (made ?? stored()) : null });
  } else {
    await monitor?.close();
    rmSync(folder, { recursive: true, force: true });
    const { user, system } = process.cpuUsage();
    say({ cpu: (user + system) / 1000 });
    break;
  }
}
process.exit(0);

function prepare({ file, images: count, side, segments, weights }) {
  probe = drawProbeSet({ count, side, segments });
  const pixels = probe.images.flatMap((image) => Array.from(image.pixels, (byte) => byte * (1 / 255)));
  images = tf.tensor4d(Float32Array.from(pixels), [count, side, side, 3]);
  mean = images.mean(0);
  const values = new Float32Array(new Uint8Array(readFileSync(file)).buffer);
  let at = 0;
  model.setWeights(
    weights.map((shape) => {
      const size = shape.reduce((a, b) => a * b, 1);
      at += size;
      return tf.tensor(values.subarray(at - size, at), shape);
    }),
  );
}

async function observing() {
  // The label's logit: what Captum explains.
  monitor ??= await createMonitor(tf, {
    ...{ probe, store: path, run: 'peers', inputRange: [0, 1], score: 'logit', reliance: { budget: 0 } },
    ...{ channels: [], verbose: false },
  });
  return async () => {
    await monitor.observe(model, { epoch: epoch++ });
  };
}

function stored() {
  const store = openStore(path, { readonly: true });
  const sats = store.sats('peers', 'last');
  store.close();
  return sats;
}

/** The maps of all pictures, one after the other; the pictures are handed in `batch` at a time. */
function maps({ run: method, batch, options, result }) {
  const own = options.baseline === 'mean picture' ? { ...options, baseline: mean } : options;
  const parts = [];
  for (let at = 0; at < probe.images.length; at += batch) {
    const labels = probe.images.slice(at, at + batch).map(({ label }) => label);
    const map = tf.tidy(() =>
      attribute(tf, model, images.slice(at, labels.length), {
        ...{ method, target: labels, ...own },
      }),
    );
    parts.push(map.dataSync());
    map.dispose();
  }
  return result ? parts.flatMap((part) => Array.from(part)) : true;
}
