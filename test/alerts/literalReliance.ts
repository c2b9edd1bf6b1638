import { maskToBitmap, type ProbeSet } from 'satwatch';

/**
 * The reliance test of a segment and a class, slow and word for word, over ALL receivers, ALL givers and ALL controls
 * in place of random ones. The same result as the drawn one where the givers and the controls look alike.
 */
export function literalReliance(
  { images, width, height, channels }: ProbeSet,
  pixels: Float32Array[],
  segment: string,
  label: number,
  p: (picture: Float32Array) => number,
): { effect: number; z: number; fill: number | null; receivers: number; givers: number } {
  const masks = images.map((image) => {
    const found = image.segments.find(({ name }) => name === segment);
    return found ? maskToBitmap(found.mask) : null;
  });
  const all = images.map((_, i) => i);
  const ofClass = (c: number) => all.filter((i) => images[i].label === c);
  const givers = ofClass(label).filter((i) => masks[i]);
  const without = ofClass(label).filter((i) => !masks[i]);
  const others = all.filter((i) => images[i].label !== label);

  const paste = (i: number, j: number, mask: Uint8Array) =>
    pixels[i].map((value, k) => {
      const pixel = Math.floor(k / channels);
      return mask[pixel] && (!masks[i] || masks[i][pixel]) ? pixels[j][k] : value;
    });
  const average = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

  const d: { first: number[]; second: number[] } = { first: [], second: [] };
  for (const i of others) {
    const ownClass = ofClass(images[i].label).filter((k) => k !== i);
    const classmates = ownClass.some((k) => !masks[k]) ? ownClass.filter((k) => !masks[k]) : ownClass;
    const rises = (from: number[]) =>
      average(
        givers.flatMap((j) =>
          from.map((k) => p(paste(i, j, masks[j]!)) - p(paste(i, k, masks[k] ?? masks[j]!))),
        ),
      );
    if (without.length) d.first.push(rises(without));
    d.second.push(rises(classmates));
  }
  const summaries = [d.first, d.second]
    .filter((values) => values.length > 0)
    .map((values) => {
      const mean = average(values);
      const sd = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
      return { mean, z: mean / (sd / Math.sqrt(values.length)) };
    });

  const falls = others
    .filter((i) => masks[i])
    .map((i) => {
      const mask = masks[i]!;
      const ring = Array.from({ length: width * height }, (_, q) => q).filter(
        (q) =>
          !mask[q] &&
          mask.some(
            (inside, m) =>
              inside &&
              Math.abs((m % width) - (q % width)) <= 2 &&
              Math.abs(Math.floor(m / width) - Math.floor(q / width)) <= 2,
          ),
      );
      const colour = Array.from({ length: channels }, (_, c) =>
        average(ring.map((q) => pixels[i][q * channels + c])),
      );
      const filled = pixels[i].map((value, k) =>
        mask[Math.floor(k / channels)] ? colour[k % channels] : value,
      );
      return p(pixels[i]) - p(filled);
    });
  return {
    effect: Math.min(...summaries.map(({ mean }) => mean)),
    z: Math.min(...summaries.map(({ z }) => z)),
    fill: falls.length ? average(falls) : null,
    receivers: others.length,
    givers: givers.length,
  };
}
