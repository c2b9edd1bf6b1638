import type { Tensor4D } from '@tensorflow/tfjs';
import type { Tf } from '../backend/types.js';
import { SatwatchError } from '../errors.js';
import { batchSize } from '../saliency/index.js';
import type { ProbeSet } from '../types.js';
import type { Config } from './options.js';

/** The probe pictures as the model sees them: h·w·c floats each. Floats are taken as they are. */
export async function modelPixels(
  tf: Tf,
  probe: ProbeSet,
  { inputRange, preprocess }: Config,
): Promise<Float32Array[]> {
  if (!preprocess) {
    const [low, high] = inputRange ?? [0, 255];
    const scale = (high - low) / 255;
    return probe.images.map(({ pixels }) =>
      pixels instanceof Float32Array ? pixels : Float32Array.from(pixels, (byte) => low + byte * scale),
    );
  }
  const { height, width, channels } = probe;
  const size = batchSize([1, height, width, channels]);
  const result: Float32Array[] = [];
  for (const image of probe.images.map(({ pixels }) => pixels)) {
    if (image instanceof Float32Array) {
      result.push(image);
      continue;
    }
    const scaled = tf.tidy(() =>
      preprocess(tf.tensor4d(Float32Array.from(image), [1, height, width, channels])),
    );
    const expected = [1, height, width, channels];
    if (scaled.shape.join() !== expected.join())
      throw new SatwatchError(
        'BAD_OPTION',
        `preprocess: gave [${scaled.shape}] for a picture [${expected}], expected the same shape`,
        'preprocess',
      );
    result.push((await scaled.data()) as Float32Array);
    scaled.dispose();
    if (result.length % size === 0) await new Promise(setImmediate);
  }
  return result;
}

/** Pictures `start` … `start + count` as one batch. */
export function batchOf(
  tf: Tf,
  pixels: Float32Array[],
  start: number,
  count: number,
  probe: ProbeSet,
): Tensor4D {
  const { height, width, channels } = probe;
  const length = height * width * channels;
  const values = new Float32Array(count * length);
  for (let i = 0; i < count; i++) values.set(pixels[start + i], i * length);
  return tf.tensor4d(values, [count, height, width, channels]);
}
