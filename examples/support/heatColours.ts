type Rgb = readonly [red: number, green: number, blue: number];

/** As on the page: blue below zero, orange above, told apart by every kind of colour vision; pale to full. */
const sides: Record<'negative' | 'positive', { pale: Rgb; full: Rgb }> = {
  negative: { pale: [84, 158, 236], full: [20, 88, 196] },
  positive: { pale: [255, 164, 48], full: [222, 84, 0] },
};
const paper: Rgb = [255, 255, 255];

/** The colour of a value as a part of the largest that is told apart, −1 to 1; 0 is white. */
export function heatColour(part: number): Rgb {
  const { pale, full } = sides[part < 0 ? 'negative' : 'positive'];
  // A root lifts the many small values, as on the page.
  const strength = Math.min(1, Math.abs(part)) ** 0.65;
  const channel = (c: number) => {
    const colour = pale[c] + (full[c] - pale[c]) * strength;
    return Math.round(paper[c] + (colour - paper[c]) * strength);
  };
  return [channel(0), channel(1), channel(2)];
}

/** A map in colours, three bytes a pixel: full colour from the 99th percentile of its absolute values on. */
export function heatPixels(map: Float32Array): Uint8Array {
  const sorted = map.map(Math.abs).sort();
  const top = sorted[Math.floor(0.99 * (sorted.length - 1))] || sorted[sorted.length - 1] || 1;
  const pixels = new Uint8Array(3 * map.length);
  map.forEach((value, at) => {
    pixels.set(heatColour(value / top), 3 * at);
  });
  return pixels;
}
