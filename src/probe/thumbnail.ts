import sharp from 'sharp';
import type { ProbeImage, ProbeSet } from '../types.js';
import { isKept, pixelsOf } from './storedImage.js';

/** Longest side, in pixels; smaller pictures stay as they are. */
const longest = 256;

/**
 * Makes JPEGs of a set's pictures, as the page shows them. Floats are spread from the set's smallest value to its
 * largest; of pictures that are neither grey, RGB nor RGBA the first channel is shown.
 */
export function thumbnails(probe: ProbeSet): (image: ProbeImage) => Promise<Buffer> {
  const { width, height } = probe;
  const channels = probe.channels === 3 || probe.channels === 4 ? probe.channels : 1;
  const [low, high] = floatRange(probe);
  return async (image) => {
    const pixels = await pixelsOf(image);
    const bytes = new Uint8Array(width * height * channels);
    for (let p = 0; p < width * height; p++)
      for (let c = 0; c < channels; c++) {
        const value = pixels[p * probe.channels + c];
        bytes[p * channels + c] =
          pixels instanceof Uint8Array ? value : Math.round((255 * (value - low)) / (high - low || 1));
      }
    return sharp(bytes, { raw: { width, height, channels } })
      .flatten()
      .resize({ width: longest, height: longest, fit: 'inside', withoutEnlargement: true })
      .jpeg({ quality: 90, chromaSubsampling: '4:4:4' })
      .toBuffer();
  };
}

function floatRange({ images }: ProbeSet): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  // Those that are not kept are bytes.
  for (const image of images)
    if (isKept(image) && image.pixels instanceof Float32Array)
      for (const value of image.pixels) {
        if (value < low) low = value;
        if (value > high) high = value;
      }
  return [low, high];
}
