import type { Tensor3D } from '@tensorflow/tfjs';
import type { Tf } from '../backend/types.js';
import { SatwatchError } from '../errors.js';
import { type DecodeJpeg, inOrder, isKept, pixelsOf } from '../probe/index.js';
import type { ProbeSet } from '../types.js';
import type { Config } from './options.js';

/** Pictures that follow one another, as the model sees them. */
export interface Batch {
  /** Place of the first in the list asked for. */
  start: number;
  count: number;
  /** count · h · w · c */
  values: Float32Array;
  /** Places, from `start` on, of pictures that could not be read: zeros, to be left out of whatever is made of it. */
  missing: ReadonlySet<number>;
}

/**
 * The probe pictures as the model sees them, made from their bytes a batch at a time. Floats are taken as they are.
 * A picture whose file is gone or changed is missing, and `failures` says why; nothing else stands in its place.
 */
export class ModelPixels {
  /** By image, since they were last taken. */
  private failures = new Map<number, SatwatchError>();
  private readonly scale: Float32Array;
  private readonly decodeJpeg: DecodeJpeg | undefined;
  private readonly length: number;

  constructor(
    private readonly tf: Tf,
    private readonly probe: ProbeSet,
    private readonly config: Pick<Config, 'inputRange' | 'preprocess'>,
  ) {
    const [low, high] = config.inputRange ?? [0, 255];
    const step = (high - low) / 255;
    this.scale = Float32Array.from({ length: 256 }, (_, byte) => low + byte * step);
    this.decodeJpeg = nativeDecoder(tf);
    this.length = probe.height * probe.width * probe.channels;
  }

  /** Single pictures by their index, h·w·c floats each; null where one cannot be read. */
  async read(images: readonly number[]): Promise<(Float32Array | null)[]> {
    const { values, missing } = await this.prepare(images, 0, images.length);
    return images.map((_, i) =>
      missing.has(i) ? null : values.subarray(i * this.length, (i + 1) * this.length),
    );
  }

  /** The pictures in batches of `size`; while the caller computes on one, the next is being decoded. */
  async *batches(images: readonly number[], size: number): AsyncGenerator<Batch> {
    const prepare = (start: number) => {
      if (start >= images.length) return undefined;
      const batch = this.prepare(images, start, Math.min(size, images.length - start));
      // It may never be asked for: what went wrong is told where it is.
      batch.catch(() => {});
      return batch;
    };
    let next = prepare(0);
    for (let start = size; next; start += size) {
      const batch: Batch = await next;
      next = prepare(start);
      yield batch;
    }
  }

  /** What could not be read since this was last asked, by image. */
  takeFailures(): Map<number, SatwatchError> {
    const { failures } = this;
    this.failures = new Map();
    return failures;
  }

  private async prepare(images: readonly number[], start: number, count: number): Promise<Batch> {
    const { length, scale } = this;
    const values = new Float32Array(count * length);
    const missing = new Set<number>();
    const put = (i: number, pixels: Uint8Array | Float32Array) => {
      if (pixels instanceof Float32Array) values.set(pixels, i * length);
      else for (let k = 0, at = i * length; k < length; k++, at++) values[at] = scale[pixels[k]];
    };
    const fetch = async (i: number) => {
      try {
        const pixels = await pixelsOf(this.probe.images[images[start + i]], this.decodeJpeg);
        const bytes = !(pixels instanceof Float32Array);
        put(i, bytes && this.config.preprocess ? await this.preprocessed(pixels) : pixels);
      } catch (error) {
        if (!(error instanceof SatwatchError && error.code === 'IMAGE_UNREADABLE')) throw error;
        this.failures.set(images[start + i], error);
        missing.add(i);
      }
    };
    const waiting: number[] = [];
    for (let i = 0; i < count; i++) {
      const image = this.probe.images[images[start + i]];
      if (isKept(image) && !this.config.preprocess) put(i, image.pixels);
      else waiting.push(i);
    }
    for await (const _ of inOrder(waiting, fetch));
    return { start, count, values, missing };
  }

  /** One picture at a time: a function that normalises over all it is given must not mix pictures. */
  private async preprocessed(bytes: Uint8Array): Promise<Float32Array> {
    const { tf } = this;
    const { height, width, channels } = this.probe;
    const shape: [number, number, number, number] = [1, height, width, channels];
    const scaled = tf.tidy(() => this.config.preprocess!(tf.tensor4d(Float32Array.from(bytes), shape)));
    try {
      if (scaled.shape.join() !== shape.join())
        throw new SatwatchError(
          'BAD_OPTION',
          `preprocess: gave [${scaled.shape}] for a picture [${shape}], expected the same shape`,
          'preprocess',
        );
      // Whole numbers are in the model's range too, and no bytes.
      return Float32Array.from(await scaled.data());
    } finally {
      scaled.dispose();
    }
  }
}

interface TfNode {
  decodeJpeg(
    contents: Uint8Array,
    channels: number,
    ratio: number,
    fancyUpscaling: boolean,
    tryRecoverTruncated: boolean,
    acceptableFraction: number,
    dctMethod: string,
  ): Tensor3D;
}

/** tfjs-node's decoder, where it is the backend; probe/decodeImage.ts says which files it may take. */
export function nativeDecoder(tf: Tf): DecodeJpeg | undefined {
  const { node } = tf as unknown as { node?: TfNode };
  if (tf.getBackend() !== 'tensorflow' || !node) return undefined;
  return (bytes, channels) => {
    const image = node.decodeJpeg(bytes, channels, 1, true, false, 1, 'INTEGER_ACCURATE');
    try {
      const [height, width] = image.shape;
      return { height, width, channels, data: new Uint8Array(image.dataSync()) };
    } finally {
      image.dispose();
    }
  };
}
