import { performance } from 'node:perf_hooks';
import type { LayersModel, Tensor4D } from '@tensorflow/tfjs';
import { attribute, type ProbeSet } from 'satwatch';
import { Dice } from '../../../src/demo/dice.js';
import type { Tf } from '../../support/tf.js';
import { nets } from '../runs/nets.js';
import type { Picture } from '../runs/picture.js';
import { afterEachEpoch, trainOn } from '../runs/run.js';
import { save } from '../runs/save.js';
import { classifier, scaled } from '../runs/truth.js';
import { dataOf, type MapConfig, type MapsInfo, mapsFile, observed, pack, trainingOf } from './maps.js';

/** Trains a net and leaves the maps of the epochs observed in the cache, `file` and the file of maps beside it. */
export async function mapRun(tf: Tf, config: MapConfig, file: string): Promise<void> {
  const started = performance.now();
  const training = trainingOf(config);
  const { task, train, test, stamped, probe } = dataOf(config);
  const [classes, dice] = [task.classNames.length, new Dice(config.seed, 9)];
  const model = nets[config.net](tf, { side: training.side, classes, seed: dice.seed() });
  const classify = classifier(tf, model, training.side);
  const accuracy = (pictures: readonly Picture[]) =>
    classify(pictures.map(({ pixels }) => pixels)).filter((answer, i) => answer === pictures[i].label)
      .length / pictures.length;
  const others = <T extends Picture>(pictures: readonly T[]) => pictures.filter(({ label }) => label !== 0);

  const epochs: MapsInfo['epochs'] = [];
  const maps: Float32Array[] = [];
  const observe = async (epoch: number) => {
    if (!observed(config).includes(epoch)) return;
    maps.push(...mapsOf(tf, model, probe));
    epochs.push({
      epoch,
      testAccuracy: accuracy(test),
      learned: accuracy(others(test)) - accuracy(others(stamped)),
    });
  };
  try {
    await observe(0);
    await trainOn(tf, model, train, classes, {
      config: training,
      dice,
      callbacks: [afterEachEpoch(tf, observe)],
    });
  } finally {
    model.optimizer.dispose();
    model.dispose();
  }
  const seconds = (performance.now() - started) / 1000;
  const info: MapsInfo = { config, backend: tf.getBackend(), probe: probe.id, epochs, seconds };
  // The JSON last: where it exists, so do the maps.
  save(mapsFile(file), pack(maps));
  save(file, JSON.stringify(info));
}

/** As satwatch measures by default: input × gradient of the label's margin, channels summed. */
function mapsOf(tf: Tf, model: LayersModel, { images, height, width, channels }: ProbeSet): Float32Array[] {
  const values = tf.tidy(() => {
    const pixels = scaled(images.map((image) => image.pixels as Uint8Array));
    const xs: Tensor4D = tf.tensor4d(pixels, [images.length, height, width, channels]);
    const target = images.map(({ label }) => label);
    return attribute(tf, model, xs, { method: 'input-x-gradient', target, score: 'margin' }).dataSync();
  }) as Float32Array;
  const area = height * width;
  return images.map((_, i) => values.slice(i * area, (i + 1) * area));
}
