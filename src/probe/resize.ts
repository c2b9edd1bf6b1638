import sharp from 'sharp';
import { SatwatchError } from '../errors.js';
import type { Mask } from '../types.js';
import type { Raster } from './decodeImage.js';
import { maskFromBitmap, maskToBitmap, maxPixels } from './mask.js';
import type { Size } from './reader.js';

/**
 * `stretch`: both sides to the wanted ones. `contain`: the whole picture, centred,
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

/**
 * The picture at the wanted size; as it is where the sizes agree. A side that shrinks is averaged over, one that grows is
 * bilinear with half-pixel centres, as `tf.image.resizeBilinear(…, false, true)`.
 */
export async function resizeRaster(raster: Raster, to: Size, mode: ResizeMode): Promise<Uint8Array> {
  if (raster.width === to.width && raster.height === to.height) return raster.data;
  const { channels } = raster;
  const place = placement(raster, to, mode);
  // sharp moves what it enlarges by half a pixel, so that it leaves its masks.
  const small = await shrink(raster, {
    width: Math.min(raster.width, place.width),
    height: Math.min(raster.height, place.height),
  });
  const columns = between(to.width, place.left, small.width, place.width);
  const rows = between(to.height, place.top, small.height, place.height);
  const canvas = new Uint8Array(to.width * to.height * channels);
  for (let y = 0; y < to.height; y++) {
    if (rows.first[y] < 0) continue;
    const [above, below] = [rows.first[y] * small.width, rows.second[y] * small.width];
    for (let x = 0; x < to.width; x++) {
      if (columns.first[x] < 0) continue;
      const [left, right] = [columns.first[x], columns.second[x]];
      const [u, v] = [columns.share[x], rows.share[y]];
      for (let c = 0; c < channels; c++) {
        const at = (pixel: number) => small.data[pixel * channels + c];
        const upper = at(above + left) + u * (at(above + right) - at(above + left));
        const lower = at(below + left) + u * (at(below + right) - at(below + left));
        canvas[(y * to.width + x) * channels + c] = Math.round(upper + v * (lower - upper));
      }
    }
  }
  return canvas;
}

async function shrink(raster: Raster, { width, height }: Size): Promise<Raster> {
  if (raster.width === width && raster.height === height) return raster;
  if (raster.channels === 4) {
    // Else sharp takes the colour away where alpha is 0; training does not.
    const channels = [0, 1, 2, 3].map((c) => raster.data.filter((_, i) => i % 4 === c));
    const each = await Promise.all(
      channels.map((data) => shrink({ ...raster, data, channels: 1 }, { width, height })),
    );
    const data = Uint8Array.from({ length: 4 * width * height }, (_, i) => each[i % 4].data[i >> 2]);
    return { data, width, height, channels: 4 };
  }
  const raw = { width: raster.width, height: raster.height, channels: raster.channels as 1 | 3 };
  const resizer = sharp(raster.data, { raw });
  if (raster.channels === 1) resizer.toColourspace('b-w');
  const data = await resizer.resize(width, height, { fit: 'fill', kernel: 'linear' }).raw().toBuffer();
  return { data, width, height, channels: raster.channels };
}

/** For each of `count` places along a side the two that it lies between, and its share of the second; −1 where nothing is. */
function between(count: number, start: number, from: number, to: number) {
  const first = new Int32Array(count).fill(-1);
  const second = new Int32Array(count);
  const share = new Float64Array(count);
  for (let i = Math.max(0, start); i < Math.min(count, start + to); i++) {
    const place = Math.min(from - 1, Math.max(0, ((i - start + 0.5) * from) / to - 0.5));
    first[i] = Math.floor(place);
    second[i] = Math.min(from - 1, first[i] + 1);
    share[i] = place - first[i];
  }
  return { first, second, share };
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
