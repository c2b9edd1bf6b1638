// Drawn pictures of any size with named segments that overlap, for the benchmarks.
import { createProbeSet, maskFromBitmap } from 'satwatch';
import { seededRandom } from '../../dist/examples/support/random.js';

/** `count` ellipses and boxes over a picture of side², a sixteenth to a half of it wide and high: bitmaps. */
export function shapes(side, count, random) {
  return Array.from({ length: count }, (_, s) => {
    const bitmap = new Uint8Array(side * side);
    const extent = () => side * (1 / 16 + (7 / 16) * random());
    const [width, height] = [extent(), extent()];
    const [left, top] = [random() * (side - width), random() * (side - height)];
    for (let y = Math.floor(top); y < top + height; y++)
      for (let x = Math.floor(left); x < left + width; x++) {
        const [u, v] = [(2 * (x + 0.5 - left)) / width - 1, (2 * (y + 0.5 - top)) / height - 1];
        if (s % 3 === 0 ? Math.max(Math.abs(u), Math.abs(v)) <= 1 : u * u + v * v <= 1)
          bitmap[y * side + x] = 1;
      }
    return bitmap;
  });
}

const names = Array.from({ length: 200 }, (_, s) => `part ${s + 1}`);
const segmentsOf = (bitmaps, side) =>
  bitmaps.map((bitmap, s) => ({ name: names[s], mask: maskFromBitmap(bitmap, side, side) }));

/** Attribution maps with the segments of each: { map, bitmaps, segments }. */
export function drawMaps({ count, side, segments, seed = 1 }) {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const bitmaps = shapes(side, segments, random);
    const map = Float32Array.from({ length: side * side }, () => random() - random());
    return { map, bitmaps, segments: segmentsOf(bitmaps, side) };
  });
}

/** Pictures of two classes: each part has a colour of its own, and one part's colour tells the class. */
export function drawPictures({ count, side, segments, seed = 1 }) {
  const random = seededRandom(seed);
  const tones = Array.from({ length: segments }, () => [random(), random(), random()]);
  return Array.from({ length: count }, (_, i) => {
    const label = i % 2;
    const bitmaps = shapes(side, segments, random);
    const pixels = Uint8Array.from({ length: side * side * 3 }, () => 90 + 60 * random());
    bitmaps.forEach((bitmap, s) => {
      const tone = s === 0 ? [label, 0.5, 1 - label] : tones[s];
      for (let p = 0; p < bitmap.length; p++)
        if (bitmap[p]) for (let c = 0; c < 3; c++) pixels[3 * p + c] = 20 + 200 * tone[c] + 30 * random();
    });
    return { label, pixels, segments: segmentsOf(bitmaps, side) };
  });
}

/** The same as a probe set: the first part decides, the second is suspected, the rest is context. */
export function drawProbeSet(options) {
  const { side, segments } = options;
  const role = (s) => (s === 0 ? 'core' : s === 1 ? 'suspect' : 'context');
  return createProbeSet({
    width: side,
    height: side,
    channels: 3,
    classNames: ['blue', 'red'],
    roles: Object.fromEntries(names.slice(0, segments).map((name, s) => [name, role(s)])),
    images: drawPictures(options).map((picture, i) => ({ id: `picture ${i}`, ...picture })),
  });
}
