// What watching takes of a training with the defaults: net C on 2,000 pictures, 128 probe pictures with a dozen segments.
// One training, of which every second epoch is watched; the first two warm up. On the native backend once as tfjs-node is
// shipped, the default, and once with enableFastTraining, where the same watching is a larger share of less.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enableFastTraining, openStore, satCallback } from 'satwatch';
import { eachBackend } from './backends.js';
import { median, openBench, times } from './frame.js';
import { netC } from './nets.js';
import { drawPictures, drawProbeSet } from './scene.js';

const { tf, name, versions } = await eachBackend(import.meta.url, { stock: true });
const [train, images, side, segments] = [times(2000, 320), times(128, 32), 64, 12];
const epochs = 2 + times(name === 'native' ? 4 : 2, 2);
const bench = openBench(`epochShare-${name}`, {
  ...{ title: `Share of an epoch: net C, ${train} pictures ${side}×${side}, ${images} probe pictures` },
  ...{ backend: name, versions },
});
const pictures = drawPictures({ count: train, side, segments, seed: 2 });
const values = new Float32Array(train * side * side * 3);
pictures.forEach(({ pixels }, i) => {
  for (let p = 0; p < pixels.length; p++) values[i * pixels.length + p] = pixels[p] / 255;
});
const xs = tf.tensor4d(values, [train, side, side, 3]);
const ys = tf.oneHot(
  tf.tensor1d(
    pictures.map(({ label }) => label),
    'int32',
  ),
  2,
);
/** When each epoch began, ms, and when the training ended. */
class Clock extends tf.Callback {
  begun = [];
  async onEpochBegin() {
    this.begun.push(performance.now());
  }
  async onTrainEnd() {
    this.begun.push(performance.now());
  }
}

if (name === 'native') await trainWatched('as tfjs-node is shipped', 6);
enableFastTraining(tf);
await trainWatched('with enableFastTraining', name === 'wasm' ? 6 : undefined);
bench.close();

/** Trains net C from the start, every second epoch watched. */
async function trainWatched(how, most) {
  const { model } = netC(tf, { side });
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
  const folder = mkdtempSync(join(tmpdir(), 'satwatch-share-'));
  try {
    const store = openStore(join(folder, 'runs.sqlite'));
    const clock = new Clock();
    const watch = satCallback(tf, {
      ...{
        probe: drawProbeSet({ count: images, side, segments }),
        store,
        run: 'watched',
        inputRange: [0, 1],
      },
      ...{ every: 2, channels: [], verbose: false },
    });
    // The watch comes first: what it does before an epoch and after the last one is then inside the clock's epochs.
    await model.fit(xs, ys, { epochs, batchSize: 32, verbose: 0, callbacks: [watch, clock] });
    const taken = clock.begun.slice(1).map((at, e) => at - clock.begun[e]);
    const of = (remainder) => taken.filter((_, e) => e >= 2 && e % 2 === remainder);
    const [unwatched, watched] = [of(0), of(1)];
    const observed = store
      .metrics('watched')
      .map(({ seconds }) => 1000 * seconds)
      .slice(1);
    // The clock's difference of two epochs is less than the epochs differ by themselves.
    const share = (summary) => 100 / (1 + summary(unwatched) / summary(observed));
    bench.figure(`${how}: an observation, share of a watched epoch`, share(median), {
      ...{ unit: '%', min: share((all) => Math.min(...all)), ...(most && { goal: { most } }) },
    });
    bench.figure(`${how}: epoch, unwatched`, median(unwatched) / 1000, {
      unit: 's',
      min: Math.min(...unwatched) / 1000,
    });
    bench.figure(`${how}: epoch, watched`, median(watched) / 1000, {
      unit: 's',
      min: Math.min(...watched) / 1000,
    });
    bench.figure(`${how}: an observation, as it is stored with it`, median(observed) / 1000, {
      ...{ unit: 's', min: Math.min(...observed) / 1000 },
    });
    bench.note(
      `${how}: batches of 32, Adam; ${watched.length} watched epochs and ${unwatched.length} unwatched ones`,
    );
    store.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
