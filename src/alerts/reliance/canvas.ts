import type { Mask, ProbeSet } from '../../types.js';

/** Width of the ring whose mean colour fills a segment, in pixels. */
const ring = 2;

/** Pastes and fills on the pictures of one probe set: h·w·c floats, row-major. Masks as 0/1 bytes a pixel. */
export class Canvas {
  private readonly bitmaps = new WeakMap<Mask, Uint8Array>();

  constructor(private readonly size: Pick<ProbeSet, 'width' | 'height' | 'channels'>) {}

  /** Pixels of `mask`, of the intersection where `and` is given. */
  inside(mask: Mask, and?: Mask): Uint8Array {
    const a = this.bitmap(mask);
    if (!and) return a;
    const b = this.bitmap(and);
    return a.map((value, p) => value & b[p]);
  }

  paste(onto: Float32Array, from: Float32Array, inside: Uint8Array): Float32Array {
    const { channels } = this.size;
    const result = onto.slice();
    for (let p = 0; p < inside.length; p++)
      if (inside[p]) for (let k = p * channels; k < (p + 1) * channels; k++) result[k] = from[k];
    return result;
  }

  /** The picture with the mask in the mean colour of the ring around it; null where there is no ring. */
  fill(picture: Float32Array, mask: Mask): Float32Array | null {
    const { width, height, channels } = this.size;
    const inside = this.bitmap(mask);
    const around = new Uint8Array(inside.length);
    for (let p = 0; p < inside.length; p++) {
      if (!inside[p]) continue;
      const [x, y] = [p % width, Math.floor(p / width)];
      for (let v = Math.max(0, y - ring); v <= Math.min(height - 1, y + ring); v++)
        for (let u = Math.max(0, x - ring); u <= Math.min(width - 1, x + ring); u++)
          around[v * width + u] = 1;
    }
    const colour = new Float64Array(channels);
    let count = 0;
    for (let p = 0; p < around.length; p++) {
      if (!around[p] || inside[p]) continue;
      count++;
      for (let k = 0; k < channels; k++) colour[k] += picture[p * channels + k];
    }
    if (count === 0) return null;
    const result = picture.slice();
    for (let p = 0; p < inside.length; p++)
      if (inside[p]) for (let k = 0; k < channels; k++) result[p * channels + k] = colour[k] / count;
    return result;
  }

  /** The picture with the mask blurred: a box of an eighth of the picture's shorter side, three times (≈ a Gaussian). */
  blur(picture: Float32Array, mask: Mask): Float32Array {
    const { width, height, channels } = this.size;
    const radius = Math.max(1, Math.round(Math.min(width, height) / 16));
    const inside = this.bitmap(mask);
    let blurred = picture;
    for (let pass = 0; pass < 3; pass++) {
      blurred = boxes(blurred, { count: width, step: channels, lines: height, radius, channels });
      blurred = boxes(blurred, { count: height, step: width * channels, lines: width, radius, channels });
    }
    const result = picture.slice();
    for (let p = 0; p < inside.length; p++)
      if (inside[p]) for (let k = p * channels; k < (p + 1) * channels; k++) result[k] = blurred[k];
    return result;
  }

  private bitmap(mask: Mask): Uint8Array {
    let bitmap = this.bitmaps.get(mask);
    if (!bitmap) {
      bitmap = new Uint8Array(mask.width * mask.height);
      for (let r = 0; r < mask.runs.length; r += 2)
        bitmap.fill(1, mask.runs[r], mask.runs[r] + mask.runs[r + 1]);
      this.bitmaps.set(mask, bitmap);
    }
    return bitmap;
  }
}

/** Whether the masks have a pixel in common, told from their runs: it is asked for every giver and receiver. */
export function overlap({ runs: a }: Mask, { runs: b }: Mask): boolean {
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [endA, endB] = [a[i] + a[i + 1], b[j] + b[j + 1]];
    if (a[i] < endB && b[j] < endA) return true;
    if (endA <= endB) i += 2;
    else j += 2;
  }
  return false;
}

/** Means over 2 · radius + 1 neighbours along one axis; at the edges over those that are there. */
function boxes(
  values: Float32Array,
  {
    count,
    step,
    lines,
    radius,
    channels,
  }: { count: number; step: number; lines: number; radius: number; channels: number },
): Float32Array {
  const result = new Float32Array(values.length);
  const nextLine = step === channels ? count * channels : channels;
  for (let line = 0; line < lines; line++)
    for (let k = 0; k < channels; k++) {
      const start = line * nextLine + k;
      let [sum, n] = [0, 0];
      for (let i = -radius; i < count; i++) {
        if (i + radius < count) [sum, n] = [sum + values[start + (i + radius) * step], n + 1];
        if (i - radius > 0) [sum, n] = [sum - values[start + (i - radius - 1) * step], n - 1];
        if (i >= 0) result[start + i * step] = sum / n;
      }
    }
  return result;
}
