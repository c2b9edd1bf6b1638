import { maskToBitmap, type ProbeSet } from 'satwatch';

/** A paste's rise over one control, and who took part. */
interface Rise {
  receiver: number;
  giver: number;
  rise: number;
}

/** Two-way clustered z from its definition: all products of two pastes that share a receiver or a giver. */
export function literalZ(rises: Rise[]): number {
  const n = rises.length;
  const mean = rises.reduce((sum, { rise }) => sum + rise, 0) / n;
  const sum = (together: (a: Rise, b: Rise) => boolean) =>
    rises.reduce(
      (total, a) =>
        total + rises.reduce((part, b) => part + (together(a, b) ? (a.rise - mean) * (b.rise - mean) : 0), 0),
      0,
    );
  const least = Math.min(
    new Set(rises.map(({ receiver }) => receiver)).size,
    new Set(rises.map(({ giver }) => giver)).size,
  );
  const largest = Math.max(
    sum((a, b) => a.receiver === b.receiver || a.giver === b.giver),
    sum((a, b) => a.receiver === b.receiver),
    sum((a, b) => a.giver === b.giver),
  );
  return mean / Math.sqrt(((largest / n ** 2) * least) / (least - 1));
}

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
): { effect: number; fill: number | null; receivers: number; givers: number } {
  const masks = images.map((image) => {
    const found = image.segments.find(({ name }) => name === segment);
    return found ? maskToBitmap(found.mask) : null;
  });
  const all = images.map((_, i) => i);
  const ofClass = (c: number) => all.filter((i) => images[i].label === c);
  const givers = ofClass(label).filter((i) => masks[i]);
  const without = ofClass(label).filter((i) => !masks[i]);
  const others = all.filter((i) => images[i].label !== label);
  const bare = others.filter((i) => !masks[i]);
  const receivers = bare.length >= 8 ? bare : others;

  const paste = (i: number, j: number, mask: Uint8Array) =>
    pixels[i].map((value, k) => {
      const pixel = Math.floor(k / channels);
      return mask[pixel] && (!masks[i] || masks[i][pixel]) ? pixels[j][k] : value;
    });
  const average = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

  const d: { first: number[]; second: number[] } = { first: [], second: [] };
  for (const i of receivers) {
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
    effect: Math.min(...[d.first, d.second].filter(({ length }) => length > 0).map(average)),
    fill: falls.length ? average(falls) : null,
    receivers: receivers.length,
    givers: givers.length,
  };
}
