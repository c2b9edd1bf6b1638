import sharp from 'sharp';
import { SatwatchError } from '../errors.js';
import type { Mask } from '../types.js';
import type { Raster } from './decodeImage.js';
import { maskFromBitmap, maskToBitmap, maxPixels } from './mask.js';
import type { Size } from './reader.js';

/**
 * `stretch`: both sides to the wanted ones, as `tf.image.resizeBilinear` does. `contain`: the whole picture, centred,
 * black around it. `cover`: the middle of the picture, filling all.
 */
export type ResizeMode = 'contain' | 'cover' | 'stretch';
export const resizeModes: readonly ResizeMode[] = ['contain', 'cover', 'stretch'];

/** The picture is scaled to `width`x`height`, then its corner is put at (`left`, `top`) of the wanted canvas. */
interface Placement extends Size {
  left: number;
  top: number;
}

/** Whole pixels, decided here once, so that a picture and its masks cannot part. */
function placement(from: Size, to: Size, mode: ResizeMode): Placement {
  if (mode === 'stretch') return { ...to, left: 0, top: 0 };
  const ratios = [to.width / from.width, to.height / from.height];
  const scale = mode === 'contain' ? Math.min(...ratios) : Math.max(...ratios);
  const width = Math.max(1, Math.round(from.width * scale));
  const height = Math.max(1, Math.round(from.height * scale));
  return {
    width,
    height,
    left: Math.floor((to.width - width) / 2),
    top: Math.floor((to.height - height) / 2),
  };
}

/**
 * Refuses a picture so narrow that `cover` would blow it up beyond all measure before cutting its middle out.
 *
 * @throws SatwatchError PROBE_INVALID
 */
export function refuseAbsurdResize(where: string, from: Size, to: Size, mode: ResizeMode): void {
  const { width, height } = placement(from, to, mode);
  if (width * height > maxPixels)
    throw new SatwatchError(
      'PROBE_INVALID',
      `${where}: resize '${mode}' would make ${width}x${height} pixels of its ${from.width}x${from.height} to fill ` +
        `${to.width}x${to.height}; cut the image to shape, or take it out`,
      'resize',
    );
}

/** The picture at the wanted size, bilinear (averaging where it shrinks); as it is where the sizes agree. */
export async function resizeRaster(raster: Raster, to: Size, mode: ResizeMode): Promise<Uint8Array> {
  if (raster.width === to.width && raster.height === to.height) return raster.data;
  const { width, height, channels } = raster;
  const place = placement(raster, to, mode);
  const resizer = sharp(raster.data, { raw: { width, height, channels: channels as 1 | 3 | 4 } });
  if (channels === 1) resizer.toColourspace('b-w');
  const scaled = await resizer
    .resize(place.width, place.height, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  const canvas = new Uint8Array(to.width * to.height * channels);
  const left = Math.max(0, place.left);
  const right = Math.min(to.width, place.left + place.width);
  for (let y = Math.max(0, place.top); y < Math.min(to.height, place.top + place.height); y++) {
    const source = (y - place.top) * place.width - place.left;
    canvas.set(
      scaled.subarray((source + left) * channels, (source + right) * channels),
      (y * to.width + left) * channels,
    );
  }
  return canvas;
}

/** The mask with its picture: the nearest pixel; what lies around a contained picture is outside. */
export function resizeMask(mask: Mask, to: Size, mode: ResizeMode): Mask {
  if (mask.width === to.width && mask.height === to.height) return mask;
  const place = placement(mask, to, mode);
  const from = maskToBitmap(mask);
  const columns = nearest(to.width, place.left, mask.width, place.width);
  const rows = nearest(to.height, place.top, mask.height, place.height);
  const bitmap = new Uint8Array(to.width * to.height);
  for (let y = 0; y < to.height; y++) {
    if (rows[y] < 0) continue;
    const [row, source] = [y * to.width, rows[y] * mask.width];
    for (let x = 0; x < to.width; x++) if (columns[x] >= 0) bitmap[row + x] = from[source + columns[x]];
  }
  return maskFromBitmap(bitmap, to.width, to.height);
}

/** For each of `count` places along a side, the place it comes from, or −1 where nothing is. */
function nearest(count: number, start: number, from: number, to: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => {
    const place = Math.floor(((i - start + 0.5) * from) / to);
    return place < from ? Math.max(-1, place) : -1;
  });
}
